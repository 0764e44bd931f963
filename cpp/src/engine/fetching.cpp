// Asking for lines of records before they are read: a block has more records than a core's own caches hold.

#include <algorithm>

#include "detente/engine/block.hpp"

namespace detente::engine {

using program::ElementId;
using program::Leaf;
using program::LeafKind;

namespace {

constexpr std::uint32_t line = kernel::alignment / sizeof(double);

/// Lines of a record, each once.
class Lines {
 public:
  void add(std::uint32_t field) { firsts_.push_back(field / line * line); }
  void add(const program::RecordCode& code) {
    for (const Leaf& leaf : code.inputs()) {
      if (leaf.kind == LeafKind::field || leaf.kind == LeafKind::moving_field) add(leaf.index);
    }
  }
  std::vector<std::uint32_t> take() {
    std::sort(firsts_.begin(), firsts_.end());
    firsts_.erase(std::unique(firsts_.begin(), firsts_.end()), firsts_.end());
    return std::move(firsts_);
  }

 private:
  std::vector<std::uint32_t> firsts_;
};

}  // namespace

/// What most look at: the variables and the states.
void Block::fetch_front(Slot slot) const {
  const double* fields = record(slot);
  const auto end = layout_.state(0) + static_cast<std::uint32_t>(n_chains_);
  for (std::uint32_t f = layout_.variable(0); f < end; f += line) __builtin_prefetch(fields + f, 1);
}

/// What a firing will read and write.
void Block::fetch_record(Pool& pool, Slot slot, ElementId element) {
  if (element == program::no_element) return;
  std::vector<std::uint32_t>& lines = pool.notes(element).lines;
  if (lines.empty()) lines = lines_of(pool, element);
  const double* fields = record(slot);
  for (const std::uint32_t first : lines) __builtin_prefetch(fields + first, 1);
}

std::vector<std::uint32_t> Block::lines_of(Pool& pool, ElementId element) {
  Lines lines;
  lines.add(layout_.firings(element));
  if (weight_of(pool, element) == Weight::heavy) {
    for (std::uint32_t f = layout_.variable(0); f < shape_.outcomes; f += line) lines.add(f);
    return lines.take();
  }
  const program::FiringProgram& firing = *pool.notes(element).firing;
  lines.add(firing.code);
  lines.add(firing.touched);
  for (const std::uint32_t field : firing.changed) lines.add(field);
  for (const std::uint32_t signal : firing.touched_signals) lines.add(plan_.signal_field(signal));
  for (const std::uint32_t m : pool.notes(element).reading.monitors) {
    lines.add(plan_.monitors()[m].field);
  }
  if (pool.notes(element).held != nullptr) lines.add(pool.notes(element).held->code);
  return lines.take();
}

}  // namespace detente::engine
