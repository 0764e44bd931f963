#include "detente/model/calendar.hpp"

#include "support/catch.hpp"

namespace detente::model {
namespace {

Calendar calendar_from(int year, int month, int day) {
  Calendar calendar;
  calendar.start = make_date(year, month, day);
  return calendar;
}

TEST_CASE("days are counted from 1970-01-01", "[model]") {
  CHECK(make_date(1970, 1, 1).days == 0);
  CHECK(make_date(1969, 12, 31).days == -1);
  CHECK(make_date(2000, 3, 1).days == 11017);
  CHECK(make_date(2024, 12, 1).days == 20058);
  CHECK(make_date(1, 1, 1).days == -719162);
}

TEST_CASE("every day of eight centuries comes back and follows the day before", "[model]") {
  int year = 1600;
  int month = 1;
  int day = 1;
  bool right = true;
  for (std::int64_t days = make_date(1600, 1, 1).days; year < 2400; ++days) {
    const CivilDate c = civil({days});
    right = right && c.year == year && c.month == month && c.day == day;
    right = right && make_date(year, month, day).days == days && is_valid_date(year, month, day);
    if (is_valid_date(year, month, day + 1)) {
      ++day;
    } else {
      day = 1;
      month = month == 12 ? 1 : month + 1;
      year += month == 1 ? 1 : 0;
    }
  }
  CHECK(right);
}

TEST_CASE("days that do not exist are not valid", "[model]") {
  CHECK(is_valid_date(2024, 2, 29));
  CHECK_FALSE(is_valid_date(2023, 2, 29));
  CHECK_FALSE(is_valid_date(1900, 2, 29));
  CHECK(is_valid_date(2000, 2, 29));
  CHECK_FALSE(is_valid_date(2024, 4, 31));
  CHECK_FALSE(is_valid_date(2024, 13, 1));
  CHECK_FALSE(is_valid_date(2024, 0, 1));
  CHECK_FALSE(is_valid_date(2024, 1, 0));
  CHECK_FALSE(is_valid_date(0, 1, 1));
  CHECK_FALSE(is_valid_date(10000, 1, 1));
}

TEST_CASE("dates are written as in ISO 8601", "[model]") {
  CHECK(to_string(make_date(2025, 1, 20)) == "2025-01-20");
  CHECK(to_string(make_date(812, 7, 3)) == "0812-07-03");
}

TEST_CASE("months are added by the calendar, the day cut to the month's last", "[model]") {
  CHECK(add_months(make_date(2024, 1, 31), 1) == make_date(2024, 2, 29));
  CHECK(add_months(make_date(2024, 1, 31), 13) == make_date(2025, 2, 28));
  CHECK(add_months(make_date(2024, 1, 15), -1) == make_date(2023, 12, 15));
  CHECK(add_months(make_date(2024, 12, 1), 120) == make_date(2034, 12, 1));
  CHECK(add_months(make_date(2024, 12, 1), 0) == make_date(2024, 12, 1));
}

TEST_CASE("units of time are worth their share of 365.25 days", "[model]") {
  CHECK(Duration{10, Duration::Unit::year}.years() == 10.0);
  CHECK(Duration{6, Duration::Unit::month}.years() == 0.5);
  CHECK(Duration{1461, Duration::Unit::day}.years() == Approx(4.0).epsilon(1e-15));
  CHECK(Duration{2, Duration::Unit::week}.years() == Approx(14 / 365.25).epsilon(1e-15));
  CHECK(Duration{24, Duration::Unit::hour}.years() == Approx(1 / 365.25).epsilon(1e-15));
  CHECK(Duration{0.1, Duration::Unit::plain}.years() == 0.1);
}

TEST_CASE("multiples of months and years follow the calendar, the start's day kept", "[model]") {
  const Calendar calendar = calendar_from(2024, 1, 31);
  const Duration month{1, Duration::Unit::month};
  CHECK(calendar.multiple(month, 1) == calendar.time_of(make_date(2024, 2, 29)));
  CHECK(calendar.multiple(month, 2) == calendar.time_of(make_date(2024, 3, 31)));
  CHECK(calendar.multiple({6, Duration::Unit::month}, 3) ==
        calendar.time_of(make_date(2025, 7, 31)));
  CHECK(calendar.multiple({1, Duration::Unit::year}, 4) ==
        calendar.time_of(make_date(2028, 1, 31)));
  CHECK(calendar.multiple({0.5, Duration::Unit::year}, 1) ==
        calendar.time_of(make_date(2024, 7, 31)));
  CHECK(calendar.multiple({1, Duration::Unit::week}, 52) == Approx(364 / 365.25).epsilon(1e-15));
  // A length that is no number of months is plain for every multiple of it.
  CHECK(calendar.multiple({0.1, Duration::Unit::year}, 10) == Approx(1.0).epsilon(1e-15));
  CHECK(Calendar().multiple({0.1, Duration::Unit::plain}, 3) == Approx(0.3).epsilon(1e-15));
}

TEST_CASE("a time has a date and a decimal year", "[model]") {
  const Calendar calendar = calendar_from(2024, 12, 1);
  CHECK(calendar.time_of(make_date(2024, 12, 1)) == 0.0);
  CHECK(calendar.time_of(make_date(2025, 12, 1)) == 365 / 365.25);
  CHECK(calendar.year_of(calendar.time_of(make_date(2025, 1, 1))) == Approx(2025.0).epsilon(1e-14));
  CHECK(calendar.year_of(calendar.time_of(make_date(2025, 7, 2)) + 0.5 / 365.25) ==
        Approx(2025.5).epsilon(1e-14));
  CHECK(Calendar().year_of(3.25) == 3.25);
  CHECK(Calendar().label_of(3.25) == "3.25");
}

TEST_CASE("every day's time is labelled with that day", "[model]") {
  const Calendar calendar = calendar_from(2024, 12, 1);
  bool right = true;
  for (std::int64_t k = 0; k < 20000; ++k) {
    const Date date{calendar.start->days + k};
    right = right && calendar.label_of(calendar.time_of(date)) == to_string(date);
    right = right && calendar.label_of(calendar.time_of(date) + 0.9 / 365.25) == to_string(date);
  }
  CHECK(right);
}

}  // namespace
}  // namespace detente::model
