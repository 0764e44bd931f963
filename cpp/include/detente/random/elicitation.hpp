#pragma once

/// From stated quantiles ("5% say at most 60, half say 90, 95% say 130") to a prior that has them.

#include <optional>
#include <vector>

#include "detente/random/prior.hpp"

namespace detente::random {

/// A prior whose quantile at probabilities[i] is values[i].
///
/// Two points make a normal, or a lognormal where the only bound is low = 0, or a metalog of two
/// terms between other bounds. Three points and up to ten make a metalog with as many terms,
/// bounded where `low` or `high` is given (Keelin 2016, The metalog distributions, Decision
/// Analysis 13).
///
/// Throws std::invalid_argument, a sentence, where the probabilities are not between 0 and 1, the
/// points do not increase or leave the bounds, or no metalog with a positive density goes through
/// them.
Prior fit_quantiles(const std::vector<double>& probabilities, const std::vector<double>& values,
                    std::optional<double> low = std::nullopt,
                    std::optional<double> high = std::nullopt);

}  // namespace detente::random
