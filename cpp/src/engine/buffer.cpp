#include "detente/engine/buffer.hpp"

#include <cstdint>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace detente::engine {

void ask_for_large_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr std::uintptr_t large_page = std::uintptr_t{2} << 20;
  const auto first = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t from = (first + large_page - 1) / large_page * large_page;
  const std::uintptr_t end = (first + bytes) / large_page * large_page;
  // Advice: a kernel that cannot follow it refuses, and the memory is as good.
  if (from < end) madvise(reinterpret_cast<void*>(from), end - from, MADV_HUGEPAGE);
#endif
}

}  // namespace detente::engine
