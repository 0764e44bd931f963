#pragma once

/// The first of the threads on which an ensemble runs, so that the caller's can answer signals and show progress. It is kept
/// for the caller's next run: to make one anew, page faults of its stack included, takes a hundredth of a run of a thousand
/// paths.

#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

namespace detente::engine {

class Worker {
 public:
  Worker();
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Runs a job; what it throws comes out of the future. There is one at a time.
  std::future<void> start(std::function<void()> work);
  bool is_busy() const;
  /// False in a process that has been forked off, which has none of the threads but the one that forked.
  bool is_there() const;

 private:
  struct Job {
    std::function<void()> work;
    std::promise<void> end;
  };
  void serve();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Job job_;
  bool is_busy_ = false;
  bool is_over_ = false;
  long process_;
  std::thread thread_;  // last, since it uses the others
};

/// Runs a job on the calling thread's worker, or where that is busy, since the caller is asked for progress, on a new thread.
std::future<void> run_aside(std::function<void()> work);

}  // namespace detente::engine
