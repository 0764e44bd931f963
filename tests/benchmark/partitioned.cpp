/// The benchmark scenario truce.yaml by hand and vectorised: what is left when a model is known at
/// compile time, its lanes are kept in one pool per joint state, and nothing is general.
///
/// usage: partitioned PATHS SEED; prints as plain.cpp does.
///
/// Same law as plain.cpp. Columns of lanes; each pool runs a loop written for its state, which the
/// compiler vectorises (exp, log and pow come from its vector library); lanes whose clock runs out
/// within a step are resolved one by one and change their pool. Normals by inverse cdf (Wichura 1988,
/// AS241), uniforms from eight interleaved xoshiro256++ (Blackman & Vigna 2021).

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <vector>

namespace {

constexpr int n_steps = 520;
constexpr double step = 10.0 / n_steps;
constexpr int block_paths = 2048;
constexpr int width = 8;

/// Eight generators side by side; fills columns whose length is rounded up to a multiple of eight.
class Generators {
 public:
  explicit Generators(std::uint64_t seed) {
    for (auto& words : state_) {
      for (auto& word : words) {
        seed += 0x9e3779b97f4a7c15u;
        std::uint64_t mixed = seed;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
        word = mixed ^ (mixed >> 31);
      }
    }
  }
  /// Uniforms on the open interval (0, 1).
  void uniforms(double* out, int n) {
    auto [a, b, c, d] = state_;
    for (int i = 0; i < n; i += width) {
#pragma omp simd
      for (int k = 0; k < width; ++k) {
        const std::uint64_t sum = a[k] + d[k];
        const std::uint64_t bits = ((sum << 23) | (sum >> 41)) + a[k];
        const std::uint64_t shifted = b[k] << 17;
        c[k] ^= a[k];
        d[k] ^= b[k];
        b[k] ^= c[k];
        a[k] ^= d[k];
        c[k] ^= shifted;
        d[k] = (d[k] << 45) | (d[k] >> 19);
        out[i + k] = (static_cast<double>(static_cast<std::int64_t>(bits >> 12)) + 0.5) * 0x1.0p-52;
      }
    }
    state_ = {a, b, c, d};
  }
  double uniform() {
    if (next_ == spare_.size()) {
      uniforms(spare_.data(), static_cast<int>(spare_.size()));
      next_ = 0;
    }
    return spare_[next_++];
  }
  double exponential() { return -std::log(uniform()); }

 private:
  std::array<std::array<std::uint64_t, width>, 4> state_{};
  std::array<double, 256> spare_{};
  std::size_t next_ = 256;
};

/// Quantile of the standard normal, both branches computed and one taken.
inline double normal_quantile(double u) {
  const double q = u - 0.5;
  const double r = 0.180625 - q * q;
  const double top =
      ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r +
          45921.953931549871457) *
             r +
         13731.693765509461125) *
            r +
        1971.5909503065514427) *
           r +
       133.14166789178437745) *
          r +
      3.387132872796366608;
  const double bottom =
      ((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r +
          21213.794301586595867) *
             r +
         5394.1960214247511077) *
            r +
        687.1870074920579083) *
           r +
       42.313330701600911252) *
          r +
      1.0;
  const double t = std::sqrt(-std::log(std::min(u, 1.0 - u))) - 1.6;
  const double tail_top =
      ((((((7.7454501427834140764e-4 * t + 0.0227238449892691845833) * t + 0.24178072517745061177) *
              t +
          1.27045825245236838258) *
             t +
         3.64784832476320460504) *
            t +
        5.7694972214606914055) *
           t +
       4.6303378461565452959) *
          t +
      1.42343711074968357734;
  const double tail_bottom = ((((((1.05075007164441684324e-9 * t + 5.475938084995344946e-4) * t +
                                  0.0151986665636164571966) *
                                     t +
                                 0.14810397642748007459) *
                                    t +
                                0.68976733498510000455) *
                                   t +
                               1.6763848301838038494) *
                                  t +
                              2.05319162663775882187) *
                                 t +
                             1.0;
  const bool central = std::abs(q) <= 0.425;
  const double ratio = (central ? top : tail_top) / (central ? bottom : tail_bottom);
  return central ? q * ratio : (q < 0.0 ? -ratio : ratio);
}

enum Conflict { war, talks, ceasefire, frozen, settled };
constexpr int n_conflict = 5;
enum Guarantee { none, offered, in_force };
constexpr int n_guarantee = 3;

// Numbered so that the transitions that leave conflict state s start at 2 s.
constexpr int deal = 2, relapse = 4, settle = 5, offer = 7, commit = 8;
constexpr int n_transitions = 10;

enum Column {
  trust,
  morale,
  front,
  aid,
  worst_front,
  sojourn,
  burnt_relapse,
  burnt_settle,
  b_trust,
  talks_rate,
  deal_rate,
  breakdown_rate,
  relapse_scale,
  settle_scale,
  guarantee_ratio,
  front_speed,
  war_years,
  relapses,
  reached,
  jump,
  clocks,
  n_columns = clocks + n_transitions
};

using Lane = std::array<double, n_columns>;

struct Pool {
  int n = 0;
  alignas(64) double column[n_columns][block_paths];

  void add(const Lane& lane) {
    for (int k = 0; k < n_columns; ++k) column[k][n] = lane[k];
    ++n;
  }
  Lane take(int i) {
    Lane lane;
    --n;
    for (int k = 0; k < n_columns; ++k) {
      lane[k] = column[k][i];
      column[k][i] = column[k][n];
    }
    return lane;
  }
};

struct Mover {
  Lane lane;
  int conflict, guarantee;
};

struct Scratch {
  alignas(64) double z[4][block_paths];
  alignas(64) double old[4][block_paths];
  alignas(64) double crossed[block_paths];
  std::vector<Mover> movers;
};

double root(double x, double power) { return std::exp(std::log(x) * power); }

/// A lane alone: resolves its crossings to the end of the step. Old variables are in the lane.
class Resolution {
 public:
  Resolution(Lane& lane, int conflict, int guarantee, Generators& generators)
      : c(lane), conflict_(conflict), guarantee_(guarantee), generators_(generators) {}

  void run(double start) {
    double left = step;
    for (;;) {
      read_hazards();
      int which = -1;
      double at = left;
      consider(offer + guarantee_, c[clocks + offer + guarantee_] / hazards_[2], at, which);
      const int first = 2 * conflict_;
      if (conflict_ == ceasefire) {
        consider(relapse, relapse_time(c[burnt_relapse] + c[clocks + relapse] / hazards_[0]), at,
                 which);
        consider(settle, settle_time(c[burnt_settle] + c[clocks + settle] / hazards_[1]), at,
                 which);
      } else if (conflict_ != settled) {
        consider(first, c[clocks + first] / hazards_[0], at, which);
        if (conflict_ != frozen)
          consider(first + 1, c[clocks + first + 1] / hazards_[1], at, which);
      }
      at = std::max(at, 0.0);
      burn(at);
      if (which < 0) return;
      left -= at;
      fire(which, start + step - left);
    }
  }
  int conflict() const { return conflict_; }
  int guarantee() const { return guarantee_; }

 private:
  static void consider(int transition, double when, double& at, int& which) {
    if (when < at) {
      at = when;
      which = transition;
    }
  }
  double relapse_time(double total) const {
    return c[relapse_scale] * root(total, 1.0 / 0.7) - c[sojourn];
  }
  double settle_time(double total) const {
    return c[settle_scale] * root(total, 1.0 / 1.5) - c[sojourn];
  }
  void read_hazards() {
    const bool supported = guarantee_ == in_force;
    switch (conflict_) {
      case war:
        hazards_[0] = c[talks_rate] * std::exp(-0.5 * c[morale]) * (supported ? 1.5 : 1.0);
        hazards_[1] = 0.05 * std::exp(0.05 * (c[front] - 18.0));
        break;
      case talks:
        hazards_[0] = c[deal_rate] * std::exp(c[b_trust] * c[trust]);
        hazards_[1] = c[breakdown_rate] * std::exp(-c[trust]);
        break;
      case ceasefire:
        hazards_[0] = std::exp(-c[b_trust] * c[trust]) * (supported ? c[guarantee_ratio] : 1.0);
        hazards_[1] = std::exp(0.2 * (c[aid] - 1.0));
        break;
      case frozen:
        hazards_[0] = 0.2 * std::exp(0.3 * c[morale]);
        break;
      default:
        break;
    }
    switch (guarantee_) {
      case none:
        hazards_[2] = (conflict_ == talks ? 1.0 : 0.2) * std::exp(0.3 * (c[aid] - 1.0));
        break;
      case offered:
        hazards_[2] = 0.5 * std::exp(c[b_trust] * c[trust]);
        break;
      default:
        hazards_[2] = (conflict_ == war ? 0.3 : 0.1) * std::exp(-c[trust]);
        break;
    }
  }
  void burn(double dt) {
    c[clocks + offer + guarantee_] -= hazards_[2] * dt;
    if (conflict_ == war) c[war_years] += dt;
    c[sojourn] += dt;
    if (conflict_ == ceasefire) {
      const double next_relapse = root(c[sojourn] / c[relapse_scale], 0.7);
      const double next_settle = root(c[sojourn] / c[settle_scale], 1.5);
      c[clocks + relapse] -= hazards_[0] * (next_relapse - c[burnt_relapse]);
      c[clocks + settle] -= hazards_[1] * (next_settle - c[burnt_settle]);
      c[burnt_relapse] = next_relapse;
      c[burnt_settle] = next_settle;
    } else if (conflict_ != settled) {
      c[clocks + 2 * conflict_] -= hazards_[0] * dt;
      if (conflict_ != frozen) c[clocks + 2 * conflict_ + 1] -= hazards_[1] * dt;
    }
  }
  void fire(int which, double when) {
    static constexpr std::array<int, 7> target = {talks, frozen, ceasefire, war, war, settled, war};
    c[clocks + which] = generators_.exponential();
    if (which >= offer) {
      guarantee_ = which == offer ? offered : which == commit ? in_force : none;
      return;
    }
    conflict_ = target[static_cast<std::size_t>(which)];
    c[sojourn] = c[burnt_relapse] = c[burnt_settle] = 0.0;
    const double leap = which == deal ? 0.1 : which == relapse ? -0.3 : 0.0;
    c[trust] += leap;
    c[jump] += leap;
    if (which == relapse) c[relapses] += 1.0;
    if (which == deal && when <= 5.0) c[reached] = 1.0;
  }

  Lane& c;
  int conflict_, guarantee_;
  Generators& generators_;
  std::array<double, 3> hazards_{};
};

/// One step of all lanes of one pool, written out for its joint state.
template <int C, int G>
void advance(Pool& pool, Scratch& scratch, Generators& generators, double start) {
  const int n = pool.n;
  if (n == 0) return;
  const int padded = (n + width - 1) / width * width;
  auto& c = pool.column;
  for (auto& z : scratch.z) {
    generators.uniforms(z, padded);
#pragma omp simd
    for (int i = 0; i < padded; ++i) z[i] = normal_quantile(z[i]);
  }
  const double trust_decay = std::exp(-0.3 * step);
  const double trust_sd = 0.1 * std::sqrt((1.0 - std::exp(-0.6 * step)) / 0.6);
  const double morale_decay = std::exp(-0.8 * step);
  const double morale_sd = 0.25 * std::sqrt((1.0 - std::exp(-1.6 * step)) / 1.6);
  const double independent = std::sqrt(0.91);
  const double root_step = std::sqrt(step);
  auto& [z_trust, z_front, z_morale, z_aid] = scratch.z;
  auto& [old_trust, old_morale, old_front, old_aid] = scratch.old;
  auto& crossed = scratch.crossed;
  double any = 0.0;
#pragma omp simd reduction(max : any)
  for (int i = 0; i < n; ++i) {
    const double t = c[trust][i], m = c[morale][i], f = c[front][i], a = c[aid][i];
    double third = 0.0;
    if constexpr (G == none) third = (C == talks ? 1.0 : 0.2) * std::exp(0.3 * (a - 1.0));
    if constexpr (G == offered) third = 0.5 * std::exp(c[b_trust][i] * t);
    if constexpr (G == in_force) third = (C == war ? 0.3 : 0.1) * std::exp(-t);
    double first = 0.0, second = 0.0;
    if constexpr (C == war) {
      first = step * c[talks_rate][i] * std::exp(-0.5 * m) * (G == in_force ? 1.5 : 1.0);
      second = step * 0.05 * std::exp(0.05 * (f - 18.0));
    }
    if constexpr (C == talks) {
      first = step * c[deal_rate][i] * std::exp(c[b_trust][i] * t);
      second = step * c[breakdown_rate][i] * std::exp(-t);
    }
    double next_relapse = 0.0, next_settle = 0.0;
    if constexpr (C == ceasefire) {
      const double s = c[sojourn][i] + step;
      next_relapse = std::exp(0.7 * std::log(s / c[relapse_scale][i]));
      const double x = s / c[settle_scale][i];
      next_settle = x * std::sqrt(x);
      first = std::exp(-c[b_trust][i] * t) * (G == in_force ? c[guarantee_ratio][i] : 1.0) *
              (next_relapse - c[burnt_relapse][i]);
      second = std::exp(0.2 * (a - 1.0)) * (next_settle - c[burnt_settle][i]);
    }
    if constexpr (C == frozen) first = step * 0.2 * std::exp(0.3 * m);

    const double left_third = c[clocks + offer + G][i] - step * third;
    double least = left_third;
    double left_first = 0.0, left_second = 0.0;
    if constexpr (C != settled) {
      left_first = c[clocks + 2 * C][i] - first;
      least = std::min(least, left_first);
    }
    if constexpr (C < frozen) {
      left_second = c[clocks + 2 * C + 1][i] - second;
      least = std::min(least, left_second);
    }
    const bool fires = least < 0.0;
    crossed[i] = fires ? 1.0 : 0.0;
    any = std::max(any, crossed[i]);
    c[clocks + offer + G][i] = fires ? c[clocks + offer + G][i] : left_third;
    if constexpr (C != settled) c[clocks + 2 * C][i] = fires ? c[clocks + 2 * C][i] : left_first;
    if constexpr (C < frozen) {
      c[clocks + 2 * C + 1][i] = fires ? c[clocks + 2 * C + 1][i] : left_second;
    }
    if constexpr (C == ceasefire) {
      c[burnt_relapse][i] = fires ? c[burnt_relapse][i] : next_relapse;
      c[burnt_settle][i] = fires ? c[burnt_settle][i] : next_settle;
      c[sojourn][i] += fires ? 0.0 : step;
    }
    if constexpr (C == war) c[war_years][i] += fires ? 0.0 : step;

    old_trust[i] = t, old_morale[i] = m, old_front[i] = f, old_aid[i] = a;
    c[trust][i] = 0.1 + (t - 0.1) * trust_decay + trust_sd * z_trust[i];
    c[morale][i] = m * morale_decay + morale_sd * z_morale[i];
    double next_front =
        f + (C == war ? 0.6 : 0.05) * root_step * (-0.3 * z_trust[i] + independent * z_front[i]);
    if constexpr (C == war) next_front += (c[front_speed][i] + 0.5 * m) * step;
    c[front][i] = next_front;
    c[worst_front][i] = std::max(c[worst_front][i], next_front);
    c[aid][i] = std::max(
        0.01, a + 0.5 * (1.2 - a) * step + (C == war ? 0.3 : 0.15) * a * root_step * z_aid[i]);
  }
  if (any == 0.0) return;
  for (int i = n - 1; i >= 0; --i) {
    if (crossed[i] == 0.0) continue;
    Mover mover{pool.take(i), C, G};
    Lane next = mover.lane;
    mover.lane[trust] = old_trust[i];
    mover.lane[morale] = old_morale[i];
    mover.lane[front] = old_front[i];
    mover.lane[aid] = old_aid[i];
    mover.lane[jump] = 0.0;
    Resolution resolution(mover.lane, C, G, generators);
    resolution.run(start);
    mover.lane[trust] = next[trust] + mover.lane[jump];
    for (int k : {morale, front, aid}) mover.lane[k] = next[k];
    mover.conflict = resolution.conflict();
    mover.guarantee = resolution.guarantee();
    scratch.movers.push_back(mover);
  }
}

using Pools = std::array<Pool, n_conflict * n_guarantee>;

template <std::size_t... I>
void advance_all(Pools& pools, Scratch& scratch, Generators& generators, double start,
                 std::index_sequence<I...>) {
  (advance<I / n_guarantee, I % n_guarantee>(pools[I], scratch, generators, start), ...);
}

Lane fresh_lane(Generators& generators) {
  const auto normal = [&] { return normal_quantile(generators.uniform()); };
  Lane lane{};
  lane[trust] = 0.2;
  lane[front] = lane[worst_front] = 18.0;
  lane[aid] = 1.0;
  lane[b_trust] = 0.5 + 0.2 * normal();
  lane[talks_rate] = 0.4 * std::exp(0.3 * normal());
  lane[deal_rate] = 0.8 * std::exp(0.3 * normal());
  lane[breakdown_rate] = std::exp(0.3 * normal());
  lane[relapse_scale] = 8.0 * std::exp(0.4 * normal());
  lane[settle_scale] = 10.0 * std::exp(0.3 * normal());
  lane[guarantee_ratio] = 0.3 + 0.6 * generators.uniform();
  lane[front_speed] = 0.9 + 0.3 * normal();
  for (int k = 0; k < n_transitions; ++k) lane[clocks + k] = generators.exponential();
  return lane;
}

constexpr int n_outcomes = 9;
constexpr const char* outcome_names[n_outcomes] = {"ceasefire_5y", "settled",  "in_force",
                                                   "war_years",    "relapses", "trust_end",
                                                   "front_end",    "aid_end",  "worst_front"};

struct Sums {
  std::array<double, n_outcomes> sum{}, squares{};

  void add(const Pool& pool, int conflict, int guarantee) {
    for (int i = 0; i < pool.n; ++i) {
      const auto& c = pool.column;
      const std::array<double, n_outcomes> outcome = {c[reached][i],
                                                      conflict == settled ? 1.0 : 0.0,
                                                      guarantee == in_force ? 1.0 : 0.0,
                                                      c[war_years][i],
                                                      c[relapses][i],
                                                      c[trust][i],
                                                      c[front][i],
                                                      c[aid][i],
                                                      c[worst_front][i]};
      for (int k = 0; k < n_outcomes; ++k) {
        sum[k] += outcome[k];
        squares[k] += outcome[k] * outcome[k];
      }
    }
  }
};

void simulate_block(int n_paths, Pools& pools, Scratch& scratch, Generators& generators,
                    Sums& sums) {
  for (auto& pool : pools) pool.n = 0;
  for (int i = 0; i < n_paths; ++i) pools[0].add(fresh_lane(generators));
  for (int i = 0; i < n_steps; ++i) {
    advance_all(pools, scratch, generators, i * step,
                std::make_index_sequence<n_conflict * n_guarantee>());
    for (const Mover& mover : scratch.movers) {
      pools[mover.conflict * n_guarantee + mover.guarantee].add(mover.lane);
    }
    scratch.movers.clear();
  }
  for (int k = 0; k < n_conflict * n_guarantee; ++k) {
    sums.add(pools[k], k / n_guarantee, k % n_guarantee);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: partitioned PATHS SEED\n");
    return 2;
  }
  const long n_paths = std::atol(argv[1]);
  Generators generators(std::strtoull(argv[2], nullptr, 10));
  const auto pools = std::make_unique<Pools>();
  const auto scratch = std::make_unique<Scratch>();
  Sums sums;
  const std::clock_t began = std::clock();
  for (long first = 0; first < n_paths; first += block_paths) {
    simulate_block(static_cast<int>(std::min<long>(block_paths, n_paths - first)), *pools, *scratch,
                   generators, sums);
  }
  const double seconds = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  std::printf("seconds %.9f\n", seconds);
  for (int k = 0; k < n_outcomes; ++k) {
    const double mean = sums.sum[k] / static_cast<double>(n_paths);
    const double variance = sums.squares[k] / static_cast<double>(n_paths) - mean * mean;
    std::printf("%s %.12g %.12g\n", outcome_names[k], mean, std::sqrt(std::max(variance, 0.0)));
  }
}
