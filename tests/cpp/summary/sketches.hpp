#pragma once

/// Values and sketches of them that the tests of quantile sketches share.

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "detente/summary/quantiles.hpp"
#include "summary/shuffled.hpp"

namespace detente::summary::test {

inline QuantileSketch sketch_of(const std::vector<double>& values,
                                std::size_t capacity = QuantileSketch::default_capacity) {
  QuantileSketch sketch(capacity);
  sketch.add(values.data(), values.size());
  return sketch;
}

/// What the variables and outcomes of a model look like.
inline std::vector<std::vector<double>> samples(std::size_t n) {
  Generator generator(41);
  std::normal_distribution<double> normal;
  std::vector<std::vector<double>> samples(6, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i) {
    samples[0][i] = normal(generator);
    samples[1][i] = std::exp(2.0 * normal(generator));
    samples[2][i] = 2'024.5 + normal(generator);               // narrow beside its offset
    samples[3][i] = 1e9 + 1e-3 * normal(generator);            // hair-thin beside its offset
    samples[4][i] = std::clamp(normal(generator), -1.0, 1.0);  // heaps at the ends
    samples[5][i] = generator() % 3 == 0 ? 0.0 : -std::exp(normal(generator));  // a heap at zero
  }
  return samples;
}

}  // namespace detente::summary::test
