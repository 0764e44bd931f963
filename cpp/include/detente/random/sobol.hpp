#pragma once

/// Scrambled Sobol' points: they fill the unit cube more evenly than independent uniforms, and each by itself is uniform.
///
/// Points: Sobol' 1967, "On the distribution of points in a cube and the approximate evaluation of integrals", with the
/// direction numbers of Boost.Random (Joe and Kuo 2008). Scrambling: nested uniform, Owen 1995, "Randomly permuted
/// (t,m,s)-nets and (t,s)-sequences", by the hash of Burley 2020, "Practical hash-based Owen scrambling", JCGT 9(4). The
/// mean of a function over n of them has a variance of smaller order than 1 / n, the order of independent points (Owen 1998,
/// "Scrambling Sobol' and Niederreiter-Xing points"), and with few points it is far smaller where the function is smooth in
/// few of the dimensions.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace detente::random {

/// The points of one seed. The first dimensions are the most even ones. Points are equal wherever they are asked for from.
class SobolPoints {
 public:
  static constexpr std::uint64_t most_points = std::uint64_t{1} << 32;  ///< after which they repeat
  static std::size_t most_dimensions();

  /// A seed for each dimension.
  explicit SobolPoints(std::vector<std::uint32_t> seeds) : seeds_(std::move(seeds)) {}

  /// Point 0 is there: without it the first 2^k points are no net (Owen 2020, "On dropping the first Sobol' point").
  /// Writes points first ... first + n - 1, above 0 and below 1, to out[dimension * stride + i].
  void fill(std::uint64_t first, std::size_t n, double* out, std::size_t stride) const;

 private:
  std::vector<std::uint32_t> seeds_;
};

/// Nested uniform scrambling of 32 binary digits, the first one on top: digits above decide how a digit is flipped.
std::uint32_t scrambled(std::uint32_t digits, std::uint32_t seed);

}  // namespace detente::random
