#pragma once

/// What belongs together, side by side.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace detente::engine {

/// Brings items into groups, each in the order in which its items came: one pass names their groups, one places them.
template <class Item>
class Groups {
 public:
  /// Calls group_of(item) once for each item, in order; groups are numbered from 0. Orders `items` by their groups.
  template <class GroupOf>
  void sort(std::vector<Item>& items, const GroupOf& group_of) {
    ends_.clear();
    if (items.empty()) return;  // their memory may be no match for ours
    group_.resize(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::uint32_t group = group_of(items[i]);
      group_[i] = group;
      if (group >= ends_.size()) ends_.resize(group + 1, 0);
      ++ends_[group];
    }
    std::uint32_t next = 0;
    for (std::uint32_t& end : ends_) {
      const std::uint32_t count = end;
      end = next;  // where the group begins, and in the end ends
      next += count;
    }
    sorted_.resize(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) sorted_[ends_[group_[i]]++] = items[i];
    items.swap(sorted_);
  }

  /// Of the last sort: one more than the largest number of a group.
  std::size_t count() const { return ends_.size(); }
  /// Where the group's items begin and end.
  std::size_t begin(std::size_t group) const { return group == 0 ? 0 : ends_[group - 1]; }
  std::size_t end(std::size_t group) const { return ends_[group]; }

 private:
  std::vector<std::uint32_t> group_, ends_;
  std::vector<Item> sorted_;
};

}  // namespace detente::engine
