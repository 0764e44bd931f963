#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "detente/expr/parser.hpp"
#include "scenario/messages.hpp"
#include "scenario/parts.hpp"

namespace detente::scenario {

using messages::in_ticks;
using Kind = model::Outcome::Kind;

namespace {

constexpr double max_grid_points = 1e6;

struct KindRow {
  std::string_view key;
  Kind kind;
  expr::Type type;
};
constexpr KindRow kinds[] = {
    {"probability", Kind::probability, expr::Type::formula},
    {"time_to", Kind::time_to, expr::Type::boolean},
    {"duration", Kind::duration, expr::Type::boolean},
    {"count", Kind::count, expr::Type::number},
    {"value", Kind::value, expr::Type::number},
    {"integral", Kind::integral, expr::Type::number},
    {"maximum", Kind::maximum, expr::Type::number},
    {"minimum", Kind::minimum, expr::Type::number},
};

bool has_window_keys(Kind kind) {
  return kind == Kind::duration || kind == Kind::count || kind == Kind::integral ||
         kind == Kind::maximum || kind == Kind::minimum;
}

class OutcomeReader {
 public:
  explicit OutcomeReader(Reading& reading) : reading_(reading) {}

  model::Outcome read(const NamedValue& named) {
    const Form form(named.value, sections::outcome(), named.name, reading_.diagnostics);
    model::Outcome outcome;
    outcome.name = named.name;
    outcome.span = named.name_span;
    const std::string_view key = form.chosen(Need::exactly_one);
    for (const KindRow& row : kinds) {
      if (row.key != key) continue;
      const Value& value = *form.find(key);
      outcome.kind = row.kind;
      outcome.text = value.is_scalar() ? value.text() : std::string();
      outcome.expression = row.kind == Kind::count ? counted(value) : formula(value, row.type);
    }
    if (const Value* given = form.find("given"))
      outcome.given = formula(*given, expr::Type::formula);
    if (!key.empty()) read_times(form, key, outcome);
    outcome.unit = reading_.text(form, "unit");
    outcome.source = reading_.source(form);
    outcome.description = reading_.text(form, "description");
    return outcome;
  }

 private:
  expr::ExpressionPtr formula(const Value& value, expr::Type type) {
    expr::ExpressionPtr checked = reading_.expression(value, {type, nullptr});
    if (checked && !windows_are_bounded(*checked)) {
      reading_.error("E323", value.span(),
                     "a window of this formula reaches more than 1000000 steps past the start",
                     "use a shorter window or a longer step");
      return nullptr;
    }
    return checked;
  }

  /// `count: strike` is `count(strike)`.
  expr::ExpressionPtr counted(const Value& value) {
    std::string name = value.is_scalar() ? value.text() : std::string();
    const auto dot = name.find('.');
    const bool formed = dot == name.npos ? expr::is_name(name)
                                         : expr::is_name(name.substr(0, dot)) &&
                                               expr::is_name(name.substr(dot + 1));
    if (!formed) {
      reading_.error(
          "E123", value.span(),
          "`count` should be the name of an event or a transition, and this is " + kind_of(value),
          "for example `count: strike`, or `count: chain.transition`; for a condition use "
          "`duration`");
      return nullptr;
    }
    const std::string_view head = "count(";
    const diagnostic::SourceSpan span = value.span();
    const std::uint32_t quote = value.node->style == Node::Style::quoted ? 1 : 0;
    expr::TextPlace place;
    place.source = span.source;
    place.path = span.path;
    place.starts = {{0, span.line, span.column + quote},
                    {head.size(), span.line, span.column + quote}};
    if (!span.source) place.starts.clear();
    return expr::parse_and_check(std::string(head) + name + ")", place, reading_.names,
                                 {expr::Type::number, nullptr}, reading_.diagnostics);
  }

  bool windows_are_bounded(const expr::Expression& expression) {
    const double step = reading_.model.calendar.step.years();
    if (expression.kind == expr::Expression::Kind::temporal) {
      const double reach = expression.window.after + std::max(expression.window.within, 0.0);
      return !(step > 0.0) || reach / step <= max_grid_points;
    }
    if (expression.type != expr::Type::formula) return true;
    return std::all_of(expression.arguments.begin(), expression.arguments.end(),
                       [&](const expr::ExpressionPtr& part) { return windows_are_bounded(*part); });
  }

  void read_times(const Form& form, std::string_view key, model::Outcome& outcome) {
    const auto refuse = [&](std::string_view time, std::string hint) {
      if (!form.has(time)) return;
      reading_.error("E122", form.key_span(time),
                     in_ticks(time) + " does not go with " + in_ticks(key), std::move(hint));
    };
    const auto moment = [&](std::string_view time, double otherwise) {
      const Value* value = form.find(time);
      if (!value) return otherwise;
      const auto read = reading_.moment(*value, time);
      if (read && *read > reading_.model.calendar.horizon * (1.0 + 1e-12)) {
        reading_.error("E324", value->span(),
                       in_ticks(time) + " lies after the horizon: " + in_ticks(value->text()));
      }
      return read.value_or(otherwise);
    };
    if (outcome.kind == Kind::value) {
      outcome.at = moment("at", -1.0);
    } else {
      refuse("at", "`at` is when a `value` is read");
    }
    if (has_window_keys(outcome.kind)) {
      outcome.from = moment("from", 0.0);
      outcome.until = moment("until", -1.0);
      if (outcome.until >= 0.0 && outcome.until <= outcome.from) {
        reading_.error("E324", form.find("until")->span(), "`until` must be after `from`");
      }
    } else {
      const char* hint = outcome.kind == Kind::value
                             ? "a `value` is read `at` a time"
                             : "the window of a formula is `eventually(..., within = ...)`";
      refuse("from", hint);
      refuse("until", hint);
    }
  }

  Reading& reading_;
};

}  // namespace

void read_outcomes(Reading& reading, const std::vector<NamedValue>& values) {
  OutcomeReader reader(reading);
  for (const NamedValue& named : values) {
    if (expr::is_reserved(named.name)) {
      reading.diagnostics.add(messages::reserved_name(named.name_span, named.name, "outcome"));
    } else if (!expr::is_name(named.name)) {
      reading.diagnostics.add(messages::bad_name(named.name_span, named.name, "outcome"));
    } else if (named.name == "utility") {
      reading.error(
          "E303", named.name_span,
          "`utility` stands beside the outcomes in every result, so no outcome can have that name",
          "choose another name");
    }
    reading.model.outcomes.push_back(reader.read(named));
    reading.names.add_outcome(named.name);
  }
}

void read_utility(Reading& reading, const Value& value) {
  reading.model.utility = reading.number(value, Reads::outcomes);
  if (value.is_scalar()) reading.model.utility_text = value.text();
}

}  // namespace detente::scenario
