/// Runs a scenario and prints the outcomes of its policies: `forecast FILE [PATHS]`.

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

#include "detente/engine/run.hpp"
#include "detente/scenario/reader.hpp"

namespace {

void print(const detente::engine::Forecast& forecast) {
  for (const auto& policy : forecast.policies) {
    for (const auto& outcome : policy.outcomes) {
      std::printf("%-24s %-24s %12.6g  [%.6g, %.6g]\n", policy.name.c_str(), outcome.name.c_str(),
                  outcome.estimate, outcome.low, outcome.high);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: forecast FILE [PATHS]\n", stderr);
    return 2;
  }
  try {
    const auto scenario = detente::scenario::load(argv[1]);
    detente::engine::RunOptions options;
    options.seed = 1;
    options.n_paths = argc > 2 ? std::stoull(argv[2]) : 10'000;
    options.scenario_hash = scenario.hash;
    print(detente::engine::run(scenario.model, options));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
