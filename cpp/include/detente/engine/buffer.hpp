#pragma once

/// Memory for columns: aligned as the kernels ask, zero when new.

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>

#include "detente/program/code.hpp"

namespace detente::engine {

using program::column_stride;
using program::tile_lanes;

inline std::size_t rounded_lanes(std::size_t n) {
  return (n + kernel::lane_quantum - 1) / kernel::lane_quantum * kernel::lane_quantum;
}

/// Puts a value behind the lanes in use, up to a whole quantum, and into some of those: before they are written. A fixed
/// number of stores is quicker than as many as it takes.
inline void fill_last_quantum(double* column, std::size_t n_rounded, double value) {
  std::fill_n(column + n_rounded - kernel::lane_quantum, kernel::lane_quantum, value);
}

/// Memory for buffers, not zeroed. What is given back is kept for the next buffer of its size, up to a limit.
void* take_memory(std::size_t bytes);
void give_back_memory(void* memory, std::size_t bytes) noexcept;

/// A fixed number of trivially copyable values, aligned to kernel::alignment.
template <class T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t n) : data_(allocate(n)), size_(n) { std::fill_n(data(), n, T{}); }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  /// Makes room for at least n values; what was there is lost when it grows.
  void reserve(std::size_t n) {
    if (n > size_) *this = Buffer(n);
  }

 private:
  struct Free {
    std::size_t bytes = 0;
    void operator()(T* p) const { give_back_memory(p, bytes); }
  };
  static std::unique_ptr<T[], Free> allocate(std::size_t n) {
    const std::size_t bytes = std::max<std::size_t>(n, 1) * sizeof(T);
    return {static_cast<T*>(take_memory(bytes)), Free{bytes}};
  }
  std::unique_ptr<T[], Free> data_;
  std::size_t size_ = 0;
};

}  // namespace detente::engine
