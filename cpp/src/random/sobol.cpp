#include "detente/random/sobol.hpp"

#include <boost/random/sobol.hpp>

namespace detente::random {

namespace {

std::uint32_t reversed(std::uint32_t x) {
  x = ((x >> 1) & 0x55555555u) | ((x & 0x55555555u) << 1);
  x = ((x >> 2) & 0x33333333u) | ((x & 0x33333333u) << 2);
  x = ((x >> 4) & 0x0F0F0F0Fu) | ((x & 0x0F0F0F0Fu) << 4);
  x = ((x >> 8) & 0x00FF00FFu) | ((x & 0x00FF00FFu) << 8);
  return (x >> 16) | (x << 16);
}

}  // namespace

std::size_t SobolPoints::most_dimensions() {
  return boost::random::default_sobol_table::max_dimension;
}

// In reversed order a multiplication lets every digit depend on those that were above it.
std::uint32_t scrambled(std::uint32_t digits, std::uint32_t seed) {
  std::uint32_t x = reversed(digits);
  x += seed;
  x ^= x * 0x6C50B47Cu;
  x ^= x * 0xB82F1E52u;
  x ^= x * 0xC7AFE638u;
  x ^= x * 0x8D22F6E6u;
  return reversed(x);
}

void SobolPoints::fill(std::uint64_t first, std::size_t n, double* out, std::size_t stride) const {
  if (seeds_.empty()) return;
  boost::random::sobol engine(seeds_.size());
  if (first > 0) engine.seed(first - 1);  // it leaves out point 0, whose digits are all 0
  for (std::size_t i = 0; i < n; ++i) {
    const bool is_zero = first + i == 0;
    for (std::size_t d = 0; d < seeds_.size(); ++d) {
      const auto digits = is_zero ? 0 : static_cast<std::uint32_t>(engine() >> 32);
      out[d * stride + i] = (static_cast<double>(scrambled(digits, seeds_[d])) + 0.5) * 0x1p-32;
    }
  }
}

}  // namespace detente::random
