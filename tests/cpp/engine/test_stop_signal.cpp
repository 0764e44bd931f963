/// Stopping a run: the flag, and the questions that a run on its caller's own thread asks in passing.

#include "detente/engine/stop_signal.hpp"

#include <chrono>
#include <thread>

#include "detente/engine/run.hpp"
#include "engine/scenarios.hpp"
#include "support/catch.hpp"

namespace detente::engine {
namespace {

using Clock = std::chrono::steady_clock;
using testing::model_of;
using testing::options_of;
using testing::truce;

TEST_CASE("a stop signal is seen from when it is set", "[engine]") {
  StopSignal stop;
  CHECK_FALSE(stop.look());
  stop.set();
  CHECK(stop.look());
  CHECK(stop.is_set());
}

TEST_CASE("looking asks a hundred times a second", "[engine]") {
  StopSignal stop;
  int asked = 0;
  stop.ask_in_passing([&asked] { ++asked; });
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::milliseconds(200);
  while (Clock::now() < end) stop.look();
  const std::chrono::duration<double> passed = Clock::now() - begin;
  CHECK(asked >= 5);  // on a machine that does other things too
  CHECK(asked <= passed.count() / 0.01 + 2.0);
}

TEST_CASE("answers that take their time are asked for less often", "[engine]") {
  StopSignal stop;
  int asked = 0;
  stop.ask_in_passing([&asked] {
    ++asked;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  });
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::milliseconds(400);
  while (Clock::now() < end) stop.look();
  const std::chrono::duration<double> passed = Clock::now() - begin;
  CHECK(asked >= 2);
  CHECK(asked <= passed.count() / 0.05 + 2.0);
}

TEST_CASE("an answer that sets the signal is seen at once", "[engine]") {
  StopSignal stop;
  stop.ask_in_passing([&stop] { stop.set(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  CHECK(stop.look());
}

TEST_CASE("a run of one thread asks within a block", "[engine]") {
  RunOptions options = options_of(100'000);
  options.threads = 1;
  options.block_paths = 100'000;
  int asked = 0;
  const bool answers_at_once = GENERATE(true, false);
  const auto answer = [&asked](const Progress& progress) {
    CHECK(progress.paths_done == 0);
    return ++asked < 3;
  };
  const Forecast partial = run(truce(), options, answer, answers_at_once);
  CHECK(asked == 3);
  CHECK(partial.partial());
  CHECK(partial.n_paths == 0);
}

TEST_CASE("what is thrown in passing comes back to the caller", "[engine]") {
  struct Interrupted {};
  RunOptions options = options_of(4'000'000);
  options.threads = 1;
  const auto answer = [](const Progress&) -> bool { throw Interrupted{}; };
  CHECK_THROWS_AS(run(truce(), options, answer, true), Interrupted);
}

TEST_CASE("a caller who is asked may run another ensemble on the same thread", "[engine]") {
  RunOptions options = options_of(20'000);
  options.threads = 1;
  RunOptions few = options_of(256);
  few.threads = 1;
  const std::string whole = run(truce(), options).serialize();
  const std::string part = run(truce(), few).serialize();
  int asked = 0;
  const auto answer = [&](const Progress&) {
    if (++asked <= 3) CHECK(run(truce(), few, {}, true).serialize() == part);
    return true;
  };
  const Forecast outer = run(truce(), options, answer, true);
  CHECK(asked >= 2);
  CHECK(outer.serialize() == whole);
}

// Twenty thousand firings a path within the only step: of transitions, and of an event in a burst.
TEST_CASE("a step in which paths fire very often is not waited for", "[engine]") {
  const std::string what = GENERATE(R"(
variables: {x: {start: 0, volatility: 1}}
chains:
  c:
    start: a
    states: [a, b]
    transitions:
      - {name: go, from: a, to: b, hazard: 20000, effects: {x: x + 1}}
      - {name: back, from: b, to: a, hazard: 20000}
)",
                                    R"(
variables: {x: {start: 0}}
events: {hit: {hazard: 20000, effects: {x: x + 1}}}
)");
  INFO(what);
  const auto model = model_of(R"(
detente: 1
time: {horizon: 1, step: 1}
outcomes:
  highest: {maximum: x}
)" + what);
  RunOptions options = options_of(20'000);
  options.threads = 1;
  options.block_paths = 20'000;
  const auto begin = Clock::now();
  const Forecast partial = run(
      model, options, [](const Progress&) { return false; }, true);
  CHECK(partial.n_paths == 0);
  // Waited for, the step would take a minute.
  const std::chrono::duration<double> passed = Clock::now() - begin;
  CHECK(passed.count() < 2.0);
}

}  // namespace
}  // namespace detente::engine
