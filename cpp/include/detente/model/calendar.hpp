#pragma once

/// Time of a scenario: start, horizon, grid, seasons; and the proleptic Gregorian calendar that it needs.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "detente/diagnostic/source.hpp"

namespace detente::model {

/// Days in a year, as a unit of time.
inline constexpr double days_per_year = 365.25;

/// A calendar day, as days since 1970-01-01.
struct Date {
  std::int64_t days = 0;
  bool operator==(const Date&) const = default;
  auto operator<=>(const Date&) const = default;
};

Date make_date(int year, int month, int day);
/// Whether the day exists.
bool is_valid_date(int year, int month, int day);
/// year, month (1-12), day (1-31)
struct CivilDate {
  int year;
  int month;
  int day;
};
CivilDate civil(Date date);
/// ISO `YYYY-MM-DD`.
std::string to_string(Date date);
/// The same day `months` later; the day is cut to the month's last.
Date add_months(Date date, int months);

/// A step of time as the user wrote it. Months and years follow the calendar where there is one.
struct Duration {
  double number = 0.0;  ///< as written
  enum class Unit : std::uint8_t { plain, hour, day, week, month, year } unit = Unit::plain;
  /// In years (1 month = 1/12, 1 day = 1/365.25); plain numbers as they are.
  double years() const;
};

struct Season {
  std::string name;
  int from_month = 1, from_day = 1;  ///< the first day, included
  int to_month = 1, to_day = 1;      ///< the day after the last
  diagnostic::SourceSpan span;
};

/// All times are years from `start` (or plain numbers).
struct Calendar {
  std::optional<Date> start;
  double horizon = 1.0;            ///< > 0
  Duration horizon_duration;       ///< as written
  Duration step;                   ///< grid step
  std::optional<Duration> report;  ///< report interval; none: the start and the horizon
  bool run_off = true;

  double time_of(Date date) const;  ///< (date - start) / 365.25
  double year_of(
      double time) const;  ///< calendar year as a decimal; `time` itself without a calendar
  std::string label_of(double time) const;  ///< ISO date, or the number
  /// k * duration after the start: months and whole years by the calendar.
  double multiple(const Duration& duration, std::int64_t k) const;
};

}  // namespace detente::model
