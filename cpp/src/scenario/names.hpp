#pragma once

/// The names of a scenario and what they stand for.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detente/diagnostic/diagnostic.hpp"
#include "detente/expr/check.hpp"
#include "detente/model/calendar.hpp"

namespace detente::scenario {

/// Which names an expression may read at its place.
enum class Reads : std::uint8_t {
  everything,        ///< all but outcomes
  nothing,           ///< constants
  before_the_start,  ///< parameters and levers, and shared expressions of these
  outcomes,          ///< these and outcomes
};

/// What is declared under a name in the shared namespace.
enum class Element : std::uint8_t { parameter, lever, variable, let, chain, season, event };

/// "a parameter", ...
std::string_view name_of(Element element);

class Names : public expr::Scope {
 public:
  /// Declares a name and reports one that is taken, reserved or none.
  void declare(Element element, const std::string& name, std::uint32_t index,
               const diagnostic::SourceSpan& span, diagnostic::Diagnostics& diagnostics);
  /// The states of a chain; chains are numbered in the order of these calls.
  void add_chain(std::string name, std::vector<std::string> states);
  void add_transition(expr::TransitionName transition) {
    transitions_[transition.name].push_back(transition);
    transition_order_.push_back(std::move(transition));
  }
  /// Outcomes have a namespace of their own.
  void add_outcome(const std::string& name) { outcomes_.push_back(name); }
  void set_calendar(const model::Calendar& calendar) { calendar_ = calendar; }
  /// Called with the number of a shared expression when its meaning is first asked for.
  void set_let_source(std::function<expr::Resolution(std::uint32_t)> source) {
    let_ = std::move(source);
  }
  /// From now on outcomes are known, and hide what else has their name.
  void show_outcomes(bool shown) { outcomes_shown_ = shown; }

  struct Declared {
    Element element;
    std::uint32_t index;
    diagnostic::SourceSpan span;
    bool spoiled = false;  ///< what it means has been reported as wrong: its uses are passed over
  };
  /// Makes the uses of a name be passed over.
  void spoil(const std::string& name);
  const Declared* find(std::string_view name) const;
  /// Declared names of one kind, in order.
  std::vector<std::string> names_of(Element element) const;
  const std::vector<std::string>& outcomes() const { return outcomes_; }

  expr::Resolution resolve(std::string_view name) const override;
  /// Empty after some hundred calls: a text full of unknown names gets its messages without
  /// suggestions.
  std::vector<std::string> names() const override;
  std::string chain_name(std::uint32_t chain) const override { return chain_names_.at(chain); }
  std::vector<std::string> states(std::uint32_t chain) const override {
    return chain_states_.at(chain);
  }
  std::vector<expr::TransitionName> transitions_named(std::string_view name) const override;
  std::vector<std::string> transition_names(std::optional<std::uint32_t> chain) const override;
  bool has_calendar() const override { return calendar_.start.has_value(); }
  std::optional<double> time_of_date(int year, int month, int day) const override;

  /// False after many suggestions: each costs a look at all names.
  bool may_suggest() const;

 private:
  std::unordered_map<std::string, Declared> declared_;
  std::vector<std::string> order_;
  std::vector<std::string> chain_names_;
  std::vector<std::vector<std::string>> chain_states_;
  std::unordered_map<std::string, std::vector<expr::TransitionName>> transitions_;
  std::vector<expr::TransitionName> transition_order_;
  std::vector<std::string> outcomes_;
  std::function<expr::Resolution(std::uint32_t)> let_;
  model::Calendar calendar_;
  bool outcomes_shown_ = false;
  mutable std::size_t suggestions_ = 0;
};

}  // namespace detente::scenario
