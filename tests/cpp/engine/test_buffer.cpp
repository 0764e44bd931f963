/// Memory for columns: zero when new, kept for the next buffer of its size.

#include <algorithm>
#include <cstdint>
#include <utility>

#include "detente/engine/buffer.hpp"
#include "support/catch.hpp"

namespace detente::engine {
namespace {

constexpr std::size_t several_pages = 40'003;  // doubles; no other buffer is as long

bool is_zero(const Buffer<double>& buffer) {
  return std::all_of(buffer.data(), buffer.data() + buffer.size(),
                     [](double value) { return value == 0.0; });
}

TEST_CASE("a buffer takes up the memory of the last one of its size, and is zero", "[engine]") {
  const double* memory = nullptr;
  {
    Buffer<double> first(several_pages);
    memory = first.data();
    std::fill_n(first.data(), first.size(), 7.0);
  }
  const Buffer<double> longer(several_pages + 1);
  CHECK(longer.data() != memory);
  const Buffer<double> second(several_pages);
  CHECK(second.data() == memory);
  CHECK(is_zero(second));
  const Buffer<double> third(several_pages);
  CHECK(third.data() != memory);
  CHECK(is_zero(third));
}

TEST_CASE("a buffer that moves or grows gives back what it had, once", "[engine]") {
  Buffer<double> first(several_pages);
  const double* memory = first.data();
  Buffer<double> second = std::move(first);
  CHECK(second.data() == memory);
  second.reserve(several_pages);
  CHECK(second.data() == memory);
  second.reserve(2 * several_pages);
  CHECK(second.size() == 2 * several_pages);
  CHECK(is_zero(second));
  const Buffer<double> third(several_pages);
  CHECK(third.data() == memory);
}

TEST_CASE("more memory than is kept goes back to the system", "[engine]") {
  constexpr std::size_t half = std::size_t{17} << 17;  // doubles: 17 MiB, and 32 MiB are kept
  { const Buffer<double> first(several_pages), second(half), third(half + 1); }
  const Buffer<double> again(half), beside(several_pages);
  CHECK(is_zero(again));
  CHECK(is_zero(beside));
}

TEST_CASE("buffers are aligned for the kernels", "[engine]") {
  for (const std::size_t n : {1U, 5U, 512U, 4096U, 100'000U}) {
    const Buffer<std::uint32_t> buffer(n);
    CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % kernel::alignment == 0);
  }
}

}  // namespace
}  // namespace detente::engine
