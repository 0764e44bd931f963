#pragma once

/// Work that is done side by side and counted in order.

#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace detente::engine {

/// Pieces numbered from 0. Of those that are begun and not yet counted there are only so many, since each takes memory:
/// a thread that is ahead of one with a slow piece waits for it. All functions may be called from any thread.
template <class Piece>
class InOrder {
 public:
  explicit InOrder(std::size_t most_open) : most_open_(most_open) {}

  /// What `make` gives for the next number, one call at a time; null, and so for ever, once it gives null or after close().
  template <class Make>
  std::unique_ptr<Piece> begin(const Make& make) {
    std::unique_lock lock(mutex_);
    may_begin_.wait(lock, [this] { return is_closed_ || n_begun_ - n_counted_ < most_open_; });
    if (is_closed_) return nullptr;
    std::unique_ptr<Piece> piece = make(n_begun_);
    if (piece == nullptr) {
      is_closed_ = true;
    } else {
      ++n_begun_;
    }
    return piece;
  }

  /// Hands a piece in. Whoever hands in the one whose turn it is calls `count` for it and for those that have waited for
  /// it: in order, one call at a time.
  template <class Count>
  void end(std::size_t number, std::unique_ptr<Piece> piece, const Count& count) {
    std::unique_lock lock(mutex_);
    waiting_.emplace(number, std::move(piece));
    if (is_counting_) return;
    is_counting_ = true;
    for (auto turn = waiting_.find(n_counted_); turn != waiting_.end();
         turn = waiting_.find(n_counted_)) {
      std::unique_ptr<Piece> counted = std::move(turn->second);
      waiting_.erase(turn);
      lock.unlock();
      count(*counted);
      counted.reset();
      lock.lock();
      ++n_counted_;
      may_begin_.notify_all();
    }
    is_counting_ = false;
  }

  /// Nothing is begun any more, and nobody waits.
  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    may_begin_.notify_all();
  }

 private:
  const std::size_t most_open_;
  std::mutex mutex_;
  std::condition_variable may_begin_;
  bool is_closed_ = false;
  bool is_counting_ = false;
  std::size_t n_begun_ = 0;
  std::size_t n_counted_ = 0;
  std::map<std::size_t, std::unique_ptr<Piece>> waiting_;
};

}  // namespace detente::engine
