#pragma once

/// Register code over a column of lanes, made from parts of a graph.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "detente/kernel/table.hpp"
#include "detente/program/graph.hpp"

namespace detente::program {

/// Lanes of a tile, and the largest number that one call of code takes.
inline constexpr std::size_t tile_lanes = 384;
static_assert(tile_lanes % 64 == 0, "marks are looked through in words");

/// Doubles from one column of a tile, or of scratch, to the next: an odd number of cache lines, so that the columns of one
/// lane do not all compete for the same few sets of the cache.
inline constexpr std::size_t column_stride = tile_lanes + kernel::alignment / sizeof(double);

/// Where an instruction reads or writes.
struct Operand {
  /// A column of its own kind, or one number for all lanes. Code of scalars reads and writes quanta: a column of
  /// kernel::lane_quantum lanes a slot.
  enum class Kind : std::uint8_t { none, reg, column, noise, scalar, quantum } kind = Kind::none;
  static constexpr std::size_t kinds = 6;
  std::uint16_t index = 0;
  std::uint32_t offset = 0;  ///< from the first of its kind, in doubles

  constexpr Operand() = default;
  constexpr Operand(Kind its_kind, std::uint16_t its_index)
      : kind(its_kind),
        index(its_index),
        offset(static_cast<std::uint32_t>(its_index * stride_of(its_kind))) {}
  static constexpr std::size_t stride_of(Kind kind) {
    return kind == Kind::scalar ? 1 : kind == Kind::quantum ? kernel::lane_quantum : column_stride;
  }
  bool operator==(const Operand&) const = default;
};

struct Instruction {
  kernel::ColumnFunction function = nullptr;
  Operand out, a, b, c;
};

/// Memory that code runs on: by kind of operand, where the first is.
struct Frame {
  std::array<double*, Operand::kinds> first{};
  std::size_t n = 0;  ///< lanes, a multiple of kernel::lane_quantum

  void place(Operand::Kind kind, double* memory) { first[static_cast<std::size_t>(kind)] = memory; }
  /// Of a kind that code reads and does not write.
  void place(Operand::Kind kind, const double* memory) { place(kind, const_cast<double*>(memory)); }
  double* at(const Operand& operand) const {
    return first[static_cast<std::size_t>(operand.kind)] + operand.offset;
  }
  double value(const Operand& operand, std::size_t lane) const {
    return at(operand)[operand.kind == Operand::Kind::scalar ? 0 : lane];
  }
};

/// A list of instructions and where its results lie.
class Code {
 public:
  void run(const Frame& frame) const;

  const std::vector<Instruction>& instructions() const { return instructions_; }
  /// In the order in which they were asked for; a result may be a column or a scalar that needed no work.
  const std::vector<Operand>& outputs() const { return outputs_; }
  std::uint16_t register_count() const { return register_count_; }
  /// By output, whether it is worked out from one of the columns marked.
  std::vector<bool> outputs_reading(const std::vector<bool>& columns) const;
  /// Code for some outputs alone. Its columns are numbered anew; `columns` tells what they were.
  Code restricted_to(const std::vector<std::size_t>& outputs,
                     std::vector<std::uint16_t>& columns) const;
  std::size_t bytes() const {  ///< beside the object itself
    return instructions_.capacity() * sizeof(Instruction) + outputs_.capacity() * sizeof(Operand);
  }

 private:
  friend class CodeBuilder;
  std::vector<Instruction> instructions_;
  std::vector<Operand> outputs_;
  std::uint16_t register_count_ = 0;
};

/// Places that values already have when code starts.
using Places = std::map<NodeId, Operand>;

/// Code for `outputs`, reading the nodes that `places` holds from there; every leaf that is reached must have a
/// place. Registers are reused once their last reader has run; those of outputs are kept.
Code build_code(const Graph& graph, const std::vector<NodeId>& outputs, const Places& places);

/// The code of scalars: every node lives in its own scalar slot; `places` gains the slots of all nodes computed.
/// `slot_count` is the number of slots in use and grows.
Code build_scalar_code(const Graph& graph, const std::vector<NodeId>& outputs, Places& places,
                       std::uint16_t& slot_count);

/// One operation on three numbers, by the kernel's own functions.
double evaluate_once(Op op, double a, double b, double c);

/// An operation as the kernel table spells it, whichever of its operands are scalars, and how many it reads.
struct NamedFunction {
  const char* name = "";
  int arity = 0;
};
NamedFunction named_function(kernel::ColumnFunction function);

}  // namespace detente::program
