#pragma once

/// Parametric baseline hazards: cumulative hazard and its inverse, as numbers and as nodes of a graph.

#include <span>

#include "detente/model/intensity.hpp"
#include "detente/program/graph.hpp"

namespace detente::program {

/// Cumulative hazard H at age `age` >= 0. Arguments in the order of model::BaselineFamily. NaN where an
/// argument is impossible (a shape or scale that is not positive, a negative rate).
double cumulative_hazard(model::BaselineFamily family, std::span<const double> arguments,
                         std::span<const double> times, double age);

/// Hazard h = dH/dt at `age`.
double hazard(model::BaselineFamily family, std::span<const double> arguments,
              std::span<const double> times, double age);

/// Smallest age with H(age) >= cumulative; infinity where H never gets there.
double age_at(model::BaselineFamily family, std::span<const double> arguments,
              std::span<const double> times, double cumulative);

/// Arguments of a baseline on many lanes: number k of lane i at values[k * stride + i].
struct ArgumentColumns {
  const double* values;
  std::size_t stride;
  std::size_t count;
};

/// cumulative_hazard and age_at of many lanes in place, as closely as exp(shape log(age / scale)) allows: ages give way to
/// cumulative hazards, and these to ages. `n` is a multiple of kernel::lane_quantum. What a lane gets does not depend on the others.
void cumulative_hazards(model::BaselineFamily family, const ArgumentColumns& arguments,
                        std::span<const double> times, double* ages, std::size_t n);
void ages_at(model::BaselineFamily family, const ArgumentColumns& arguments,
             std::span<const double> times, double* cumulatives, std::size_t n);

/// H as a node; the same formula as cumulative_hazard.
NodeId cumulative_node(Graph& graph, model::BaselineFamily family,
                       const std::vector<NodeId>& arguments, const std::vector<double>& times,
                       NodeId age);

}  // namespace detente::program
