#include "detente/program/grid.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "detente/diagnostic/error.hpp"

namespace detente::program {

namespace {

using model::Calendar;
using model::Date;
using model::Model;
using model::Policy;
using model::Season;

constexpr double same_time = 1e-9;  // years: a thirtieth of a second

/// Collects times, merging those that only rounding tells apart.
class Points {
 public:
  explicit Points(double end) : end_(end) {}

  void add(double time) { slot(time); }
  GridPoint* slot(double time) {
    if (time < -same_time || time > end_ + same_time) return nullptr;
    const auto near = points_.lower_bound(time - same_time);
    if (near != points_.end() && near->first <= time + same_time) return &near->second;
    GridPoint& point = points_[time];
    point.time = time;
    return &point;
  }
  std::vector<GridPoint> take() {
    std::vector<GridPoint> out;
    out.reserve(points_.size());
    for (auto& [time, point] : points_) out.push_back(std::move(point));
    return out;
  }

 private:
  double end_;
  std::map<double, GridPoint> points_;
};

template <class Visit>
void multiples(const Calendar& calendar, const model::Duration& duration, double end, Visit visit) {
  for (std::int64_t k = 1;; ++k) {
    const double time = calendar.multiple(duration, k);
    if (time > end + same_time) return;
    visit(time);
  }
}

int start_year(const Calendar& calendar) { return model::civil(*calendar.start).year; }

Date season_day(int year, int month, int day) {
  if (!model::is_valid_date(year, month, day)) return model::make_date(year, 3, 1);  // 29 February
  return model::make_date(year, month, day);
}

/// Days on which a season begins or ends, from the year before the start on.
template <class Visit>
void season_edges(const Calendar& calendar, const Season& season, double end, Visit visit) {
  if (!calendar.start) return;
  const int last = start_year(calendar) + static_cast<int>(end) + 2;
  for (int year = start_year(calendar) - 1; year <= last; ++year) {
    visit(calendar.time_of(season_day(year, season.from_month, season.from_day)));
    visit(calendar.time_of(season_day(year, season.to_month, season.to_day)));
  }
}

/// Whether the season holds just after `time`.
bool in_season(const Calendar& calendar, const Season& season, double time) {
  if (!calendar.start) return false;
  const int around = start_year(calendar) + static_cast<int>(std::floor(time));
  for (int year = around - 2; year <= around + 2; ++year) {
    const double from = calendar.time_of(season_day(year, season.from_month, season.from_day));
    const bool wraps = season.to_month < season.from_month ||
                       (season.to_month == season.from_month && season.to_day <= season.from_day);
    const double to =
        calendar.time_of(season_day(wraps ? year + 1 : year, season.to_month, season.to_day));
    if (time >= from - same_time && time < to - same_time) return true;
  }
  return false;
}

void add_outcome_times(const Model& model, Points& points) {
  const auto add_windows = [&points](const auto& self, const expr::Expression& e) -> void {
    if (e.kind == expr::Expression::Kind::temporal) {
      points.add(e.window.after);
      if (!e.window.after_first && e.window.within >= 0.0) {
        points.add(e.window.after + e.window.within);
      }
    }
    for (const auto& argument : e.arguments) self(self, *argument);
    if (e.window.after_first) self(self, *e.window.after_first);
  };
  for (const model::Outcome& outcome : model.outcomes) {
    if (outcome.at >= 0.0) points.add(outcome.at);
    if (outcome.from > 0.0) points.add(outcome.from);
    if (outcome.until >= 0.0) points.add(outcome.until);
    if (outcome.expression) add_windows(add_windows, *outcome.expression);
    if (outcome.given) add_windows(add_windows, *outcome.given);
  }
}

void add_dated_events(const Model& model, double end, Points& points) {
  for (std::uint32_t i = 0; i < model.events.size(); ++i) {
    const model::Event& event = model.events[i];
    const auto add = [&points, i](double time) {
      GridPoint* point = points.slot(time);
      if (point != nullptr) point->events.push_back(i);
    };
    if (event.kind == model::Event::Kind::on) add(event.time);
    if (event.kind == model::Event::Kind::every) multiples(model.calendar, event.every, end, add);
  }
}

void add_reports(const Calendar& calendar, Points& points, Grid& grid) {
  std::vector<double> times{0.0};
  if (calendar.report) {
    multiples(calendar, *calendar.report, calendar.horizon,
              [&times](double time) { times.push_back(time); });
  }
  if (times.back() < calendar.horizon - same_time) times.push_back(calendar.horizon);
  for (std::size_t i = 0; i < times.size(); ++i) {
    GridPoint* point = points.slot(times[i]);
    point->report = static_cast<std::int32_t>(i);
  }
  grid.report_times = std::move(times);
}

double commonest_length(const Calendar& calendar, const std::vector<GridPoint>& points) {
  std::map<std::int64_t, std::pair<std::size_t, double>> counts;
  for (std::size_t k = 0; k + 1 < points.size(); ++k) {
    const double length = points[k + 1].time - points[k].time;
    auto& [count, first] = counts[std::llround(length / same_time)];
    if (count++ == 0) first = length;
  }
  std::pair<std::size_t, double> most{0, 0.0};
  for (const auto& [key, candidate] : counts) {
    if (candidate.first > most.first) most = candidate;
  }
  const double step = calendar.step.years();
  return std::abs(most.second - step) < same_time ? step : most.second;
}

double lever_at(const Model& model, const Policy& policy, std::uint32_t lever, double time) {
  double value = model.levers[lever].default_value;
  for (const model::LeverSetting& setting : policy.set) {
    if (setting.lever.index == lever) value = setting.value;
  }
  for (const model::ScheduledSetting& scheduled : policy.schedule) {
    if (scheduled.time > time + same_time) break;
    for (const model::LeverSetting& setting : scheduled.set) {
      if (setting.lever.index == lever) value = setting.value;
    }
  }
  return value;
}

void fill_scalars(const Model& model, const Policy& policy, Grid& grid) {
  const std::size_t n_seasons = model.seasons.size();
  grid.scalar_count = static_cast<std::uint32_t>(StepScalar::first_season + n_seasons +
                                                 grid.scheduled_levers.size());
  grid.scalars.resize(grid.points.size() * grid.scalar_count);
  for (std::size_t k = 0; k < grid.points.size(); ++k) {
    const double start = grid.points[k].time;
    const double end = k + 1 < grid.points.size() ? grid.points[k + 1].time : start;
    double* row = grid.scalars.data() + k * grid.scalar_count;
    double length = end - start;
    // Equal lengths up to rounding are made equal, so that what depends on the length alone is computed once.
    if (std::abs(length - grid.regular_length) < same_time) length = grid.regular_length;
    row[StepScalar::start] = start;
    row[StepScalar::middle] = start + 0.5 * (end - start);
    row[StepScalar::end] = end;
    row[StepScalar::length] = length;
    row[StepScalar::root_length] = std::sqrt(length);
    row[StepScalar::start_year] = model.calendar.year_of(start);
    row[StepScalar::end_year] = model.calendar.year_of(end);
    double* next = row + StepScalar::first_season;
    for (const Season& season : model.seasons) {
      *next++ = in_season(model.calendar, season, start) ? 1.0 : 0.0;
    }
    for (const std::uint32_t lever : grid.scheduled_levers) {
      *next++ = lever_at(model, policy, lever, start);
    }
  }
}

std::vector<std::uint32_t> scheduled_levers(const Policy& policy) {
  std::vector<std::uint32_t> levers;
  for (const model::ScheduledSetting& scheduled : policy.schedule) {
    for (const model::LeverSetting& setting : scheduled.set) levers.push_back(setting.lever.index);
  }
  std::sort(levers.begin(), levers.end());
  levers.erase(std::unique(levers.begin(), levers.end()), levers.end());
  return levers;
}

}  // namespace

Grid make_grid(const Model& model, const Policy& policy, double run_off, bool regular_steps) {
  const Calendar& calendar = model.calendar;
  const double end = calendar.horizon + run_off;
  Grid grid;
  Points points(end);
  points.add(0.0);
  points.add(calendar.horizon);
  points.add(end);
  add_dated_events(model, end, points);
  for (const Season& season : model.seasons) {
    season_edges(calendar, season, end, [&points](double time) { points.add(time); });
  }
  // Schedules of all policies split every policy's grid: policies share their steps, hence their noise.
  for (const Policy& other : model.policies) {
    for (const model::ScheduledSetting& scheduled : other.schedule) points.add(scheduled.time);
  }
  add_outcome_times(model, points);
  add_reports(calendar, points, grid);
  if (regular_steps) {
    multiples(calendar, calendar.step, end, [&points](double time) { points.add(time); });
  }
  grid.points = points.take();
  for (std::size_t k = 0; k < grid.points.size(); ++k) {
    if (std::abs(grid.points[k].time - calendar.horizon) <= same_time) grid.horizon_index = k;
  }
  grid.regular_length = commonest_length(calendar, grid.points);
  grid.scheduled_levers = scheduled_levers(policy);
  fill_scalars(model, policy, grid);
  return grid;
}

}  // namespace detente::program
