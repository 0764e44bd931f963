#include "detente/engine/buffer.hpp"

#include <sanitizer/asan_interface.h>

#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace detente::engine {

namespace {

constexpr std::align_val_t alignment{kernel::alignment};

/// Smaller pieces are the general allocator's, which is quick with them.
constexpr std::size_t least_kept = 4096;

/// Bytes that are kept at most, when nothing runs.
constexpr std::size_t most_kept = std::size_t{32} << 20;

/// Asks the system to back a large piece of memory by large pages: fewer faults, and fewer misses where records of
/// a block are read here and there. Where the system has none nothing changes.
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

/// Memory that buffers gave back, by size. A short run would spend a twentieth of its time on the faults of pages that the
/// run before it has just returned to the system.
class Kept {
 public:
  void* take(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    const auto found = by_size_.find(bytes);
    if (found == by_size_.end() || found->second.empty()) return nullptr;
    void* const memory = found->second.back();
    found->second.pop_back();
    total_ -= bytes;
    ASAN_UNPOISON_MEMORY_REGION(memory, bytes);
    return memory;
  }

  /// What is there is let go first where it would be too much with this. False where there is no memory for the note of it.
  bool put(void* memory, std::size_t bytes) noexcept try {
    const std::lock_guard lock(mutex_);
    if (total_ + bytes > most_kept) clear();
    by_size_[bytes].push_back(memory);
    total_ += bytes;
    ASAN_POISON_MEMORY_REGION(memory, bytes);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }

 private:
  void clear() {
    for (const auto& [bytes, pieces] : by_size_) {
      for (void* const memory : pieces) {
        ASAN_UNPOISON_MEMORY_REGION(memory, bytes);
        ::operator delete[](memory, alignment);
      }
    }
    by_size_.clear();
    total_ = 0;
  }

  std::mutex mutex_;
  std::unordered_map<std::size_t, std::vector<void*>> by_size_;
  std::size_t total_ = 0;
};

// Never destroyed: a thread may still hold buffers when the process ends.
Kept& kept() {
  static Kept* const all = new Kept;
  return *all;
}

}  // namespace

void* take_memory(std::size_t bytes) {
  if (bytes >= least_kept && bytes <= most_kept) {
    if (void* const memory = kept().take(bytes)) return memory;
  }
  void* const memory = ::operator new[](bytes, alignment);
  ask_for_large_pages(memory, bytes);
  return memory;
}

void give_back_memory(void* memory, std::size_t bytes) noexcept {
  if (bytes < least_kept || bytes > most_kept || !kept().put(memory, bytes)) {
    ::operator delete[](memory, alignment);
  }
}

}  // namespace detente::engine
