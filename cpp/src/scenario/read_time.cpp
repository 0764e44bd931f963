#include <cmath>
#include <set>

#include "scenario/messages.hpp"
#include "scenario/parts.hpp"

namespace detente::scenario {

using messages::in_ticks;
using model::Calendar;
using model::Duration;

namespace {

constexpr double max_grid_points = 1e6;
constexpr double max_report_dates = 1e5;
constexpr double max_calendar_years = 1'000.0;

void read_horizon(Reading& reading, const Value& value) {
  Calendar& calendar = reading.model.calendar;
  diagnostic::Diagnostics ignored;
  const auto horizon = reading.moment(value, "horizon");
  if (!horizon) return;
  if (*horizon <= 0.0) {
    reading.error("E320", value.span(), "the horizon must lie after the start: " + value.text());
    return;
  }
  if (calendar.start && *horizon > max_calendar_years) {
    reading.error("E320", value.span(),
                  "a forecast with a calendar may span 1000 years: " + value.text());
    return;
  }
  calendar.horizon = *horizon;
  calendar.horizon_duration = {*horizon, Duration::Unit::plain};
  const auto first = value.text().find_first_of("-", 1);
  if (calendar.start && first == 4 && value.text().size() == 10) return;  // A date.
  if (const auto length = reading.duration(value, "horizon")) calendar.horizon_duration = *length;
}

void read_step(Reading& reading, const Value& value, bool horizon_known) {
  Calendar& calendar = reading.model.calendar;
  const auto step = reading.duration(value, "step");
  if (!step) return;
  calendar.step = *step;
  if (horizon_known && calendar.horizon / step->years() > max_grid_points) {
    reading.error("E321", value.span(),
                  "more than 1000000 steps to the horizon: " + in_ticks(value.text()),
                  "a step may be longer: hazards that change only at events are exact at any step");
  }
}

}  // namespace

void read_time(Reading& reading, const Value& value) {
  Calendar& calendar = reading.model.calendar;
  const Form form(value, sections::time(), "", reading.diagnostics);
  if (const Value* start = form.find("start")) {
    calendar.start = reading.date(*start, "start");
    // What follows has a calendar, if a wrong one: one mistake, one message.
    reading.calendar_is_wrong = !calendar.start;
    if (!calendar.start) calendar.start = model::make_date(2000, 1, 1);
  }
  reading.names.set_calendar(calendar);
  const auto errors_before = reading.diagnostics.sorted().size();
  const Value* horizon = form.find("horizon");
  if (horizon) read_horizon(reading, *horizon);
  const bool horizon_known = horizon && reading.diagnostics.sorted().size() == errors_before;
  if (const Value* step = form.find("step")) read_step(reading, *step, horizon_known);
  if (const Value* report = form.find("report")) {
    calendar.report = reading.duration(*report, "report");
    if (calendar.report && horizon_known &&
        calendar.horizon / calendar.report->years() > max_report_dates) {
      reading.error("E321", report->span(),
                    "more than 100000 report dates to the horizon: " + in_ticks(report->text()));
    }
  }
  if (const Value* run_off = form.find("run_off")) {
    calendar.run_off = reading.flag(*run_off, "run_off").value_or(true);
  }
  reading.names.set_calendar(calendar);
}

void read_sources(Reading& reading, const std::vector<NamedValue>& values) {
  for (const NamedValue& named : values) {
    const Form form(named.value, sections::source(), named.name, reading.diagnostics);
    model::Source source;
    source.key = named.name;
    if (named.name == "judgement") {
      reading.error("E303", named.name_span, "`judgement` needs no entry in `sources`",
                    "`source: judgement` says that there is no publication behind a figure");
    }
    source.cite = reading.text(form, "cite");
    source.url = reading.text(form, "url");
    source.note = reading.text(form, "note");
    if (const Value* date = form.find("date")) {
      if (const auto day = reading.date(*date, "date")) source.date = model::to_string(*day);
    }
    reading.model.sources.push_back(std::move(source));
  }
}

void read_seasons(Reading& reading, const std::vector<NamedValue>& values) {
  const auto day_of = [&](const Form& form, std::string_view key, int& month, int& day) {
    const Value* value = form.find(key);
    if (!value) return;
    const std::string text = value->is_scalar() ? value->text() : "";
    const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
    const bool formed =
        text.size() == 5 && text[2] == '-' && digit(0) && digit(1) && digit(3) && digit(4);
    if (formed) {
      month = std::stoi(text.substr(0, 2));
      day = std::stoi(text.substr(3, 2));
    }
    if (!formed || !model::is_valid_date(2000, month, day)) {
      reading.error("E135", value->span(),
                    in_ticks(key) + " should be a day of the year, and this is " + kind_of(*value),
                    "write month and day as MM-DD, for example `11-15`");
    }
  };
  for (const NamedValue& named : values) {
    const Form form(named.value, sections::season(), named.name, reading.diagnostics);
    model::Season season;
    season.name = named.name;
    season.span = named.name_span;
    day_of(form, "from", season.from_month, season.from_day);
    day_of(form, "to", season.to_month, season.to_day);
    if (form.is_complete() && season.from_month == season.to_month &&
        season.from_day == season.to_day) {
      reading.error("E322", named.name_span,
                    "the season " + in_ticks(named.name) + " ends on the day on which it begins",
                    "`to` is the first day that no longer belongs to it");
    }
    if (!reading.names.has_calendar()) {
      reading.error("E133", named.name_span,
                    "the season " + in_ticks(named.name) + " needs a calendar",
                    "give `time` a `start` date");
    }
    reading.model.seasons.push_back(std::move(season));
  }
}

}  // namespace detente::scenario
