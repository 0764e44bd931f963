#include "scenario/reading.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "detente/diagnostic/suggestion.hpp"
#include "detente/expr/evaluate.hpp"
#include "detente/expr/parser.hpp"
#include "detente/expr/simplify.hpp"
#include "scenario/messages.hpp"

namespace detente::scenario {

using diagnostic::SourceSpan;
using expr::AstNode;
using expr::CheckContext;
using expr::ExpressionPtr;
using messages::in_ticks;
using model::Duration;

namespace {

constexpr std::size_t max_expression_bytes = 256u << 10;  ///< of all together
constexpr double max_written_nodes = 100'000;  ///< of one expression, shared parts written out
constexpr std::size_t max_written_depth = 1'000;

/// Knows no names: for constants.
class NoNames : public expr::Scope {
 public:
  explicit NoNames(bool has_calendar) : has_calendar_(has_calendar) {}
  expr::Resolution resolve(std::string_view) const override { return {}; }
  std::vector<std::string> names() const override { return {}; }
  std::string chain_name(std::uint32_t) const override { return {}; }
  std::vector<std::string> states(std::uint32_t) const override { return {}; }
  std::vector<expr::TransitionName> transitions_named(std::string_view) const override {
    return {};
  }
  std::vector<std::string> transition_names(std::optional<std::uint32_t>) const override {
    return {};
  }
  bool has_calendar() const override { return has_calendar_; }
  std::optional<double> time_of_date(int, int, int) const override { return std::nullopt; }

 private:
  bool has_calendar_;
};

std::optional<double> plain_number(const std::string& text) {
  double value = 0.0;
  const char* begin = text.data();
  const char* end = begin + text.size();
  if (begin != end && *begin == '+') ++begin;
  const auto [stop, status] = std::from_chars(begin, end, value);
  if (status != std::errc() || stop != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string limits_text(const Limits& limits) {
  const std::string low = messages::number(limits.low), high = messages::number(limits.high);
  if (std::isinf(limits.high)) return (limits.open_low ? "above " : "at least ") + low;
  if (std::isinf(limits.low)) return (limits.open_high ? "below " : "at most ") + high;
  const bool open = limits.open_low && limits.open_high;
  return "between " + low + " and " + high + (open ? ", neither included" : "");
}

bool within(double value, const Limits& limits) {
  const bool low = limits.open_low ? value > limits.low : value >= limits.low;
  return low && (limits.open_high ? value < limits.high : value <= limits.high);
}

Duration::Unit unit_of(expr::DurationUnit unit) {
  switch (unit) {
    case expr::DurationUnit::hour:
      return Duration::Unit::hour;
    case expr::DurationUnit::day:
      return Duration::Unit::day;
    case expr::DurationUnit::week:
      return Duration::Unit::week;
    case expr::DurationUnit::month:
      return Duration::Unit::month;
    case expr::DurationUnit::year:
      return Duration::Unit::year;
  }
  return Duration::Unit::plain;
}

/// `YYYY-MM-DD`, whether the day exists or not.
bool looks_like_date(const std::string& text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i != 4 && i != 7 && (text[i] < '0' || text[i] > '9')) return false;
  }
  return true;
}

constexpr const char* date_form = "write a date as YYYY-MM-DD, for example `2024-12-01`";
constexpr const char* duration_form =
    "write a number and one of hours, days, weeks, months, years, for example `6 months`";

}  // namespace

void Reading::error(std::string code, SourceSpan span, std::string message, std::string hint) {
  diagnostics.add(
      messages::error(std::move(code), std::move(span), std::move(message), std::move(hint)));
}

void Reading::warning(std::string code, SourceSpan span, std::string message, std::string hint) {
  diagnostics.add(
      messages::warning(std::move(code), std::move(span), std::move(message), std::move(hint)));
}

void Reading::unknown_name(SourceSpan span, std::string_view kind, std::string_view name,
                           const std::function<std::vector<std::string>()>& known) {
  if (names.may_suggest()) {
    diagnostics.add(messages::unknown_name(std::move(span), kind, name, known()));
  } else {
    error("E304", std::move(span), "unknown " + std::string(kind) + " " + in_ticks(name));
  }
}

std::string Reading::text(const Form& form, std::string_view key) {
  const Value* value = form.find(key);
  return value ? text(*value, key) : std::string();
}

std::string Reading::text(const Value& value, std::string_view key) {
  if (value.is_scalar()) return value.text();
  diagnostics.add(messages::wrong_kind(value.span(), in_ticks(key), "a text", kind_of(value)));
  return {};
}

std::optional<bool> Reading::flag(const Value& value, std::string_view key) {
  if (value.is_scalar() && value.text() == "true") return true;
  if (value.is_scalar() && value.text() == "false") return false;
  diagnostics.add(
      messages::wrong_kind(value.span(), in_ticks(key), "`true` or `false`", kind_of(value)));
  return std::nullopt;
}

std::optional<double> Reading::constant(const Value& value, std::string_view key) {
  if (!value.is_scalar()) {
    diagnostics.add(messages::wrong_kind(value.span(), in_ticks(key), "a number", kind_of(value)));
    return std::nullopt;
  }
  if (const auto number = plain_number(value.text())) return number;
  const expr::TextPlace place = expr::place_text(value.text(), value.span());
  diagnostic::Diagnostics found;
  const auto ast = expr::parse(value.text(), place, found);
  const std::string& text = value.text();
  if (!ast) {
    const bool percent = text.ends_with('%');
    const bool comma = text.find(',') != text.npos;
    error("E130", value.span(),
          in_ticks(key) + " should be a number, and this is " +
              (text.empty() ? "an empty text" : in_ticks(text)),
          percent ? "write a share as a number between 0 and 1"
          : comma ? "write the decimal point as `.`, and digits without separators"
                  : "");
    return std::nullopt;
  }
  const Field* family =
      ast->root.kind == AstNode::Kind::call ? sections::parameter().find(ast->root.name) : nullptr;
  if (family && family->section) {
    const std::string name(family->name);
    error("E130", value.span(),
          in_ticks(key) + " should be a number, and this is " +
              (text.empty() ? "an empty text" : in_ticks(text)),
          "a prior is written `{" + name + ": " + std::string(family->example) + "}`");
    return std::nullopt;
  }
  const std::vector<expr::NameUse> uses = expr::names_in(*ast);
  if (!uses.empty()) {
    SourceSpan span = uses.front().span;
    span.path = value.path;
    error("E130", span,
          in_ticks(key) +
              " should be a number; a name cannot be read here: " + in_ticks(uses.front().name),
          "write the number; what depends on parameters or levers belongs in an expression, for "
          "example under "
          "`let:`");
    return std::nullopt;
  }
  const ExpressionPtr checked = expr::check(*ast, NoNames(names.has_calendar()), {}, diagnostics);
  if (!checked) return std::nullopt;
  const auto number = expr::constant_value(checked);
  if (!number || !std::isfinite(*number)) {
    error("E130", value.span(), in_ticks(key) + " is not a finite number: " + in_ticks(text));
    return std::nullopt;
  }
  return number;
}

std::optional<double> Reading::constant(const Value& value, std::string_view key,
                                        const Limits& limits) {
  const auto number = constant(value, key);
  if (!number || within(*number, limits)) return number;
  error("E136", value.span(),
        in_ticks(key) + " must be " + limits_text(limits) + ": " + messages::number(*number));
  return std::nullopt;
}

std::vector<double> Reading::constants(const Value& value, std::string_view key) {
  std::vector<double> out;
  for (const Value& item : items(value, in_ticks(key), diagnostics)) {
    if (const auto number = constant(item, key)) out.push_back(*number);
  }
  return out;
}

std::optional<model::Date> Reading::date(const Value& value, std::string_view key) {
  if (!value.is_scalar() || !looks_like_date(value.text())) {
    error("E131", value.span(), in_ticks(key) + " should be a date, and this is " + kind_of(value),
          date_form);
    return std::nullopt;
  }
  const std::string& text = value.text();
  const int year = std::stoi(text.substr(0, 4));
  const int month = std::stoi(text.substr(5, 2));
  const int day = std::stoi(text.substr(8, 2));
  if (year < 1 || !model::is_valid_date(year, month, day)) {
    error("E131", value.span(), "there is no such day: " + in_ticks(text), date_form);
    return std::nullopt;
  }
  return model::make_date(year, month, day);
}

std::optional<Duration> Reading::duration(const Value& value, std::string_view key) {
  if (!value.is_scalar()) {
    diagnostics.add(
        messages::wrong_kind(value.span(), in_ticks(key), "a duration", kind_of(value)));
    return std::nullopt;
  }
  Duration duration;
  diagnostic::Diagnostics ignored;
  const auto ast = expr::parse(value.text(), expr::place_text(value.text(), value.span()), ignored);
  if (ast && ast->root.kind == AstNode::Kind::duration) {
    duration = {ast->root.number, unit_of(ast->root.unit)};
    if (!names.has_calendar()) {
      error("E133", value.span(),
            in_ticks(key) +
                " has a unit of time, and the scenario has no calendar: " + in_ticks(value.text()),
            "give `time` a `start` date, or write a plain number");
      return std::nullopt;
    }
  } else if (ast && expr::names_in(*ast).empty() && ast->root.kind != AstNode::Kind::date) {
    const auto number = constant(value, key);
    if (!number) return std::nullopt;
    duration = {*number, Duration::Unit::plain};
  } else {
    error("E132", value.span(),
          in_ticks(key) + " should be a duration, and this is " + kind_of(value), duration_form);
    return std::nullopt;
  }
  if (!(duration.number > 0.0)) {
    error("E136", value.span(),
          in_ticks(key) + " must be above 0: " + messages::number(duration.number));
    return std::nullopt;
  }
  return duration;
}

std::optional<double> Reading::moment(const Value& value, std::string_view key) {
  const model::Calendar& calendar = model.calendar;
  if (value.is_scalar() && looks_like_date(value.text())) {
    const auto day = date(value, key);
    if (!day || calendar_is_wrong) return std::nullopt;
    if (!calendar.start) {
      error(
          "E133", value.span(),
          in_ticks(key) + " is a date, and the scenario has no calendar: " + in_ticks(value.text()),
          "give `time` a `start` date, or write a plain number");
      return std::nullopt;
    }
    if (*day < *calendar.start) {
      error("E134", value.span(),
            in_ticks(key) + " is before the start of the scenario, " +
                model::to_string(*calendar.start) + ": " + value.text());
      return std::nullopt;
    }
    return calendar.time_of(*day);
  }
  if (value.is_scalar() && plain_number(value.text()) == 0.0) return 0.0;
  const auto length = duration(value, key);
  if (!length) return std::nullopt;
  return calendar.multiple(*length, 1);
}

std::string Reading::source(const Form& form) {
  const Value* value = form.find("source");
  if (!value) return {};
  const std::string key = text(*value, "source");
  if (key.empty() || key == "judgement") return key;
  const auto is_it = [&key](const model::Source& source) { return source.key == key; };
  if (std::any_of(model.sources.begin(), model.sources.end(), is_it)) return key;
  unknown_name(value->span(), "source", key, [this] {
    std::vector<std::string> known;
    for (const model::Source& source : model.sources) known.push_back(source.key);
    known.emplace_back("judgement");
    return known;
  });
  return {};
}

ExpressionPtr Reading::expression(const Value& value, const CheckContext& context, Reads reads) {
  if (!value.is_scalar()) {
    error("E123", value.span(), "this should be an expression, and it is " + kind_of(value),
          value.is_null() ? "" : "put quotes around an expression that begins with `[` or `{`");
    return nullptr;
  }
  const bool was_full = expression_bytes_ > max_expression_bytes;
  expression_bytes_ += value.text().size();
  if (expression_bytes_ > max_expression_bytes) {
    if (!was_full) {
      error("E305", value.span(),
            "the expressions of a scenario may have 256 KiB together, and with this one they have "
            "more",
            "give what recurs a name under `let`");
    }
    return nullptr;
  }
  const expr::TextPlace place = expr::place_text(value.text(), value.span());
  const auto ast = expr::parse(value.text(), place, diagnostics);
  if (!ast || !reads_allowed(*ast, reads)) return nullptr;
  names.show_outcomes(reads == Reads::outcomes);
  ExpressionPtr checked = expr::check(*ast, names, context, diagnostics);
  names.show_outcomes(false);
  if (checked && !is_bounded(checked)) {
    error("E305", value.span(),
          "this expression is too large: with its shared expressions written out it has more than "
          "100000 parts, "
          "or they lie more than 1000 deep",
          "use fewer shared expressions inside one another");
    return nullptr;
  }
  return checked;
}

ExpressionPtr Reading::number(const Value& value, Reads reads) {
  return expression(value, {expr::Type::number, nullptr}, reads);
}

ExpressionPtr Reading::condition(const Value& value) {
  return expression(value, {expr::Type::boolean, nullptr});
}

ExpressionPtr Reading::non_negative(const Value& value, std::string_view what, Reads reads) {
  ExpressionPtr checked = number(value, reads);
  if (!checked) return nullptr;
  const auto constant = expr::constant_value(checked);
  if (constant && *constant < 0.0) {
    error("E310", value.span(),
          std::string(what) + " cannot be negative: " + messages::number(*constant));
    return nullptr;
  }
  return checked;
}

namespace {

/// Whether an expression reads nothing but parameters and levers.
bool is_known_before_the_start(const expr::Expression& expression) {
  const std::vector<expr::Symbol> symbols = expr::symbols_of(expression);
  return expr::chains_of(expression).empty() &&
         std::all_of(symbols.begin(), symbols.end(), [](const expr::Symbol& symbol) {
           return symbol.kind == expr::SymbolKind::parameter ||
                  symbol.kind == expr::SymbolKind::lever;
         });
}

}  // namespace

bool Reading::reads_allowed(const expr::Ast& ast, Reads reads) {
  if (reads == Reads::everything) return true;
  bool allowed = true;
  const std::vector<std::string>& outcomes = names.outcomes();
  for (const expr::NameUse& use : expr::names_in(ast)) {
    const bool is_outcome = reads == Reads::outcomes &&
                            std::find(outcomes.begin(), outcomes.end(), use.name) != outcomes.end();
    const bool is_time = use.name == "time" || use.name == "year";
    const Names::Declared* declared = names.find(use.name);
    if (is_outcome || (!declared && !is_time)) continue;  // Unknown ones are reported by the check.
    std::string kind = is_time ? "the time" : "a " + std::string(name_of(declared->element));
    if (!is_time &&
        (declared->element == Element::parameter || declared->element == Element::lever)) {
      continue;
    }
    if (!is_time && declared->element == Element::let) {
      const expr::Resolution meaning = names.resolve(use.name);
      if (!meaning.expression || is_known_before_the_start(*meaning.expression)) continue;
      kind = "a shared expression that reads more than parameters and levers";
    }
    allowed = false;
    error("E306", use.span, in_ticks(use.name) + " cannot be read here: it is " + kind,
          reads == Reads::outcomes
              ? "a utility reads outcomes, parameters and levers; make an outcome of what it "
                "needs, for example `" +
                    use.name + "_end: {value: " + use.name + "}`"
              : "what holds before the start may read parameters and levers alone");
  }
  return allowed;
}

Reading::Extent Reading::extent_of(const ExpressionPtr& expression) {
  if (const auto known = extents_.find(expression); known != extents_.end()) return known->second;
  Extent extent;
  const auto add = [&](const ExpressionPtr& part) {
    const Extent inner = extent_of(part);
    extent.nodes += inner.nodes;
    extent.depth = std::max(extent.depth, inner.depth + 1);
  };
  for (const ExpressionPtr& argument : expression->arguments) add(argument);
  if (expression->window.after_first) add(expression->window.after_first);
  extents_.emplace(expression, extent);
  return extent;
}

bool Reading::is_bounded(const ExpressionPtr& expression) {
  const Extent extent = extent_of(expression);
  return extent.nodes <= max_written_nodes && extent.depth <= max_written_depth;
}

}  // namespace detente::scenario
