#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>

#include "detente/random/copula.hpp"
#include "detente/random/elicitation.hpp"
#include "scenario/columns.hpp"
#include "scenario/emit.hpp"
#include "scenario/messages.hpp"
#include "scenario/parts.hpp"

namespace detente::scenario {

using messages::in_ticks;
using random::Prior;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t max_correlated = 400;

/// The argument that a refusal of the random floor names first, else the family.
diagnostic::SourceSpan span_of_refusal(const Form& form, const Section& section,
                                       const std::string& text) {
  std::size_t first = text.npos;
  diagnostic::SourceSpan span = form.span();
  for (const Field& field : section.fields) {
    const Value* value = form.find(field.name);
    const std::size_t at = text.find(field.name);
    if (value && at != text.npos && at < first) {
      first = at;
      span = value->span();
    }
  }
  return span;
}

/// Reads the arguments of one family of priors.
class PriorReader {
 public:
  PriorReader(Reading& reading, const Value& value, const Field& field)
      : reading_(reading), field_(field), value_(value) {}

  std::optional<Prior> read(const Form& parameter) {
    if (field_.name == "constant") return constant();
    if (field_.name == "quantiles") return quantiles(parameter);
    const Form form(value_, *field_.section, field_.name, reading_.diagnostics);
    if (!form.is_complete()) return std::nullopt;
    form_ = &form;
    std::optional<Prior> prior = guarded([&] { return family(); });
    form_ = nullptr;
    return prior;
  }

 private:
  struct Missing {};

  /// A required argument.
  double at(std::string_view key) const {
    const Value* value = form_->find(key);
    const auto number = value ? reading_.constant(*value, key) : std::nullopt;
    if (!number) throw Missing{};
    return *number;
  }
  double at(std::string_view key, double otherwise) const {
    return form_->has(key) ? at(key) : otherwise;
  }
  std::vector<double> list(std::string_view key) const {
    const Value* value = form_->find(key);
    const std::vector<double> numbers = reading_.constants(*value, key);
    if (!value->is_sequence() || numbers.size() != value->node->items.size()) throw Missing{};
    return numbers;
  }

  template <class Make>
  std::optional<Prior> guarded(Make make) {
    try {
      return make();
    } catch (const Missing&) {
    } catch (const std::invalid_argument& refusal) {
      const std::string text = refusal.what();
      reading_.error("E330", form_ ? span_of_refusal(*form_, *field_.section, text) : value_.span(),
                     text);
    }
    return std::nullopt;
  }

  std::optional<Prior> constant() {
    const auto number = reading_.constant(value_, field_.name);
    if (!number) return std::nullopt;
    return Prior::constant(*number);
  }

  std::optional<Prior> quantiles(const Form& parameter) {
    std::map<double, double> points;
    bool complete = true;
    for (const NamedValue& point : named_values(value_, "`quantiles`", reading_.diagnostics)) {
      const auto share = share_of(point);
      const auto number = reading_.constant(point.value, point.name);
      complete = complete && share && number;
      if (share && number && !points.emplace(*share, *number).second) {
        reading_.error("E331", point.name_span, "this share stands twice: " + in_ticks(point.name));
        complete = false;
      }
    }
    Bounds bounds;
    if (const Value* range = parameter.find("range")) bounds = read_range(reading_, *range, false);
    if (!complete || !value_.is_mapping()) return std::nullopt;
    std::vector<double> shares, values;
    for (const auto& [share, number] : points) {
      shares.push_back(share);
      values.push_back(number);
    }
    return guarded([&] { return random::fit_quantiles(shares, values, bounds.low, bounds.high); });
  }

  /// `5%` or `0.05`.
  std::optional<double> share_of(const NamedValue& point) {
    std::string text = point.name;
    const bool percent = !text.empty() && text.back() == '%';
    if (percent) text.pop_back();
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const double share = percent ? number / 100.0 : number;
    if (text.empty() || *end != '\0' || !(share > 0.0) || !(share < 1.0)) {
      reading_.error(
          "E331", point.name_span,
          "a share between 0% and 100% should stand here, and this is " + in_ticks(point.name),
          "write a share as `5%` or `0.05`, for example `quantiles: {5%: 60, 50%: 90, 95%: 130}`");
      return std::nullopt;
    }
    return share;
  }

  Prior family() {
    const std::string_view name = field_.name;
    if (name == "normal") return Prior::normal(at("mean"), at("sd"));
    if (name == "lognormal") return Prior::lognormal(at("median"), at("sigma"));
    if (name == "uniform") return Prior::uniform(at("low"), at("high"));
    if (name == "loguniform") return Prior::loguniform(at("low"), at("high"));
    if (name == "triangular") return Prior::triangular(at("low"), at("mode"), at("high"));
    if (name == "pert") return Prior::pert(at("low"), at("mode"), at("high"));
    if (name == "beta") return beta();
    if (name == "gamma") return Prior::gamma(at("shape"), at("rate"));
    if (name == "exponential") return Prior::exponential(at("rate"));
    if (name == "student_t") return Prior::student_t(at("df"), at("location"), at("scale"));
    if (name == "truncated_normal") {
      return Prior::truncated_normal(at("mean"), at("sd"), at("low", -infinity),
                                     at("high", infinity));
    }
    if (name == "discrete") return discrete();
    if (name == "bernoulli") return Prior::bernoulli(at("p"));
    return empirical();
  }

  Prior beta() {
    const bool moments = form_->has("mean") && form_->has("sd");
    const bool shapes = form_->has("alpha") && form_->has("beta");
    const bool mixed =
        (form_->has("mean") || form_->has("sd")) && (form_->has("alpha") || form_->has("beta"));
    if (mixed || moments == shapes) {
      reading_.error("E330", form_->span(), "a beta takes `mean` and `sd`, or `alpha` and `beta`",
                     "for example `beta: {mean: 0.45, sd: 0.18}`");
      throw Missing{};
    }
    return moments ? Prior::beta_from_moments(at("mean"), at("sd"))
                   : Prior::beta(at("alpha"), at("beta"));
  }

  Prior discrete() {
    const std::vector<double> values = list("values");
    const std::vector<double> weights =
        form_->has("weights") ? list("weights") : std::vector<double>(values.size(), 1.0);
    return Prior::discrete(values, weights);
  }

  Prior empirical() {
    if (form_->has("values") == form_->has("file")) {
      reading_.error("E330", form_->span(), "`empirical` takes `file` and `column`, or `values`",
                     "for example `empirical: {file: data/durations.csv, column: years}`");
      throw Missing{};
    }
    if (form_->has("values")) return Prior::empirical(list("values"));
    auto column = read_column(reading_, *form_);
    if (!column) throw Missing{};
    return Prior::empirical(reading_.columns[value_.path] = std::move(*column));
  }

  Reading& reading_;
  const Field& field_;
  const Value& value_;
  const Form* form_ = nullptr;
};

}  // namespace

Bounds read_range(Reading& reading, const Value& value, bool of_variable) {
  Bounds bounds;
  const auto bound = [&](const Value& part, std::string_view key) -> std::optional<double> {
    if (part.is_null()) return std::nullopt;
    return reading.constant(part, key);
  };
  if (value.is_sequence()) {
    if (value.node->items.size() != 2) {
      reading.error(
          "E123", value.span(),
          "a range has two ends, and this list has " + std::to_string(value.node->items.size()),
          "for example `range: [0, 100]`, or `range: [0, null]` without an upper end");
      return bounds;
    }
    bounds.low = bound(value.item(0), "low");
    bounds.high = bound(value.item(1), "high");
  } else {
    const Form form(value, sections::range(), "", reading.diagnostics);
    if (const Value* low = form.find("low")) bounds.low = bound(*low, "low");
    if (const Value* high = form.find("high")) bounds.high = bound(*high, "high");
    if (const Value* at = form.find("at_bounds")) {
      const std::string text = reading.text(*at, "at_bounds");
      if (!of_variable) {
        reading.error("E120", form.key_span("at_bounds"),
                      "`at_bounds` belongs to the range of a variable");
      } else if (text == "reflect") {
        bounds.at_bounds = model::AtBounds::reflect;
      } else if (text != "clamp") {
        reading.error("E123", at->span(),
                      "`at_bounds` should be `clamp` or `reflect`, and this is " + in_ticks(text));
      }
    }
  }
  if (bounds.low && bounds.high && *bounds.low >= *bounds.high) {
    reading.error("E137", value.span(),
                  "the lower end of a range must be below the upper end: " +
                      messages::number(*bounds.low) + " and " + messages::number(*bounds.high));
    bounds.low = bounds.high = std::nullopt;
  }
  return bounds;
}

void read_levers(Reading& reading, const std::vector<NamedValue>& values) {
  for (const NamedValue& named : values) {
    const Form form(named.value, sections::lever(), named.name, reading.diagnostics);
    const Value* range = form.find("range");
    const Bounds bounds = range ? read_range(reading, *range, false) : Bounds{};
    const Limits limits{bounds.low.value_or(-infinity), bounds.high.value_or(infinity)};
    const Value* value = form.find("default");
    const auto number = value ? reading.constant(*value, "default", limits) : std::nullopt;
    model::Lever lever{
        named.name,     number.value_or(0.0),       bounds.low,
        bounds.high,    reading.text(form, "unit"), reading.text(form, "description"),
        named.name_span};
    reading.model.levers.push_back(std::move(lever));
  }
}

void read_parameters(Reading& reading, const std::vector<NamedValue>& values) {
  for (const NamedValue& named : values) {
    const Form form(named.value, sections::parameter(), named.name, reading.diagnostics);
    std::optional<Prior> prior;
    std::string yaml;
    const std::string_view family = form.chosen(Need::exactly_one);
    if (!family.empty()) {
      const Field& field = *sections::parameter().find(family);
      prior = PriorReader(reading, *form.find(family), field).read(form);
      yaml = std::string(family) + ": " + flow_yaml(*form.find(family)->node);
    }
    if (form.has("range") && !family.empty() && family != "quantiles") {
      reading.error("E332", form.key_span("range"),
                    "`range` goes with `quantiles`; it does not cut a " + in_ticks(family),
                    "use `truncated_normal: {mean, sd, low, high}`, or state `quantiles`");
    }
    model::Parameter parameter{named.name,
                               prior.value_or(Prior::constant(0.0)),
                               reading.source(form),
                               reading.text(form, "unit"),
                               reading.text(form, "description"),
                               std::move(yaml),
                               named.name_span};
    reading.model.parameters.push_back(std::move(parameter));
  }
}

std::vector<DeclaredJoint> declare_joints(Reading& reading, const Value& value,
                                          std::uint32_t first_index) {
  std::vector<DeclaredJoint> out;
  for (const Value& item : items(value, "`joint`", reading.diagnostics)) {
    DeclaredJoint joint{item, {}};
    const Entry* entry = item.is_mapping() ? item.node->find("multivariate_normal") : nullptr;
    const Entry* of =
        entry && entry->value->kind == Node::Kind::mapping ? entry->value->find("of") : nullptr;
    if (of && of->value->kind == Node::Kind::sequence) {
      const Value list{of->value, item.path + ".multivariate_normal.of"};
      for (std::size_t i = 0; i < of->value->items.size(); ++i) {
        const Value name = list.item(i);
        if (!name.is_scalar()) continue;
        reading.names.declare(Element::parameter, name.text(), first_index++, name.span(),
                              reading.diagnostics);
        joint.of.push_back({name.text(), name.span(), name});
      }
    }
    out.push_back(std::move(joint));
  }
  return out;
}

namespace {

/// Nothing when a number is wrong, which has been reported.
std::optional<std::vector<double>> numbers_of(Reading& reading, const Value& value,
                                              std::string_view key) {
  std::vector<double> numbers = reading.constants(value, key);
  if (!value.is_sequence() || numbers.size() != value.node->items.size()) return std::nullopt;
  return numbers;
}

std::optional<std::vector<double>> read_matrix(Reading& reading, const Value& value) {
  std::vector<double> out;
  bool complete = value.is_sequence();
  for (const Value& row : items(value, "`covariance`", reading.diagnostics)) {
    const auto numbers = numbers_of(reading, row, "covariance");
    complete = complete && numbers;
    if (numbers) out.insert(out.end(), numbers->begin(), numbers->end());
  }
  if (!complete) return std::nullopt;
  return out;
}

std::optional<random::MultivariateNormal> read_law(Reading& reading, const Form& form,
                                                   std::size_t n, model::JointNormal& normal) {
  items(*form.find("of"), "`of`", reading.diagnostics);
  auto mean = numbers_of(reading, *form.find("mean"), "mean");
  auto covariance = read_matrix(reading, *form.find("covariance"));
  if (!mean || !covariance) return std::nullopt;
  normal.mean = std::move(*mean);
  normal.covariance = std::move(*covariance);
  if (n < 2 || n > max_correlated || normal.mean.size() != n || normal.covariance.size() != n * n) {
    reading.error(
        "E333", form.span(),
        "a multivariate normal of n parameters takes n names, n means and n rows of n covariances, "
        "n from 2 to 400; here are " +
            std::to_string(n) + " names, " + std::to_string(normal.mean.size()) + " means and " +
            std::to_string(normal.covariance.size()) + " covariances");
    return std::nullopt;
  }
  try {
    return random::MultivariateNormal(normal.mean, normal.covariance);
  } catch (const std::invalid_argument& refusal) {
    reading.error("E333", form.key_span("covariance"), refusal.what());
    return std::nullopt;
  }
}

void read_joint(Reading& reading, const DeclaredJoint& joint) {
  model::Model& model = reading.model;
  const Form outer(joint.value, sections::joint(), "", reading.diagnostics);
  model::JointNormal normal;
  std::optional<random::MultivariateNormal> law;
  if (const Value* inner = outer.find("multivariate_normal")) {
    const Form form(*inner, sections::multivariate_normal(), "", reading.diagnostics);
    normal.span = form.span();
    if (form.is_complete()) law = read_law(reading, form, joint.of.size(), normal);
  }
  const std::string source = reading.source(outer);
  for (std::size_t i = 0; i < joint.of.size(); ++i) {
    normal.of.push_back({static_cast<std::uint32_t>(model.parameters.size())});
    model::Parameter parameter{joint.of[i].name,
                               law ? law->marginal(i) : Prior::constant(0.0),
                               source,
                               reading.text(outer, "unit"),
                               reading.text(outer, "description"),
                               "",
                               joint.of[i].name_span};
    model.parameters.push_back(std::move(parameter));
  }
  model.joints.push_back(std::move(normal));
}

}  // namespace

void read_joints(Reading& reading, const std::vector<DeclaredJoint>& joints) {
  for (const DeclaredJoint& joint : joints) read_joint(reading, joint);
}

}  // namespace detente::scenario
