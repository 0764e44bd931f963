#include "detente/engine/stop_signal.hpp"

#include <algorithm>
#include <ctime>

namespace detente::engine {

namespace {

constexpr std::chrono::nanoseconds between_questions = std::chrono::milliseconds(10);
constexpr std::chrono::nanoseconds between_slow_answers = std::chrono::milliseconds(100);

/// Good to a few milliseconds where the system has such a clock, which costs a sixth of an exact one: it is read some
/// thousand times a block.
std::chrono::nanoseconds rough_time() {
#ifdef CLOCK_MONOTONIC_COARSE
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
#else
  return std::chrono::steady_clock::now().time_since_epoch();
#endif
}

}  // namespace

void StopSignal::ask_in_passing(std::function<void()> ask) {
  ask_ = std::move(ask);
  due_ = rough_time() + between_questions;
}

void StopSignal::ask_where_due() {
  if (rough_time() < due_) return;
  // The answer may have to wait for a lock that others hold for milliseconds: a tenth of the time at most goes there, unless
  // the next question would come too late for somebody who wants to stop.
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  ask_();
  const std::chrono::nanoseconds taken = Clock::now() - begin;
  due_ = rough_time() + std::clamp(10 * taken, between_questions, between_slow_answers);
}

}  // namespace detente::engine
