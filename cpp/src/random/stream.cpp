#include "detente/random/stream.hpp"

#include "detente/kernel/dispatch.hpp"

namespace detente::random {
namespace {

/// The least that a column function takes.
template <typename Number>
struct Quantum {
  alignas(kernel::alignment) Number lane[kernel::lane_quantum] = {};
};

}  // namespace

double Stream::uniform(std::uint32_t index) const {
  const Words w = words(index);
  const std::uint64_t joined = std::uint64_t{w[1]} << 32 | w[0];
  return (static_cast<double>(joined >> 12) + 0.5) * 0x1p-52;
}

double Stream::exponential(std::uint32_t index) const {
  Quantum<double> result;
  Quantum<std::uint64_t> paths;
  Quantum<std::uint32_t> indices;
  paths.lane[0] = path_;
  indices.lane[0] = index;
  kernel::active().exponentials(result.lane, {key_, stream_.value()}, paths.lane, indices.lane,
                                kernel::lane_quantum);
  return result.lane[0];
}

std::array<double, 4> Stream::normals(std::uint32_t index) const {
  Quantum<double> z[4];
  Quantum<std::uint64_t> paths;
  paths.lane[0] = path_;
  kernel::active().normals(z[0].lane, z[1].lane, z[2].lane, z[3].lane, {key_, stream_.value()},
                           paths.lane, index, kernel::lane_quantum);
  return {z[0].lane[0], z[1].lane[0], z[2].lane[0], z[3].lane[0]};
}

}  // namespace detente::random
