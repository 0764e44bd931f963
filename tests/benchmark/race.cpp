/// The scenario events/race.yaml written by hand: six states, Weibull competing risks.
///
/// usage: race PATHS SEED; prints as plain.cpp does.
///
/// On entering a state every transition that leaves it draws its time, and the earliest is taken. That
/// is the law of clocks that pause as well, since what is left of an Exp(1) clock is Exp(1) again.

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>

#include "xoshiro.hpp"

namespace {

constexpr double horizon = 10.0;

struct Transition {
  int to;
  double shape, scale;
};

enum State { a, b, c, d, e, f };

/// The transitions that leave each state; none leaves f.
constexpr std::array<std::array<Transition, 3>, 5> transitions = {{
    {{{b, 1.0, 3.0}, {c, 1.2, 4.0}, {d, 1.4, 5.0}}},
    {{{c, 1.4, 5.0}, {d, 1.6, 6.0}, {e, 0.8, 7.0}}},
    {{{d, 0.8, 7.0}, {e, 1.0, 8.0}, {f, 1.2, 9.0}}},
    {{{a, 1.4, 5.0}, {e, 1.2, 9.0}, {f, 1.4, 10.0}}},
    {{{a, 1.6, 6.0}, {b, 0.8, 7.0}, {f, 1.6, 11.0}}},
}};

/// The state at the horizon.
int play(Generator& generator) {
  int state = a;
  for (double time = 0.0; state != f;) {
    double earliest = std::numeric_limits<double>::infinity();
    int next = state;
    for (const auto& [to, shape, scale] : transitions[static_cast<std::size_t>(state)]) {
      const double wait = scale * std::pow(generator.exponential(), 1.0 / shape);
      if (wait < earliest) {
        earliest = wait;
        next = to;
      }
    }
    time += earliest;
    if (time > horizon) return state;
    state = next;
  }
  return f;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: race PATHS SEED\n");
    return 2;
  }
  const long n_paths = std::atol(argv[1]);
  Generator generator(std::strtoull(argv[2], nullptr, 10));
  long arrived = 0;
  const std::clock_t began = std::clock();
  for (long path = 0; path < n_paths; ++path) arrived += play(generator) == f;
  const double seconds = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  const double share = static_cast<double>(arrived) / static_cast<double>(n_paths);
  std::printf("seconds %.9f\nf_end %.12g %.12g\n", seconds, share,
              std::sqrt(share * (1.0 - share)));
}
