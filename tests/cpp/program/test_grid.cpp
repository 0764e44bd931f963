#include "detente/program/grid.hpp"

#include <algorithm>
#include <cmath>

#include "detente/scenario/reader.hpp"
#include "support/catch.hpp"

namespace detente::program {
namespace {

const model::Model& year() {
  static const auto scenario = scenario::parse(R"yaml(
detente: 1
time: {start: 2024-12-01, horizon: 2 years, step: 1 week, report: 1 month}
levers: {pressure: {default: 0.25}}
variables: {x: {start: 0, drift: 1}}
seasons:
  winter: {from: 11-15, to: 03-15}
events:
  vote: {on: 2025-05-20, effects: {}}
  review: {every: 6 months, effects: {}}
policies:
  late: {schedule: [{on: 2025-06-01, set: {pressure: 1}}]}
outcomes: {end: {value: x}}
)yaml");
  return *scenario.model;
}

std::size_t point_at(const Grid& grid, double time) {
  for (std::size_t k = 0; k < grid.points.size(); ++k) {
    if (std::abs(grid.points[k].time - time) < 1e-9) return k;
  }
  FAIL("no grid point at " << time);
  return 0;
}

TEST_CASE("a grid splits its weeks at every date and goes on through the run-off", "[program]") {
  const model::Model& model = year();
  const Grid grid = make_grid(model, model.policies[0], 0.5, true);
  CHECK(grid.points.front().time == 0.0);
  CHECK(grid.points.back().time == Approx(model.calendar.horizon + 0.5).epsilon(1e-12));
  CHECK(grid.points[grid.horizon_index].time == Approx(model.calendar.horizon).epsilon(1e-12));
  CHECK(grid.report_times.size() == 25);
  for (std::size_t k = 1; k < grid.points.size(); ++k) {
    const double length = grid.points[k].time - grid.points[k - 1].time;
    CHECK(length > 1e-9);
    CHECK(length < 7 / 365.25 + 1e-9);
  }
  for (std::size_t i = 0; i < grid.report_times.size(); ++i) {
    CHECK(grid.points[point_at(grid, grid.report_times[i])].report == static_cast<int>(i));
  }
  CHECK(grid.regular_length == Approx(7 / 365.25).epsilon(1e-12));
}

TEST_CASE("events, seasons and schedules begin at their dates", "[program]") {
  const model::Model& model = year();
  const Grid grid = make_grid(model, model.policies[0], 0.0, true);
  const auto at = [&](int y, int m, int d) {
    return point_at(grid, model.calendar.time_of(model::make_date(y, m, d)));
  };
  CHECK(grid.points[at(2025, 5, 20)].events == std::vector<std::uint32_t>{0});
  CHECK(grid.points[at(2025, 6, 1)].events == std::vector<std::uint32_t>{1});
  CHECK(grid.points[grid.horizon_index].events == std::vector<std::uint32_t>{1});
  const auto season = [&](std::size_t k) { return grid.step(k)[StepScalar::first_season]; };
  CHECK(season(0) == 1.0);  // 1 December lies in a winter that wraps
  CHECK(season(at(2025, 3, 15) - 1) == 1.0);
  CHECK(season(at(2025, 3, 15)) == 0.0);
  CHECK(season(at(2025, 11, 15) - 1) == 0.0);
  CHECK(season(at(2025, 11, 15)) == 1.0);
  const auto lever = [&](std::size_t k) { return grid.step(k)[StepScalar::first_season + 1]; };
  CHECK(lever(at(2025, 6, 1) - 1) == 0.25);
  CHECK(lever(at(2025, 6, 1)) == 1.0);
}

}  // namespace
}  // namespace detente::program
