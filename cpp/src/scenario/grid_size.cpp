#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>

#include "scenario/messages.hpp"
#include "scenario/parts.hpp"

namespace detente::scenario {

namespace {

constexpr double max_grid_points = 2e7;  ///< of all policies
constexpr double max_grid_values = 5e7;  ///< of one policy: what is known of each point

/// Levers that a policy sets on a date: each is kept for every point of its grid.
std::size_t scheduled_levers(const model::Policy& policy) {
  std::set<std::uint32_t> levers;
  for (const model::ScheduledSetting& scheduled : policy.schedule) {
    for (const model::LeverSetting& setting : scheduled.set) levers.insert(setting.lever.index);
  }
  return levers.size();
}

}  // namespace

void check_grid(Reading& reading, const diagnostic::SourceSpan& span) {
  if (reading.diagnostics.has_errors()) return;
  const model::Model& model = reading.model;
  const model::Calendar& calendar = model.calendar;
  double points = calendar.horizon / calendar.step.years() + reading.occurrences;
  if (calendar.report) points += calendar.horizon / calendar.report->years();
  points += 2.0 * (calendar.horizon + 3.0) * static_cast<double>(model.seasons.size());
  points += static_cast<double>(model.events.size() + model.outcomes.size());
  std::size_t most_levers = 0;
  for (const model::Policy& policy : model.policies) {
    points += static_cast<double>(policy.schedule.size());
    most_levers = std::max(most_levers, scheduled_levers(policy));
  }
  const auto n_policies = static_cast<double>(std::max<std::size_t>(model.policies.size(), 1));
  const auto columns = static_cast<double>(model.seasons.size() + most_levers);
  if (points * n_policies <= max_grid_points && points * columns <= max_grid_values) return;
  reading.error("E363", span,
                "the grid is too large: " + messages::number(std::round(points)) + " times under " +
                    messages::number(n_policies) + " policies, with " + messages::number(columns) +
                    " seasons and levers that change on a date",
                "a longer step takes fewer times, as do events and report dates that come less "
                "often; the product of times and policies may be 20 million, that of times and "
                "seasons and such levers 50 million");
}

}  // namespace detente::scenario
