/// The benchmark scenario truce.yaml written by hand, one path at a time, with a fast scalar generator
/// and std::exp: two programs from one source. By default the normals are the standard library's, as
/// one writes it first; with -DDETENTE_ZIGGURAT they come from a ziggurat, as a specialist writes it
/// who has profiled.
///
/// usage: plain PATHS SEED; prints "seconds S" and, per outcome, "NAME MEAN STANDARD_DEVIATION".
///
/// Law: variables move once per step from the state at its start (Ornstein-Uhlenbeck exactly, the
/// others by Euler-Maruyama); every transition burns an Exp(1) clock with hazards held between
/// events; Weibull baselines are integrated in closed form.
///
/// Normals: std::normal_distribution, or a 256-layer ziggurat (Marsaglia & Tsang 2000).

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <random>

#include "xoshiro.hpp"

namespace {

constexpr int n_steps = 520;
constexpr double horizon = 10.0;
constexpr double step = horizon / n_steps;
constexpr double never = std::numeric_limits<double>::infinity();

#ifdef DETENTE_ZIGGURAT

/// Standard normals: 256 horizontal layers of equal area under exp(-x^2/2), the lowest with the tail.
class Ziggurat {
 public:
  Ziggurat() {
    constexpr double tail_area = 4.92867323399e-3;
    edge_[0] = tail_area / density(tail_start);
    edge_[1] = tail_start;
    for (int i = 2; i < n_layers; ++i) {
      edge_[i] = std::sqrt(-2.0 * std::log(tail_area / edge_[i - 1] + density(edge_[i - 1])));
    }
    edge_[n_layers] = 0.0;
    for (int i = 0; i <= n_layers; ++i) height_[i] = density(edge_[i]);
    for (int i = 0; i < n_layers; ++i) inside_[i] = edge_[i + 1] / edge_[i];
  }
  double operator()(Generator& generator) const {
    for (;;) {
      const std::uint64_t bits = generator.bits();
      const auto layer = static_cast<std::size_t>(bits & 0xff);
      const double u = static_cast<double>(static_cast<std::int64_t>(bits) >> 11) * 0x1.0p-52;
      if (std::abs(u) < inside_[layer]) return u * edge_[layer];
      if (layer == 0) return tail(generator, u < 0);
      const double x = u * edge_[layer];
      const double between =
          height_[layer] + generator.uniform() * (height_[layer + 1] - height_[layer]);
      if (between < density(x)) return x;
    }
  }

 private:
  static constexpr int n_layers = 256;
  static constexpr double tail_start = 3.6541528853610088;
  static double density(double x) { return std::exp(-0.5 * x * x); }
  static double tail(Generator& generator, bool negative) {
    double x, y;
    do {
      x = generator.exponential() / tail_start;
      y = generator.exponential();
    } while (2.0 * y < x * x);
    return negative ? -(tail_start + x) : tail_start + x;
  }
  std::array<double, n_layers + 1> edge_{}, height_{};
  std::array<double, n_layers> inside_{};
};

const Ziggurat normal;

#else

/// Standard normals, one object for the one generator: it makes two at a time and keeps the second.
std::normal_distribution<double> normal;

#endif

enum Conflict { war, talks, ceasefire, frozen, settled };
enum Guarantee { none, offered, in_force };
// Numbered so that the transitions that leave conflict state s start at 2 s.
constexpr int deal = 2, relapse = 4, settle = 5, offer = 7, commit = 8;
constexpr int n_transitions = 10;
enum Outcome {
  ceasefire_5y,
  settled_end,
  in_force_end,
  war_years,
  relapses,
  trust_end,
  front_end,
  aid_end,
  worst_front,
  n_outcomes
};
constexpr const char* outcome_names[n_outcomes] = {"ceasefire_5y", "settled",  "in_force",
                                                   "war_years",    "relapses", "trust_end",
                                                   "front_end",    "aid_end",  "worst_front"};

constexpr double relapse_shape = 0.7;

struct Path {
  explicit Path(Generator& source) : generator(source) {
    b_trust = 0.5 + 0.2 * normal(generator);
    talks_rate = 0.4 * std::exp(0.3 * normal(generator));
    deal_rate = 0.8 * std::exp(0.3 * normal(generator));
    breakdown_rate = std::exp(0.3 * normal(generator));
    relapse_scale = 8.0 * std::exp(0.4 * normal(generator));
    settle_scale = 10.0 * std::exp(0.3 * normal(generator));
    guarantee_ratio = 0.3 + 0.6 * generator.uniform();
    front_speed = 0.9 + 0.3 * normal(generator);
    for (auto& clock : clocks) clock = generator.exponential();
  }

  double weibull_relapse(double t) const { return std::pow(t / relapse_scale, relapse_shape); }
  double weibull_settle(double t) const {
    const double x = t / settle_scale;
    return x * std::sqrt(x);
  }

  /// The hazards, or hazard ratios, of the transitions that leave the current states.
  void read_hazards() {
    switch (conflict) {
      case war:
        hazards[0] = talks_rate * std::exp(-0.5 * morale) * (guarantee == in_force ? 1.5 : 1.0);
        hazards[1] = 0.05 * std::exp(0.05 * (front - 18.0));
        break;
      case talks:
        hazards[0] = deal_rate * std::exp(b_trust * trust);
        hazards[1] = breakdown_rate * std::exp(-trust);
        break;
      case ceasefire:
        hazards[0] = std::exp(-b_trust * trust) * (guarantee == in_force ? guarantee_ratio : 1.0);
        hazards[1] = std::exp(0.2 * (aid - 1.0));
        break;
      case frozen:
        hazards[0] = 0.2 * std::exp(0.3 * morale);
        break;
      case settled:
        break;
    }
    switch (guarantee) {
      case none:
        hazards[2] = (conflict == talks ? 1.0 : 0.2) * std::exp(0.3 * (aid - 1.0));
        break;
      case offered:
        hazards[2] = 0.5 * std::exp(b_trust * trust);
        break;
      case in_force:
        hazards[2] = (conflict == war ? 0.3 : 0.1) * std::exp(-trust);
        break;
    }
  }

  /// Burns the live clocks over `dt`; reports the integrated hazards it took off in `burnt`.
  bool burn(double dt) {
    const int first = first_transition();
    if (conflict == ceasefire) {
      next_relapse = weibull_relapse(sojourn + dt);
      next_settle = weibull_settle(sojourn + dt);
      burnt[0] = hazards[0] * (next_relapse - burnt_relapse);
      burnt[1] = hazards[1] * (next_settle - burnt_settle);
    } else {
      burnt[0] = hazards[0] * dt;
      burnt[1] = hazards[1] * dt;
    }
    burnt[2] = hazards[2] * dt;
    bool crossed = (clocks[offer + guarantee] -= burnt[2]) < 0.0;
    if (conflict != settled) crossed |= (clocks[first] -= burnt[0]) < 0.0;
    if (conflict < frozen) crossed |= (clocks[first + 1] -= burnt[1]) < 0.0;
    return crossed;
  }
  void keep_burnt() {
    burnt_relapse = next_relapse;
    burnt_settle = next_settle;
  }
  int first_transition() const { return 2 * conflict; }

  void unburn() {
    const int first = first_transition();
    clocks[offer + guarantee] += burnt[2];
    if (conflict != settled) clocks[first] += burnt[0];
    if (conflict < frozen) clocks[first + 1] += burnt[1];
  }

  /// Fires the earliest transition within `dt`; returns the time that it took.
  double fire() {
    const int first = first_transition();
    double at = clocks[offer + guarantee] / hazards[2];
    int which = offer + guarantee;
    const auto consider = [&](int transition, double when) {
      if (when < at) {
        at = when;
        which = transition;
      }
    };
    if (conflict == ceasefire) {
      consider(relapse, relapse_scale * std::pow(burnt_relapse + clocks[relapse] / hazards[0],
                                                 1.0 / relapse_shape) -
                            sojourn);
      consider(
          settle,
          settle_scale * std::pow(burnt_settle + clocks[settle] / hazards[1], 1.0 / 1.5) - sojourn);
    } else if (conflict != settled) {
      consider(first, clocks[first] / hazards[0]);
      if (conflict < frozen) consider(first + 1, clocks[first + 1] / hazards[1]);
    }
    at = std::max(at, 0.0);
    burn(at);
    keep_burnt();
    clocks[which] = generator.exponential();
    account(at);
    apply(which);
    return at;
  }

  void account(double dt) {
    if (conflict == war) outcome[war_years] += dt;
    sojourn += dt;
  }

  void apply(int which) {
    static constexpr std::array<Conflict, 7> target = {talks, frozen,  ceasefire, war,
                                                       war,   settled, war};
    if (which >= offer) {
      guarantee = which == offer ? offered : which == commit ? in_force : none;
      return;
    }
    conflict = target[static_cast<std::size_t>(which)];
    sojourn = burnt_relapse = burnt_settle = next_relapse = next_settle = 0.0;
    if (which == deal) jump = jump + 0.1, trust += 0.1;
    if (which == relapse) {
      jump = jump - 0.3, trust -= 0.3;
      outcome[relapses] += 1.0;
    }
  }

  void advance(double start) {
    const bool at_war = conflict == war;
    const double root = std::sqrt(step);
    static const double trust_decay = std::exp(-0.3 * step);
    static const double trust_sd = 0.1 * std::sqrt((1.0 - std::exp(-0.6 * step)) / 0.6);
    static const double morale_decay = std::exp(-0.8 * step);
    static const double morale_sd = 0.25 * std::sqrt((1.0 - std::exp(-1.6 * step)) / 1.6);
    static const double independent = std::sqrt(1.0 - 0.09);
    const double z_trust = normal(generator);
    const double z_front = -0.3 * z_trust + independent * normal(generator);
    const double next_trust = 0.1 + (trust - 0.1) * trust_decay + trust_sd * z_trust;
    const double next_morale = morale * morale_decay + morale_sd * normal(generator);
    const double next_front = front + (at_war ? (front_speed + 0.5 * morale) * step : 0.0) +
                              (at_war ? 0.6 : 0.05) * root * z_front;
    const double next_aid =
        std::max(0.01, aid + 0.5 * (1.2 - aid) * step +
                           (at_war ? 0.3 : 0.15) * aid * root * normal(generator));
    jump = 0.0;
    read_hazards();
    double left = step;
    while (burn(left)) {
      unburn();
      left -= fire();
      read_hazards();
      if (conflict == ceasefire && outcome[ceasefire_5y] == 0.0 && start + step - left <= 5.0) {
        outcome[ceasefire_5y] = 1.0;
      }
    }
    keep_burnt();
    account(left);
    trust = next_trust + jump;
    morale = next_morale;
    front = next_front;
    aid = next_aid;
    highest_front = std::max(highest_front, front);
  }

  void finish() {
    outcome[settled_end] = conflict == settled;
    outcome[in_force_end] = guarantee == in_force;
    outcome[trust_end] = trust;
    outcome[front_end] = front;
    outcome[aid_end] = aid;
    outcome[worst_front] = highest_front;
  }

  Generator& generator;
  double b_trust, talks_rate, deal_rate, breakdown_rate;
  double relapse_scale, settle_scale, guarantee_ratio, front_speed;
  double trust = 0.2, morale = 0.0, front = 18.0, aid = 1.0, jump = 0.0, highest_front = 18.0;
  double sojourn = 0.0, burnt_relapse = 0.0, burnt_settle = 0.0, next_relapse = 0.0,
         next_settle = 0.0;
  Conflict conflict = war;
  Guarantee guarantee = none;
  std::array<double, n_transitions> clocks{};
  std::array<double, 3> hazards{}, burnt{};
  std::array<double, n_outcomes> outcome{};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: plain PATHS SEED\n");
    return 2;
  }
  const long n_paths = std::atol(argv[1]);
  Generator generator(std::strtoull(argv[2], nullptr, 10));
  std::array<double, n_outcomes> sum{}, squares{};
  const std::clock_t began = std::clock();
  for (long path = 0; path < n_paths; ++path) {
    Path one(generator);
    for (int i = 0; i < n_steps; ++i) one.advance(i * step);
    one.finish();
    for (int k = 0; k < n_outcomes; ++k) {
      sum[k] += one.outcome[k];
      squares[k] += one.outcome[k] * one.outcome[k];
    }
  }
  const double seconds = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  std::printf("seconds %.9f\n", seconds);
  for (int k = 0; k < n_outcomes; ++k) {
    const double mean = sum[k] / static_cast<double>(n_paths);
    const double variance = squares[k] / static_cast<double>(n_paths) - mean * mean;
    std::printf("%s %.12g %.12g\n", outcome_names[k], mean, std::sqrt(std::max(variance, 0.0)));
  }
}
