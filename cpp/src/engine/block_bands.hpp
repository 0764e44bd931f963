#pragma once

/// What a block finds at the report dates under one policy. It counts once the block is through under all policies, since a
/// run that is stopped keeps whole blocks; until then it stays by itself.

#include <string>
#include <utility>
#include <vector>

#include "detente/engine/block.hpp"
#include "detente/summary/bands.hpp"

namespace detente::engine {

class BlockBands final : public BandSink {
 public:
  BlockBands(std::size_t n_variables, std::size_t n_dates)
      : bands_(n_variables, summary::Bands(n_dates)) {}

  void add(std::size_t date, const double* values, std::size_t stride, std::size_t n) override {
    for (std::size_t v = 0; v < bands_.size(); ++v) bands_[v].add(date, values + v * stride, n);
  }

  /// Takes a fraction of the memory from now on; add_to is all that is left to do.
  void pack() {
    for (const summary::Bands& bands : bands_) {
      summary::ByteWriter writer;
      bands.write(writer);
      packed_.push_back(writer.release());
    }
    bands_ = {};
  }

  /// Adds those of variable v, which are gone then. Safe to call from several threads at once, each with another variable.
  void add_to(summary::Bands& sum, std::size_t v) {
    if (packed_.empty()) return sum.merge(std::move(bands_[v]));
    summary::ByteReader reader(packed_[v]);
    sum.merge(summary::Bands::read(reader));
  }

 private:
  std::vector<summary::Bands> bands_;
  std::vector<std::string> packed_;
};

}  // namespace detente::engine
