#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "detente/random/copula.hpp"
#include "scenario/messages.hpp"
#include "scenario/parts.hpp"

namespace detente::scenario {

using messages::in_ticks;
using random::Correlation;

namespace {

constexpr std::size_t max_correlated = 400;
constexpr std::size_t max_pairs = max_correlated * (max_correlated - 1) / 2;

struct Member {
  std::uint32_t index;
  Value value;
};

/// One stated pair, by the positions of its members in the model.
struct Pair {
  std::uint32_t first, second;
  double value;
  diagnostic::SourceSpan span;
};

/// Reads `{of: [a, b, ...], KEY: number}` entries; every pair of a longer list has the number.
class CorrelationReader {
 public:
  CorrelationReader(Reading& reading, Element element, const Section& section, std::string_view key)
      : reading_(reading), element_(element), section_(section), key_(key) {}

  std::vector<Pair> read(const Value& list, std::string_view what) {
    for (const Value& item : items(list, what, reading_.diagnostics)) read_entry(item);
    return std::move(pairs_);
  }

 private:
  void read_entry(const Value& item) {
    const Form form(item, section_, "", reading_.diagnostics);
    reading_.source(form);
    const Value* of = form.find("of");
    const Value* stated = form.find(key_);
    const std::vector<Member> members = of ? members_of(*of) : std::vector<Member>{};
    const auto value =
        stated ? reading_.constant(*stated, key_, {-1.0, 1.0, true, true}) : std::nullopt;
    if (!value) return;
    for (std::size_t i = 0; i < members.size(); ++i) {
      for (std::size_t k = i + 1; k < members.size(); ++k) {
        if (n_pairs_ == max_pairs) return refuse_more_pairs(*of);
        ++n_pairs_;
        add(members[i], members[k], *value);
      }
    }
  }

  /// A list stands for very many pairs: a few hundred long ones would take all memory.
  void refuse_more_pairs(const Value& of) {
    if (too_many_reported_) return;
    too_many_reported_ = true;
    reading_.error("E350", of.span(),
                   "more than " + std::to_string(max_pairs) +
                       " pairs are correlated, and 400 elements have no more",
                   "state each pair once");
  }

  std::vector<Member> members_of(const Value& of) {
    std::vector<Member> members;
    const std::vector<Value> names = items(of, "`of`", reading_.diagnostics);
    const std::string kind(name_of(element_));
    if (of.is_sequence() && (names.size() < 2 || names.size() > max_correlated)) {
      reading_.error("E350", of.span(),
                     "a correlation is of two or more " + kind +
                         "s, at most 400, and the number in this list is " +
                         std::to_string(names.size()));
      return {};
    }
    for (const Value& name : names) {
      const std::string text = reading_.text(name, "of");
      const Names::Declared* declared = reading_.names.find(text);
      if (declared && declared->spoiled) continue;
      if (!declared || declared->element != element_) {
        if (declared) {
          reading_.error("E350", name.span(),
                         in_ticks(text) + " is a " + std::string(name_of(declared->element)) +
                             ", and this correlates " + kind + "s",
                         element_ == Element::parameter
                             ? "noise of variables is correlated under `noise_correlations`"
                             : "parameters are correlated under `correlations`");
        } else if (!text.empty()) {
          reading_.unknown_name(name.span(), kind, text,
                                [this] { return reading_.names.names_of(element_); });
        }
        continue;
      }
      if (can_be_correlated(declared->index, name)) members.push_back({declared->index, name});
    }
    return members;
  }

  bool can_be_correlated(std::uint32_t index, const Value& name) {
    if (element_ == Element::parameter) {
      const auto& parameters = reading_.model.parameters;
      if (index >= parameters.size() || !parameters[index].prior.is_discrete()) return true;
      // A prior that was refused stands as a constant; its own message is enough.
      if (reading_.diagnostics.has_errors() && parameters[index].prior.is_constant()) return false;
      reading_.error("E351", name.span(),
                     "a rank correlation needs continuous priors, and the prior of " +
                         in_ticks(name.text()) + " has single values (" +
                         std::string(parameters[index].prior.name()) + ")");
      return false;
    }
    const auto& variables = reading_.model.variables;
    if (index >= variables.size() || variables[index].volatility) return true;
    if (!reading_.diagnostics.has_errors()) {
      reading_.error("E351", name.span(),
                     in_ticks(name.text()) + " has no noise: it has no `volatility`");
    }
    return false;
  }

  void add(const Member& first, const Member& second, double value) {
    if (first.index == second.index) {
      reading_.error("E350", second.value.span(),
                     "a correlation of " + in_ticks(second.value.text()) + " with itself");
      return;
    }
    const auto key = std::minmax(first.index, second.index);
    const auto [known, is_new] = seen_.emplace(key, first.value.span());
    if (!is_new) {
      reading_.error("E352", second.value.span(),
                     "the correlation of " + in_ticks(first.value.text()) + " and " +
                         in_ticks(second.value.text()) + " is stated twice, first on " +
                         messages::line_of(known->second, second.value.span()));
      return;
    }
    pairs_.push_back({first.index, second.index, value, second.value.span()});
  }

  Reading& reading_;
  Element element_;
  const Section& section_;
  std::string_view key_;
  std::vector<Pair> pairs_;
  std::size_t n_pairs_ = 0;  ///< good ones and others
  bool too_many_reported_ = false;
  std::map<std::pair<std::uint32_t, std::uint32_t>, diagnostic::SourceSpan> seen_;
};

/// Numbers the correlated elements only: their matrix is small, however many elements there are.
class Positions {
 public:
  std::size_t of(std::uint32_t index) {
    const auto [found, is_new] = positions_.emplace(index, indices_.size());
    if (is_new) indices_.push_back(index);
    return found->second;
  }
  std::size_t size() const { return indices_.size(); }
  std::uint32_t index(std::size_t position) const { return indices_[position]; }

 private:
  std::map<std::uint32_t, std::size_t> positions_;
  std::vector<std::uint32_t> indices_;
};

template <class NameOf>
void check_possible(Reading& reading, const Value& where, Positions& positions,
                    const std::vector<Correlation>& correlations, NameOf name_of_position) {
  if (positions.size() > max_correlated) {
    reading.error("E350", where.span(), "more than 400 elements are correlated with one another");
    return;
  }
  try {
    const random::Copula copula(positions.size(), correlations);
  } catch (const random::ImpossibleCorrelations& impossible) {
    std::string pairs;
    constexpr std::size_t shown = 4;
    for (std::size_t i = 0; i < std::min(shown, impossible.pairs().size()); ++i) {
      const Correlation& pair = impossible.pairs()[i];
      pairs += (i > 0 ? ", " : "") + in_ticks(name_of_position(pair.first)) + " with " +
               in_ticks(name_of_position(pair.second)) + " (" + messages::number(pair.value) + ")";
    }
    reading.error("E353", where.span(),
                  "no quantities can have these correlations at once: the matrix is not positive "
                  "definite. They "
                  "contradict one another: " +
                      pairs,
                  "bring the first of them nearer to what the others imply");
  } catch (const std::invalid_argument& refusal) {
    reading.error("E350", where.span(), refusal.what());
  }
}

}  // namespace

void read_correlations(Reading& reading, const Value& value) {
  CorrelationReader reader(reading, Element::parameter, sections::correlation(), "rank");
  Positions positions;
  std::vector<Correlation> all;
  std::map<std::pair<std::uint32_t, std::uint32_t>, bool> joint;
  for (const model::JointNormal& normal : reading.model.joints) {
    if (normal.mean.size() != normal.of.size() ||
        normal.covariance.size() != normal.of.size() * normal.of.size()) {
      continue;
    }
    std::vector<std::size_t> at;
    for (const model::ParameterId id : normal.of) at.push_back(positions.of(id.index));
    for (std::size_t i = 0; i < normal.of.size(); ++i) {
      for (std::size_t k = i + 1; k < normal.of.size(); ++k) {
        joint[std::minmax(normal.of[i].index, normal.of[k].index)] = true;
      }
    }
    try {
      const random::MultivariateNormal law(normal.mean, normal.covariance);
      for (const Correlation& c : law.correlations(at)) all.push_back(c);
    } catch (const std::invalid_argument&) {
      return;  // Reported where it was read.
    }
  }
  for (const Pair& pair : reader.read(value, "`correlations`")) {
    if (joint.count(std::minmax(pair.first, pair.second)) > 0) {
      reading.error("E352", pair.span,
                    "the two are drawn jointly: their correlation is stated in `joint`");
      continue;
    }
    all.push_back(
        {positions.of(pair.first), positions.of(pair.second), pair.value, Correlation::Kind::rank});
    reading.model.correlations.push_back({{pair.first}, {pair.second}, pair.value, pair.span});
  }
  check_possible(reading, value, positions, all, [&](std::size_t position) {
    return reading.model.parameters[positions.index(position)].name;
  });
}

void read_noise_correlations(Reading& reading, const Value& value) {
  CorrelationReader reader(reading, Element::variable, sections::noise_correlation(), "value");
  Positions positions;
  std::vector<Correlation> all;
  for (const Pair& pair : reader.read(value, "`noise_correlations`")) {
    all.push_back({positions.of(pair.first), positions.of(pair.second), pair.value,
                   Correlation::Kind::score});
    reading.model.noise_correlations.push_back(
        {{pair.first}, {pair.second}, pair.value, pair.span});
  }
  check_possible(reading, value, positions, all, [&](std::size_t position) {
    return reading.model.variables[positions.index(position)].name;
  });
}

}  // namespace detente::scenario
