#pragma once

/// What a hazard is a product of, and the code that reads its factors on records at report dates.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "detente/program/program.hpp"

namespace detente::program {

/// One factor of a hazard.
struct Factor {
  enum class Kind : std::uint8_t {
    baseline,  ///< the parametric hazard at the present age; no expression
    value,     ///< the expression's value
    exponent,  ///< exp of the expression's value: the value is the contribution itself
  } kind = Kind::value;
  std::string name;
  expr::ExpressionPtr expression;
  bool divides = false;  ///< the hazard is divided by it
};

/// The factors of a hazard in the order in which they are written: the baseline, then the named ratios as they stand.
/// A `hazard` expression is taken apart at its products, quotients and signs, and exp of a sum into exp of its terms;
/// what is no product is one factor. Names are unique: that of the ratio, that of the `let`, or the text.
std::vector<Factor> factors_of(const model::Model& model, const model::Intensity& intensity);

/// Reads the guard and the factors of one transition on records.
class FactorProbe {
 public:
  FactorProbe(const Program& program, std::uint32_t transition);

  const std::vector<Factor>& factors() const { return factors_; }
  std::uint32_t chain() const { return transition().chain.index; }
  /// Results of the code: the guard, the factors' values (0 in place of the baseline), and of a baseline its
  /// arguments and the age.
  std::size_t output_count() const;
  /// The code of a joint state; null where the chain is in no state that the transition leaves. Safe to call from
  /// several threads at once.
  std::shared_ptr<const RecordCode> code(const JointState& state) const;
  /// The log of a factor, from one path's results; NaN where the factor is negative, -infinity where it is 0.
  double log_of(std::size_t factor, const double* results, std::size_t stride) const;

 private:
  RecordCode compile(const JointState& state) const;
  const model::Transition& transition() const { return program_.model().transitions[transition_]; }

  const Program& program_;
  std::uint32_t transition_;
  std::vector<Factor> factors_;
  mutable Kept<std::uint64_t, RecordCode> codes_;
};

}  // namespace detente::program
