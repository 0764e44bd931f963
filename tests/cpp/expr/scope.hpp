#pragma once

/// A small scenario's names for the tests of expressions.

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "detente/diagnostic/diagnostic.hpp"
#include "detente/expr/check.hpp"
#include "detente/expr/evaluate.hpp"

namespace detente::expr::testing {

/// Chains conflict {war, talks, frozen, ceasefire} and guarantee {none, in_force}; variables trust,
/// front; lever pressure; parameter tau; season winter; event strike; outcome relapse.
class SmallScope : public Scope {
 public:
  bool calendar = true;
  std::map<std::string, ExpressionPtr, std::less<>> lets;
  std::vector<std::string> failed;

  Resolution resolve(std::string_view name) const override {
    static const std::map<std::string, Resolution, std::less<>> fixed{
        {"trust", symbol(SymbolKind::variable, 0)},
        {"front", symbol(SymbolKind::variable, 1)},
        {"pressure", symbol(SymbolKind::lever, 0)},
        {"tau", symbol(SymbolKind::parameter, 0)},
        {"war", symbol(SymbolKind::parameter, 1)},  // a state may share its name with anything
        {"winter", symbol(SymbolKind::season, 0, Type::boolean)},
        {"relapse", symbol(SymbolKind::outcome, 0)},
        {"conflict", indexed(Resolution::Kind::chain, 0)},
        {"guarantee", indexed(Resolution::Kind::chain, 1)},
        {"strike", indexed(Resolution::Kind::event, 0)},
        {"review", indexed(Resolution::Kind::event, 1)},
    };
    if (const auto found = fixed.find(name); found != fixed.end()) return found->second;
    if (const auto found = lets.find(name); found != lets.end()) {
      Resolution result;
      result.kind = Resolution::Kind::let;
      result.expression = found->second;
      return result;
    }
    Resolution result;
    for (const std::string& known : failed) {
      if (known == name) result.kind = Resolution::Kind::failed;
    }
    return result;
  }

  std::vector<std::string> names() const override {
    return {"trust",   "front",    "pressure",  "tau",    "war",   "winter",
            "relapse", "conflict", "guarantee", "strike", "review"};
  }
  std::string chain_name(std::uint32_t chain) const override {
    return chain == 0 ? "conflict" : "guarantee";
  }
  std::vector<std::string> states(std::uint32_t chain) const override {
    if (chain == 0) return {"war", "talks", "frozen", "ceasefire"};
    return {"none", "in_force"};
  }
  std::vector<TransitionName> transitions_named(std::string_view name) const override {
    std::vector<TransitionName> found;
    for (const TransitionName& transition : transitions()) {
      if (transition.name == name) found.push_back(transition);
    }
    return found;
  }
  std::vector<std::string> transition_names(std::optional<std::uint32_t> chain) const override {
    std::vector<std::string> found;
    for (const TransitionName& transition : transitions()) {
      if (!chain || transition.chain == *chain) found.push_back(transition.name);
    }
    return found;
  }
  bool has_calendar() const override { return calendar; }
  std::optional<double> time_of_date(int year, int month, int day) const override {
    if (!calendar) return std::nullopt;
    return (year - 2024) + (month - 1) / 12.0 + (day - 1) / 365.25;  // good enough for a test
  }

 private:
  static std::vector<TransitionName> transitions() {
    return {{"collapse", 0, 0}, {"lapse", 0, 1}, {"lapse", 1, 2}, {"review", 1, 3}};
  }

  static Resolution symbol(SymbolKind kind, std::uint32_t index, Type type = Type::number) {
    Resolution result;
    result.kind = Resolution::Kind::symbol;
    result.symbol = {kind, index, 0};
    result.type = type;
    return result;
  }
  static Resolution indexed(Resolution::Kind kind, std::uint32_t index) {
    Resolution result;
    result.kind = kind;
    result.index = index;
    return result;
  }
};

/// Values for the names of SmallScope.
class SmallEnvironment : public Environment {
 public:
  double trust = 0.25, front = 18.0, pressure = 0.5, tau = 3.0, war = 7.0, winter = 1.0;
  double time = 1.5, year = 2025.5, sojourn = 0.75, visits = 2.0, count = 5.0;
  std::uint32_t conflict = 0, guarantee = 1;

  double value(const Symbol& symbol) const override {
    switch (symbol.kind) {
      case SymbolKind::parameter:
        return symbol.index == 0 ? tau : war;
      case SymbolKind::lever:
        return pressure;
      case SymbolKind::variable:
        return symbol.index == 0 ? trust : front;
      case SymbolKind::season:
        return winter;
      case SymbolKind::time:
        return time;
      case SymbolKind::year:
        return year;
      case SymbolKind::sojourn:
        return sojourn;
      case SymbolKind::visits:
        return visits + symbol.state;
      case SymbolKind::count_transition:
        return count + symbol.index;
      case SymbolKind::count_event:
        return -count;
      case SymbolKind::outcome:
        return 1.0;
    }
    return 0.0;
  }
  std::uint32_t state(std::uint32_t chain) const override {
    return chain == 0 ? conflict : guarantee;
  }
};

inline diagnostic::SourceSpan start_of(const std::string& text) {
  return {std::make_shared<const diagnostic::SourceText>("t.yaml", text), 1, 1, 1, "path"};
}

struct Checked {
  ExpressionPtr expression;
  std::vector<diagnostic::Diagnostic> diagnostics;

  /// `E203@5+7 E206@1+2`: codes, columns and lengths in order.
  std::string summary() const {
    std::string text;
    for (const diagnostic::Diagnostic& item : diagnostics) {
      text += (text.empty() ? "" : " ") + item.code + '@' + std::to_string(item.span.column) + '+' +
              std::to_string(item.span.length);
    }
    return text;
  }
};

inline Checked checked(const std::string& text, CheckContext context = {},
                       const SmallScope& scope = {}) {
  diagnostic::Diagnostics diagnostics;
  Checked result;
  result.expression = parse_and_check(text, start_of(text), scope, context, diagnostics);
  result.diagnostics = diagnostics.sorted();
  return result;
}

inline CheckContext expecting(std::optional<Type> type) {
  CheckContext context;
  context.expected = type;
  return context;
}

/// The value of a text in SmallEnvironment; NaN when it does not check.
inline double value(const std::string& text, const SmallEnvironment& environment = {}) {
  const Checked result = checked(text, expecting(std::nullopt));
  return result.expression ? evaluate(*result.expression, environment)
                           : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace detente::expr::testing
