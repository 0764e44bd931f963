#include "engine/worker.hpp"

#include <unistd.h>

#include <exception>
#include <memory>
#include <utility>

namespace detente::engine {

namespace {

/// Where the thread is not there, nothing can be joined or destroyed that it waits for.
struct EndIfThere {
  void operator()(Worker* worker) const {
    if (worker->is_there()) delete worker;
  }
};

}  // namespace

Worker::Worker() : process_(getpid()), thread_([this] { serve(); }) {}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

std::future<void> Worker::start(std::function<void()> work) {
  Job job{std::move(work), {}};
  std::future<void> end = job.end.get_future();
  {
    const std::lock_guard lock(mutex_);
    job_ = std::move(job);
    is_busy_ = true;
  }
  changed_.notify_one();
  return end;
}

bool Worker::is_busy() const {
  const std::lock_guard lock(mutex_);
  return is_busy_;
}

bool Worker::is_there() const { return process_ == getpid(); }

// The end of a job is told when the next may come.
void Worker::serve() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_busy_ || is_over_; });
    if (!is_busy_) return;
    Job job = std::move(job_);
    lock.unlock();
    std::exception_ptr error;
    try {
      job.work();
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    is_busy_ = false;
    lock.unlock();
    if (error) {
      job.end.set_exception(std::move(error));  // from now on the caller's alone
    } else {
      job.end.set_value();
    }
  }
}

std::future<void> run_aside(std::function<void()> work) {
  thread_local std::unique_ptr<Worker, EndIfThere> kept;
  if (!kept || !kept->is_there()) kept.reset(new Worker);
  if (kept->is_busy()) return std::async(std::launch::async, std::move(work));
  return kept->start(std::move(work));
}

}  // namespace detente::engine
