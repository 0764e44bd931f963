#pragma once

/// What a policy's paths share, made once and run by any number of blocks.

#include <cstdint>
#include <memory>
#include <vector>

#include "detente/model/model.hpp"
#include "detente/outcome/plan.hpp"
#include "detente/program/program.hpp"

namespace detente::engine {

/// Fields of a path's record, for one policy.
struct RecordShape {
  std::uint32_t outcomes = 0;  ///< first field of the outcomes' values
  std::uint32_t size = 0;
};

/// A policy ready to run: program, readings, utility.
class Task {
 public:
  Task(std::shared_ptr<const model::Model> model, std::size_t policy);

  const program::Program& program() const { return *program_; }
  const outcome::Plan& plan() const { return plan_; }
  const RecordShape& shape() const { return shape_; }
  const program::RecordCode* utility() const { return has_utility_ ? &utility_ : nullptr; }
  /// The monitors that have to be read after a firing of the element.
  const std::vector<std::uint32_t>& readings_after(program::ElementId element) const {
    return readings_[element];
  }

 private:
  void find_readings();

  outcome::Plan plan_;
  std::unique_ptr<program::Program> program_;
  RecordShape shape_;
  std::vector<std::vector<std::uint32_t>> readings_;  ///< by element
  bool has_utility_ = false;
  program::RecordCode utility_;
};

}  // namespace detente::engine
