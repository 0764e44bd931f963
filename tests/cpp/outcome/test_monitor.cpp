#include "detente/outcome/monitor.hpp"

#include <array>
#include <limits>

#include "support/catch.hpp"

namespace detente::outcome {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// A monitor and the signals it follows, read by hand.
class Followed {
 public:
  explicit Followed(Monitor monitor, double signal = 0.0, double second = 0.0)
      : monitor_(monitor), opening_(monitor.from), held_(signal), second_held_(second) {
    begin(monitor_, record_.data());
    at(0.0, signal, second);
  }

  Followed& opens_at(double time) {
    opening_ = time;
    return *this;
  }
  Followed& at(double time, double signal, double second = 0.0, double step = 0.0) {
    read(monitor_, record_.data(), {time, held_, signal, second_held_, second, opening_, step});
    held_ = signal;
    second_held_ = second;
    return *this;
  }
  Verdict verdict() const { return outcome::verdict(monitor_, record_.data()); }
  double reading() const { return reading_of(monitor_, record_.data()); }

 private:
  Monitor monitor_;
  double opening_, held_, second_held_;
  std::array<double, monitor_fields> record_{};
};

Monitor monitor_of(MonitorKind kind, double from = 0.0, double within = -1.0) {
  Monitor monitor;
  monitor.kind = kind;
  monitor.from = from;
  monitor.within = within;
  return monitor;
}

Monitor clipped(MonitorKind kind, double from, double until) {
  Monitor monitor = monitor_of(kind, from);
  monitor.until = until;
  return monitor;
}

TEST_CASE("a window sees what holds at both of its ends", "[outcome]") {
  const Monitor window = monitor_of(MonitorKind::eventually, 1.0, 2.0);
  CHECK(Followed(window).at(1.0, 1).verdict() == Verdict::is_true);
  CHECK(Followed(window).at(3.0, 1).verdict() == Verdict::is_true);
  CHECK(Followed(window).at(0.5, 1).at(0.9, 0).at(2.0, 0).verdict() == Verdict::open);
  CHECK(Followed(window).at(2.9, 0).at(3.1, 1).verdict() == Verdict::is_false);
  CHECK(Followed(window).at(0.5, 1).at(0.9, 0).verdict() == Verdict::waiting);
}

TEST_CASE("a window that opens between two readings sees what held there", "[outcome]") {
  const Monitor window = monitor_of(MonitorKind::eventually, 1.5, 0.3);
  CHECK(Followed(window).at(1.0, 1).at(2.0, 0).verdict() == Verdict::is_true);
  CHECK(Followed(window).at(1.0, 0).at(2.0, 1).verdict() == Verdict::is_false);
  CHECK(Followed(window).at(1.0, 0).at(1.7, 1).verdict() == Verdict::is_true);
}

TEST_CASE("a negated window waits for the signal to fail", "[outcome]") {
  Monitor window = monitor_of(MonitorKind::eventually, 0.0, 2.0);
  window.negated_signal = true;
  CHECK(Followed(window, 0).verdict() == Verdict::is_true);
  CHECK(Followed(window, 1).at(2.0, 0).verdict() == Verdict::is_true);
  CHECK(Followed(window, 1).at(2.5, 0).verdict() == Verdict::is_false);
  Monitor late = window;
  late.from = 1.0;
  CHECK(Followed(late, 1).at(0.4, 0).at(0.6, 1).at(2.0, 1).verdict() == Verdict::open);
  CHECK(Followed(late, 1).at(0.4, 0).at(1.2, 1).verdict() == Verdict::is_true);
}

TEST_CASE("a decided window stays as it is", "[outcome]") {
  const Monitor window = monitor_of(MonitorKind::eventually, 0.0, 1.0);
  CHECK(Followed(window).at(0.5, 1).at(0.6, 0).at(5.0, 0).verdict() == Verdict::is_true);
  CHECK(Followed(window).at(1.5, 0).at(1.6, 1).verdict() == Verdict::is_false);
}

TEST_CASE("until needs the first signal up to the moment of the second", "[outcome]") {
  const Monitor window = monitor_of(MonitorKind::until, 0.0, 3.0);
  CHECK(Followed(window, 1, 0).at(1, 1, 0).at(3, 0, 1).verdict() == Verdict::is_true);
  CHECK(Followed(window, 1, 0).at(1, 0, 0).at(2, 0, 1).verdict() == Verdict::is_false);
  CHECK(Followed(window, 1, 0).at(1, 1, 0).at(3.5, 1, 1).verdict() == Verdict::is_false);
  CHECK(Followed(window, 0, 1).verdict() == Verdict::is_true);
  CHECK(Followed(window, 0, 0).verdict() == Verdict::is_false);
  CHECK(Followed(window, 1, 0).at(1, 1, 0).verdict() == Verdict::open);
}

TEST_CASE("until that opens between two readings judges what held there", "[outcome]") {
  const Monitor window = monitor_of(MonitorKind::until, 1.5, 3.0);
  CHECK(Followed(window, 0, 0).at(1, 1, 0).at(2, 1, 0).verdict() == Verdict::open);
  CHECK(Followed(window, 0, 0).at(1, 0, 0).at(2, 0, 1).verdict() == Verdict::is_false);
  CHECK(Followed(window, 0, 0).at(1, 0, 1).at(2, 0, 0).verdict() == Verdict::is_true);
}

TEST_CASE("first keeps the earliest time after its opening", "[outcome]") {
  CHECK(Followed(monitor_of(MonitorKind::first)).at(1, 0).reading() == infinity);
  CHECK(Followed(monitor_of(MonitorKind::first)).at(1, 1).at(2, 0).at(3, 1).reading() == 1.0);
  CHECK(Followed(monitor_of(MonitorKind::first), 1).at(1, 1).reading() == 0.0);
  const Monitor late = monitor_of(MonitorKind::first, 1.5);
  CHECK(Followed(late, 1).at(1, 0).at(2, 1).reading() == 2.0);
  CHECK(Followed(late, 1).at(1, 1).at(2, 0).reading() == 1.5);
  CHECK(Followed(late, 1).at(1, 0).at(2, 0).reading() == infinity);
}

TEST_CASE("a window whose opening never comes keeps waiting", "[outcome]") {
  Followed window(monitor_of(MonitorKind::eventually, infinity, 1.0), 1);
  CHECK(window.at(1, 1).at(2, 0).verdict() == Verdict::waiting);
  CHECK(window.opens_at(2.5).at(2.5, 1).verdict() == Verdict::is_true);
}

TEST_CASE("a duration counts inside its bounds alone", "[outcome]") {
  const auto held_from_1_to_4 = [](Monitor monitor) {
    return Followed(monitor).at(1, 1).at(2, 1).at(4, 0).at(10, 0).reading();
  };
  CHECK(held_from_1_to_4(monitor_of(MonitorKind::duration)) == Approx(3.0).epsilon(1e-15));
  CHECK(held_from_1_to_4(clipped(MonitorKind::duration, 1.5, 3.5)) == Approx(2.0).epsilon(1e-15));
  CHECK(held_from_1_to_4(clipped(MonitorKind::duration, 3.0, 9.0)) == Approx(1.0).epsilon(1e-15));
  CHECK(held_from_1_to_4(clipped(MonitorKind::duration, 5.0, 9.0)) == 0.0);
  CHECK(held_from_1_to_4(clipped(MonitorKind::duration, 0.0, 0.5)) == 0.0);
}

TEST_CASE("an integral is exact where the signal jumps and trapezoidal where it moves",
          "[outcome]") {
  CHECK(Followed(monitor_of(MonitorKind::integral), 2).at(1, 5).at(3, 0).reading() ==
        Approx(12.0).epsilon(1e-15));
  CHECK(Followed(monitor_of(MonitorKind::integral), 2).at(1, 4, 0, 1).at(2, 6, 0, 1).reading() ==
        Approx(8.0).epsilon(1e-15));
  CHECK(Followed(clipped(MonitorKind::integral, 0.5, 2.0), 2).at(1, 5).at(3, 0).reading() ==
        Approx(6.0).epsilon(1e-15));
}

TEST_CASE("a count sums the increases inside its bounds, ends included", "[outcome]") {
  const auto counted = [](Monitor monitor) {
    return Followed(monitor, 3).at(1, 4).at(2, 6).at(2.5, 6).at(4, 7).reading();
  };
  CHECK(counted(monitor_of(MonitorKind::count)) == 4.0);
  CHECK(counted(clipped(MonitorKind::count, 2.0, 4.0)) == 3.0);
  CHECK(counted(clipped(MonitorKind::count, 1.0, 3.0)) == 3.0);
  CHECK(counted(clipped(MonitorKind::count, 2.1, 3.9)) == 0.0);
}

TEST_CASE("extremes include the value held when their bounds open", "[outcome]") {
  const auto seen = [](Monitor monitor) {
    return Followed(monitor, 3).at(1, 9).at(2, 5).at(4, -1).at(6, 7).reading();
  };
  CHECK(seen(monitor_of(MonitorKind::maximum)) == 9.0);
  CHECK(seen(monitor_of(MonitorKind::minimum)) == -1.0);
  CHECK(seen(clipped(MonitorKind::maximum, 1.5, 5.0)) == 9.0);
  CHECK(seen(clipped(MonitorKind::maximum, 2.0, 5.0)) == 5.0);
  CHECK(seen(clipped(MonitorKind::minimum, 0.0, 3.0)) == 3.0);
  CHECK(seen(clipped(MonitorKind::minimum, 2.5, 3.0)) == 5.0);
  CHECK(seen(clipped(MonitorKind::maximum, 4.5, 5.5)) == -1.0);
}

}  // namespace
}  // namespace detente::outcome
