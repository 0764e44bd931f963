#pragma once

/// The three ways in which the library refuses to go on.

#include <stdexcept>
#include <string>

#include "detente/diagnostic/diagnostic.hpp"

namespace detente::diagnostic {

/// A scenario (or an override of it) is wrong; carries every diagnostic found.
class ScenarioError : public std::runtime_error {
 public:
  explicit ScenarioError(Diagnostics diagnostics)
      : std::runtime_error(diagnostics.format()), diagnostics_(std::move(diagnostics)) {}
  const Diagnostics& diagnostics() const { return diagnostics_; }

 private:
  Diagnostics diagnostics_;
};

/// A run failed: a hazard turned negative or NaN, an option is impossible.
class RunError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A defect of detente itself; the text asks for a report.
class InternalError : public std::logic_error {
 public:
  explicit InternalError(const std::string& what)
      : std::logic_error("internal error: " + what +
                         "; please report it with the scenario and the seed") {}
};

}  // namespace detente::diagnostic
