#include "detente/kernel/dispatch.hpp"

#include <array>
#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "kernel/tables.hpp"

namespace detente::kernel {
namespace {

struct Available {
  std::array<const Table*, 4> tables{};
  std::size_t count = 0;

  void add(const Table& table) { tables[count++] = &table; }
};

#if defined(DETENTE_X86_KERNELS)
// The whole sets of the x86-64 psABI, not the one feature that names them: a compiler may use any
// of it.
bool has_v2() {
  return __builtin_cpu_supports("sse3") && __builtin_cpu_supports("ssse3") &&
         __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("sse4.2") &&
         __builtin_cpu_supports("popcnt");
}

bool has_v3() {
  return has_v2() && __builtin_cpu_supports("avx") && __builtin_cpu_supports("avx2") &&
         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
         __builtin_cpu_supports("fma");
}

bool has_v4() {
  return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}
#endif

const Available& detected() {
  static const Available result = [] {
    Available found;
    found.add(table_generic);
#if defined(DETENTE_X86_KERNELS)
    __builtin_cpu_init();
    if (has_v2()) found.add(table_v2);
    if (has_v3()) found.add(table_v3);
    if (has_v4()) found.add(table_v4);
#endif
    return found;
  }();
  return result;
}

const Table& find(std::string_view name, std::string_view asked_by) {
  std::string names;
  for (const Table* table : available()) {
    if (name == table->name) return *table;
    names += names.empty() ? "" : ", ";
    names += table->name;
  }
  throw std::runtime_error(std::string(asked_by) + " asks for the instruction set '" +
                           std::string(name) +
                           "', which this build or this processor lacks; it has " + names);
}

const Table& preferred() {
  static const Table& result = [&]() -> const Table& {
    const char* pinned = std::getenv("DETENTE_ISA");
    if (pinned != nullptr && *pinned != '\0') return find(pinned, "DETENTE_ISA");
    return *available().back();
  }();
  return result;
}

std::atomic<const Table*> forced{nullptr};

}  // namespace

std::span<const Table* const> available() {
  const Available& found = detected();
  return {found.tables.data(), found.count};
}

const Table& active() {
  const Table* table = forced.load(std::memory_order_acquire);
  return table != nullptr ? *table : preferred();
}

void force(std::string_view name) {
  forced.store(name.empty() ? nullptr : &find(name, "force"), std::memory_order_release);
}

}  // namespace detente::kernel
