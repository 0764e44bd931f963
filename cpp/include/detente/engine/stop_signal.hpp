#pragma once

/// Whether a run is to end early.

#include <atomic>
#include <chrono>
#include <functional>
#include <utility>

namespace detente::engine {

/// A flag that any thread may set, looked at in the step loop. Where a run is on its caller's own thread, to look is also to
/// ask the caller, up to a hundred times a second: nobody else can.
class StopSignal {
 public:
  void set() { is_set_.store(true, std::memory_order_relaxed); }
  bool is_set() const { return is_set_.load(std::memory_order_relaxed); }

  /// From now on one thread alone looks, and calls `ask` in passing.
  void ask_in_passing(std::function<void()> ask);

  bool look() {
    if (ask_) ask_where_due();
    return is_set();
  }

 private:
  void ask_where_due();

  std::atomic<bool> is_set_{false};
  std::function<void()> ask_;
  std::chrono::nanoseconds due_{0};
};

}  // namespace detente::engine
