#pragma once

/// Means and centred sums worked out from exact sums.

#include <cstdint>

#include "detente/summary/exact_sum.hpp"

namespace detente::summary {

/// sum / n, the quotient corrected once: exact for equal values. NaN when n is 0.
double mean_of(const ExactSum& sum, std::uint64_t n);

/// sum - n * value, exactly.
ExactSum minus_multiple(const ExactSum& sum, std::uint64_t n, double value);

/// Sum of (a - centre_a)(b - centre_b) over n pairs, exactly, from the sums of ab, a and b.
ExactSum centred_products(const ExactSum& products, const ExactSum& sum_a, const ExactSum& sum_b,
                          std::uint64_t n, double centre_a, double centre_b);

/// Covariance with divisor n - 1 from the same sums; NaN below two pairs.
double covariance_of(const ExactSum& products, const ExactSum& sum_a, const ExactSum& sum_b,
                     std::uint64_t n);

/// Covariance of a with itself: never negative.
double variance_of(const ExactSum& squares, const ExactSum& sum, std::uint64_t n);

}  // namespace detente::summary
