#include "detente/engine/stop_signal.hpp"

#include <ctime>

namespace detente::engine {

namespace {

constexpr std::chrono::milliseconds between_questions{10};

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
  ask_();
  due_ = rough_time() + between_questions;  // a slow answer is not asked for again at once
}

}  // namespace detente::engine
