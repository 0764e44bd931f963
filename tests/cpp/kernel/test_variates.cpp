// The variate columns: which numbers they are, and that those have their distributions.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "detente/kernel/dispatch.hpp"
#include "detente/random/stream.hpp"
#include "support/catch.hpp"

namespace kernel = detente::kernel;

namespace {

constexpr std::size_t n_lanes = 4096;
constexpr std::size_t n_blocks = 64;  // 2^18 paths, 2^20 normals

template <typename Number>
struct alignas(kernel::alignment) ColumnOf {
  Number lane[n_lanes] = {};
};
using Column = ColumnOf<double>;

struct Columns {
  Column z[4], u, e;
  ColumnOf<std::uint64_t> path;
  ColumnOf<std::uint32_t> index;
};

double quantile_of(const kernel::Table& table, double p) {
  Column in, out;
  in.lane[0] = p;
  table.column[static_cast<std::size_t>(kernel::Operation::normal_quantile)](
      out.lane, in.lane, nullptr, nullptr, kernel::lane_quantum);
  return out.lane[0];
}

std::vector<double> normals_of(const kernel::Table& table, std::uint64_t seed,
                               std::uint32_t stream) {
  const auto columns = std::make_unique<Columns>();
  std::vector<double> all;
  for (std::size_t block = 0; block < n_blocks; ++block) {
    for (std::size_t i = 0; i < n_lanes; ++i) columns->path.lane[i] = block * n_lanes + i;
    table.normals(columns->z[0].lane, columns->z[1].lane, columns->z[2].lane, columns->z[3].lane,
                  {seed, stream}, columns->path.lane, 5, n_lanes);
    for (std::size_t i = 0; i < n_lanes; ++i) {
      for (const Column& column : columns->z) all.push_back(column.lane[i]);
    }
  }
  return all;
}

std::vector<double> uniforms_of(const kernel::Table& table, bool exponential) {
  const auto columns = std::make_unique<Columns>();
  std::vector<double> all;
  for (std::size_t block = 0; block < 4 * n_blocks; ++block) {
    for (std::size_t i = 0; i < n_lanes; ++i) {
      columns->path.lane[i] = block * n_lanes / 4 + i / 4;
      columns->index.lane[i] = static_cast<std::uint32_t>(i % 4);
    }
    const auto fill = exponential ? table.exponentials : table.uniforms;
    fill(columns->u.lane, {11, 3}, columns->path.lane, columns->index.lane, n_lanes);
    all.insert(all.end(), std::begin(columns->u.lane), std::end(columns->u.lane));
  }
  return all;
}

/// Kolmogorov-Smirnov distance times sqrt(n); above 2.3 with probability 5e-5.
template <typename Cdf>
double scaled_distance(std::vector<double> sample, Cdf cdf) {
  std::ranges::sort(sample);
  const auto n = static_cast<double>(sample.size());
  double worst = 0.0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double p = cdf(sample[i]);
    worst = std::max({worst, p - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - p});
  }
  return worst * std::sqrt(n);
}

/// Mean of x[i] y[i] in standard errors, for standardised independent x and y.
double correlation_score(const std::vector<double>& x, const std::vector<double>& y) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum / std::sqrt(static_cast<double>(x.size()));
}

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

}  // namespace

TEST_CASE("normals invert the words of their Philox block", "[kernel]") {
  const auto columns = std::make_unique<Columns>();
  constexpr std::uint64_t seed = 0x123456789ABCDEF0u;
  constexpr std::uint32_t stream = 77, index = 9;
  for (std::size_t i = 0; i < n_lanes; ++i) columns->path.lane[i] = i * 0x100000003u;
  for (const kernel::Table* table : kernel::available()) {
    table->normals(columns->z[0].lane, columns->z[1].lane, columns->z[2].lane, columns->z[3].lane,
                   {seed, stream}, columns->path.lane, index, n_lanes);
    double worst = 0.0;
    for (std::size_t i = 0; i < n_lanes; ++i) {
      const std::uint64_t path = columns->path.lane[i];
      const auto words = detente::random::philox4x32(
          {index, stream, static_cast<std::uint32_t>(path), static_cast<std::uint32_t>(path >> 32)},
          seed);
      for (std::size_t k = 0; k < 4; ++k) {
        const double expected = quantile_of(*table, (words[k] + 0.5) * 0x1p-32);
        worst = std::max(worst, std::abs(columns->z[k].lane[i] - expected));
      }
    }
    INFO(table->name);
    CHECK(worst < 3e-7);
  }
}

TEST_CASE("normals are the same on every instruction set", "[kernel]") {
  const std::vector<double> first = normals_of(*kernel::available().front(), 13, 6);
  for (const kernel::Table* table : kernel::available()) {
    const std::vector<double> other = normals_of(*table, 13, 6);
    std::size_t differing = 0;
    double worst_in_tail = 0.0;
    for (std::size_t i = 0; i < first.size(); ++i) {
      if (std::abs(first[i]) < 2.88) {
        differing += first[i] != other[i];
      } else {
        worst_in_tail = std::max(worst_in_tail, std::abs(first[i] - other[i]));
      }
    }
    INFO(table->name);
    CHECK(differing == 0);
    CHECK(worst_in_tail < 4e-15);
  }
}

TEST_CASE("uniforms are the same bits on every instruction set", "[kernel]") {
  const auto columns = std::make_unique<Columns>();
  for (std::size_t i = 0; i < n_lanes; ++i) {
    columns->path.lane[i] = i * 0x100000003u;
    columns->index.lane[i] = static_cast<std::uint32_t>(i * 2654435761u);
  }
  for (const kernel::Table* table : kernel::available()) {
    table->uniforms(columns->u.lane, {21, 5}, columns->path.lane, columns->index.lane, n_lanes);
    std::size_t differing = 0;
    for (std::size_t i = 0; i < n_lanes; ++i) {
      const std::uint64_t path = columns->path.lane[i];
      const auto words =
          detente::random::philox4x32({columns->index.lane[i], 5, static_cast<std::uint32_t>(path),
                                       static_cast<std::uint32_t>(path >> 32)},
                                      21);
      const std::uint64_t joined = std::uint64_t{words[1]} << 32 | words[0];
      differing += columns->u.lane[i] != (static_cast<double>(joined >> 12) + 0.5) * 0x1p-52;
    }
    INFO(table->name);
    CHECK(differing == 0);
  }
}

TEST_CASE("exponentials are the negative logarithms of the uniforms", "[kernel]") {
  const auto columns = std::make_unique<Columns>();
  for (std::size_t i = 0; i < n_lanes; ++i) columns->path.lane[i] = i;
  for (const kernel::Table* table : kernel::available()) {
    table->uniforms(columns->u.lane, {21, 5}, columns->path.lane, columns->index.lane, n_lanes);
    table->exponentials(columns->e.lane, {21, 5}, columns->path.lane, columns->index.lane, n_lanes);
    for (std::size_t i = 0; i < n_lanes; ++i) {
      const double expected = -std::log(columns->u.lane[i]);
      REQUIRE(std::abs(columns->e.lane[i] - expected) <= 4e-16 * expected);
    }
  }
}

TEST_CASE("exponentials of streams of their own are those of each stream", "[kernel]") {
  const auto columns = std::make_unique<Columns>();
  for (std::size_t i = 0; i < n_lanes; ++i) {
    columns->path.lane[i] = 3 * i;
    columns->index.lane[i] = static_cast<std::uint32_t>(i % 5);
  }
  for (const kernel::Table* table : kernel::available()) {
    for (const std::size_t n : {std::size_t{8}, std::size_t{24}, n_lanes}) {
      const auto streams = std::make_unique<ColumnOf<std::uint32_t>>();
      for (std::size_t i = 0; i < n; ++i) streams->lane[i] = static_cast<std::uint32_t>(i * i % 3);
      table->exponentials_of(columns->e.lane, 21, streams->lane, columns->path.lane,
                             columns->index.lane, n);
      for (std::uint32_t stream = 0; stream < 3; ++stream) {
        table->exponentials(columns->u.lane, {21, stream}, columns->path.lane, columns->index.lane,
                            n);
        for (std::size_t i = 0; i < n; ++i) {
          if (streams->lane[i] == stream) REQUIRE(columns->e.lane[i] == columns->u.lane[i]);
        }
      }
    }
  }
}

TEST_CASE("variates depend on neither the lane's position nor the column's length", "[kernel]") {
  const auto whole = std::make_unique<Columns>(), part = std::make_unique<Columns>();
  constexpr std::size_t shift = 5, length = 1032;
  for (std::size_t i = 0; i < n_lanes; ++i) {
    whole->path.lane[i] = i;
    whole->index.lane[i] = static_cast<std::uint32_t>(i % 7);
  }
  for (std::size_t i = 0; i < length; ++i) {
    part->path.lane[i] = whole->path.lane[i + shift];
    part->index.lane[i] = whole->index.lane[i + shift];
  }
  for (const kernel::Table* table : kernel::available()) {
    for (auto [columns, n] : {std::pair{whole.get(), n_lanes}, {part.get(), length}}) {
      table->normals(columns->z[0].lane, columns->z[1].lane, columns->z[2].lane, columns->z[3].lane,
                     {3, 4}, columns->path.lane, 2, n);
      table->exponentials(columns->e.lane, {3, 4}, columns->path.lane, columns->index.lane, n);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      CHECK(std::equal(part->z[k].lane, part->z[k].lane + length, whole->z[k].lane + shift));
    }
    CHECK(std::equal(part->e.lane, part->e.lane + length, whole->e.lane + shift));
  }
}

TEST_CASE("a million normals pass Kolmogorov-Smirnov and have the normal's moments", "[kernel]") {
  for (const kernel::Table* table : kernel::available()) {
    const std::vector<double> z = normals_of(*table, 1, 2);
    const double root_n = std::sqrt(static_cast<double>(z.size()));
    double sum[5] = {};
    for (const double x : z) {
      for (int power = 1; power <= 4; ++power) sum[power] += std::pow(x, power);
    }
    INFO(table->name);
    CHECK(scaled_distance(z, normal_cdf) < 2.3);
    // Standard errors of the mean of z^k: sqrt(E z^2k - (E z^k)^2).
    CHECK(std::abs(sum[1] / root_n) < 5.0);
    CHECK(std::abs(sum[2] / root_n - root_n) < 5.0 * std::sqrt(2.0));
    CHECK(std::abs(sum[3] / root_n) < 5.0 * std::sqrt(15.0));
    CHECK(std::abs(sum[4] / root_n - 3.0 * root_n) < 5.0 * std::sqrt(96.0));
  }
}

TEST_CASE("the tails of the normals hold what they should down to one in a million", "[kernel]") {
  for (const kernel::Table* table : kernel::available()) {
    std::vector<double> z;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      const std::vector<double> more = normals_of(*table, seed, 6);
      z.insert(z.end(), more.begin(), more.end());
    }
    const auto n = static_cast<double>(z.size());
    for (const double bound : {2.0, 2.8, 2.9, 3.5, 4.0, 4.5, 4.7534}) {
      const double expected = n * normal_cdf(-bound);
      const auto above =
          static_cast<double>(std::ranges::count_if(z, [&](double x) { return x > bound; }));
      const auto below =
          static_cast<double>(std::ranges::count_if(z, [&](double x) { return x < -bound; }));
      INFO(table->name << " beyond " << bound << ": " << above << " and " << below << " of "
                       << expected);
      CHECK(std::abs(above - expected) < 5.0 * std::sqrt(expected));
      CHECK(std::abs(below - expected) < 5.0 * std::sqrt(expected));
    }
  }
}

TEST_CASE("a million uniforms and exponentials pass Kolmogorov-Smirnov", "[kernel]") {
  for (const kernel::Table* table : kernel::available()) {
    INFO(table->name);
    CHECK(scaled_distance(uniforms_of(*table, false), [](double u) { return u; }) < 2.3);
    CHECK(scaled_distance(uniforms_of(*table, true), [](double e) { return -std::expm1(-e); }) <
          2.3);
  }
}

TEST_CASE("neighbouring paths, words, streams, seeds and indices are uncorrelated", "[kernel]") {
  const kernel::Table& table = *kernel::available().back();
  const std::vector<double> z = normals_of(table, 1, 2);
  // Four words of a path stand together: lag 1 to 3 crosses words, lag 4 paths.
  for (const std::size_t lag : {1u, 2u, 3u, 4u, 8u}) {
    const std::vector<double> early(z.begin(), z.end() - static_cast<std::ptrdiff_t>(lag));
    const std::vector<double> late(z.begin() + static_cast<std::ptrdiff_t>(lag), z.end());
    INFO("lag " << lag);
    CHECK(std::abs(correlation_score(early, late)) < 5.0);
  }
  CHECK(std::abs(correlation_score(z, normals_of(table, 1, 3))) < 5.0);
  CHECK(std::abs(correlation_score(z, normals_of(table, 2, 2))) < 5.0);
  // Four indices of a path stand together.
  std::vector<double> e = uniforms_of(table, true);
  for (double& x : e) x -= 1.0;
  for (const std::size_t lag : {1u, 2u, 4u}) {
    const std::vector<double> early(e.begin(), e.end() - static_cast<std::ptrdiff_t>(lag));
    const std::vector<double> late(e.begin() + static_cast<std::ptrdiff_t>(lag), e.end());
    INFO("exponentials, lag " << lag);
    CHECK(std::abs(correlation_score(early, late)) < 5.0);
  }
}
