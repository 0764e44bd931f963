/// The thread that a caller keeps for its runs.

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#include "engine/worker.hpp"
#include "support/catch.hpp"

namespace detente::engine {
namespace {

std::thread::id thread_of_a_job() {
  std::thread::id id;
  run_aside([&id] { id = std::this_thread::get_id(); }).get();
  return id;
}

TEST_CASE("a caller's jobs run on one thread, which is not its own", "[engine]") {
  const std::thread::id first = thread_of_a_job();
  CHECK(first != std::this_thread::get_id());
  for (int k = 0; k < 100; ++k) CHECK(thread_of_a_job() == first);
  std::thread::id of_another;
  std::thread([&of_another] { of_another = thread_of_a_job(); }).join();
  CHECK(of_another != first);
}

TEST_CASE("what a job throws comes out, and the next one runs", "[engine]") {
  auto thrown = run_aside([] { throw std::runtime_error("no good"); });
  CHECK_THROWS_WITH(thrown.get(), "no good");
  bool has_run = false;
  run_aside([&has_run] { has_run = true; }).get();
  CHECK(has_run);
}

TEST_CASE("a job that comes while another runs does not wait for it", "[engine]") {
  std::promise<void> go_on;
  std::atomic<bool> is_through{false};
  auto first = run_aside([&] {
    go_on.get_future().wait();
    is_through = true;
  });
  run_aside([&] { CHECK_FALSE(is_through); }).get();
  go_on.set_value();
  first.get();
  CHECK(is_through);
}

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define DETENTE_WATCHES_THREADS  // which lets no process that was forked off start any
#endif
#endif

#ifndef DETENTE_WATCHES_THREADS
TEST_CASE("a process that is forked off has a thread of its own", "[engine]") {
  thread_of_a_job();
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    alarm(20);  // where it would hang
    bool has_run = false;
    run_aside([&has_run] { has_run = true; }).get();
    _exit(has_run ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
#endif

}  // namespace
}  // namespace detente::engine
