#pragma once

/// What is made when it is first asked for and kept, as long as it is used or there is room.

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>

namespace detente::program {

/// Several chains may have more joint states than memory has room for, and paths come through many of them once. When
/// more than `least_kept` values are kept, those that nobody else holds are let go, and so again each time that half as
/// many more are kept as were left. Safe to call from several threads at once.
template <class Key, class Value>
class Kept {
 public:
  static constexpr std::size_t least_kept = 1024;

  /// The value of a key, from make() where there is none.
  template <class Make>
  std::shared_ptr<const Value> at(const Key& key, Make make) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<const Value>& kept = values_[key];
    if (!kept) kept = std::make_shared<const Value>(make());
    std::shared_ptr<const Value> value = kept;
    if (values_.size() > most_) let_go();
    return value;
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return values_.size();
  }

 private:
  void let_go() {
    std::erase_if(values_, [](const auto& item) { return item.second.use_count() <= 1; });
    most_ = std::max(least_kept, values_.size() + values_.size() / 2);
  }

  mutable std::mutex mutex_;
  std::map<Key, std::shared_ptr<const Value>> values_;
  std::size_t most_ = least_kept;
};

}  // namespace detente::program
