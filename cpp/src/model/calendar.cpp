#include "detente/model/calendar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "detente/diagnostic/contract.hpp"

namespace detente::model {

namespace {

constexpr std::int64_t days_per_era = 146'097;  // 400 Gregorian years
constexpr std::int64_t days_to_1970 = 719'468;  // from 0000-03-01

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int days_in_month(int year, int month) {
  constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : days[static_cast<std::size_t>(month - 1)];
}

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

std::string padded(int number, std::size_t width) {
  std::string digits = std::to_string(std::abs(number));
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return number < 0 ? '-' + digits : digits;
}

std::string shortest(double value) {
  std::array<char, 32> buffer{};
  return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr};
}

}  // namespace

// Days between civil dates by eras of 400 years that begin on 1 March, so that the leap day is the
// last of its year: Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013).
Date make_date(int year, int month, int day) {
  const std::int64_t y = static_cast<std::int64_t>(year) - (month <= 2 ? 1 : 0);
  const std::int64_t era = floor_divide(y, 400);
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return {era * days_per_era + day_of_era - days_to_1970};
}

bool is_valid_date(int year, int month, int day) {
  if (year < 1 || year > 9999 || month < 1 || month > 12) return false;
  return day >= 1 && day <= days_in_month(year, month);
}

CivilDate civil(Date date) {
  const std::int64_t z = date.days + days_to_1970;
  const std::int64_t era = floor_divide(z, days_per_era);
  const std::int64_t day_of_era = z - era * days_per_era;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const auto month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  const auto year = static_cast<int>(year_of_era + era * 400 + (month <= 2 ? 1 : 0));
  return {year, month, day};
}

std::string to_string(Date date) {
  const CivilDate c = civil(date);
  return padded(c.year, 4) + '-' + padded(c.month, 2) + '-' + padded(c.day, 2);
}

Date add_months(Date date, int months) {
  const CivilDate c = civil(date);
  const std::int64_t total = static_cast<std::int64_t>(c.year) * 12 + (c.month - 1) + months;
  const auto year = static_cast<int>(floor_divide(total, 12));
  const auto month = static_cast<int>(total - static_cast<std::int64_t>(year) * 12) + 1;
  return make_date(year, month, std::min(c.day, days_in_month(year, month)));
}

double Duration::years() const {
  switch (unit) {
    case Unit::plain:
    case Unit::year:
      return number;
    case Unit::hour:
      return number / (24.0 * days_per_year);
    case Unit::day:
      return number / days_per_year;
    case Unit::week:
      return number * 7.0 / days_per_year;
    case Unit::month:
      return number / 12.0;
  }
  DETENTE_UNREACHABLE("a unit of time without a rule");
}

double Calendar::time_of(Date date) const {
  DETENTE_EXPECT(start.has_value());
  return static_cast<double>(date.days - start->days) / days_per_year;
}

double Calendar::year_of(double time) const {
  if (!start) return time;
  const double day = static_cast<double>(start->days) + time * days_per_year;
  const int year = civil({static_cast<std::int64_t>(std::floor(day))}).year;
  const std::int64_t first = make_date(year, 1, 1).days;
  const double length = is_leap(year) ? 366.0 : 365.0;
  return year + (day - static_cast<double>(first)) / length;
}

std::string Calendar::label_of(double time) const {
  if (!start) return shortest(time);
  // Grid points on a date are k / 365.25, whose product with 365.25 may fall short of k.
  const double day = std::floor(time * days_per_year + 1e-6);
  return to_string({start->days + static_cast<std::int64_t>(day)});
}

double Calendar::multiple(const Duration& duration, std::int64_t k) const {
  const bool in_months = duration.unit == Duration::Unit::month;
  const bool in_years = duration.unit == Duration::Unit::year;
  if (start && (in_months || in_years)) {
    // 0.25 years are three months of the calendar; a third of a month is no step of it.
    const double months = in_years ? 12.0 * duration.number : duration.number;
    const double whole = std::round(months);
    const double total = whole * static_cast<double>(k);
    const bool by_calendar = std::fabs(months - whole) < 1e-9 && std::fabs(total) < 1e6;
    if (by_calendar) return time_of(add_months(*start, static_cast<int>(total)));
  }
  return Duration{duration.number * static_cast<double>(k), duration.unit}.years();
}

}  // namespace detente::model
