#pragma once

/// Which paths share a draw of the parameters.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "detente/diagnostic/error.hpp"
#include "detente/summary/bytes.hpp"

namespace detente::summary {

/// Gathers the paths of one range draw by draw: path p belongs to draw floor(p / paths_per_draw). What is known of
/// the paths of one draw is a `Draw` (add, merge, write, read); as soon as a draw is whole, the `Total` takes it
/// (add, merge, write, read).
///
/// The draws at both ends of the range may reach beyond it. They are kept apart until their other paths come, so that
/// touching ranges join exactly wherever they were cut.
template <class Draw, class Total>
class DrawSequence {
 public:
  /// The range begins with `first_path`; `empty` and `none` are a draw and a total without paths.
  DrawSequence(std::uint64_t paths_per_draw, std::uint64_t first_path, Draw empty, Total none)
      : paths_per_draw_(paths_per_draw),
        first_path_(first_path),
        end_path_(first_path),
        empty_(std::move(empty)),
        head_(empty_),
        open_(empty_),
        total_(std::move(none)) {
    if (paths_per_draw_ == 0) throw diagnostic::RunError("a draw needs at least one path");
  }

  /// The next `n` paths: calls add_to(draw, i, count) for runs of paths i ... i + count - 1 of them that share a draw.
  template <class AddTo>
  void add(std::size_t n, AddTo add_to) {
    for (std::size_t i = 0; i < n;) {
      const std::uint64_t room = paths_per_draw_ - end_path_ % paths_per_draw_;
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(room, n - i));
      add_to(open_, i, count);
      i += count;
      end_path_ += count;
      if (count == room) end_draw();
    }
  }

  /// The paths that follow; RunError unless they do and draws have as many paths.
  void merge(const DrawSequence& next) {
    if (paths_per_draw_ != next.paths_per_draw_ || end_path_ != next.first_path_) {
      throw diagnostic::RunError(
          "two sequences of draws cannot be joined: the second must begin at path " +
          std::to_string(end_path_) + " with " + std::to_string(paths_per_draw_) + " paths a draw");
    }
    if (next.has_ended_one()) {
      if (end_path_ % paths_per_draw_ != 0) {
        open_.merge(next.head_);
        end_path_ += paths_per_draw_ - end_path_ % paths_per_draw_;
        end_draw();
      }
      total_.merge(next.total_);
      open_ = next.open_;
    } else {
      open_.merge(next.open_);
    }
    end_path_ = next.end_path_;
  }

  /// Over all paths so far; a draw that is not whole counts with the paths that it has.
  Total total() const {
    Total total = total_;
    if (has_ended_one() && first_path_ % paths_per_draw_ != 0) total.add(head_);
    if (end_path_ > first_path_ && end_path_ % paths_per_draw_ != 0) total.add(open_);
    return total;
  }

  /// Whether a test holds for what is kept of draws and for the total.
  template <class Test>
  bool all_of(Test test) const {
    return test(head_) && test(open_) && test(total_);
  }

  void write(ByteWriter& writer) const {
    writer.u8('w');
    writer.count(paths_per_draw_);
    writer.count(first_path_);
    writer.count(end_path_ - first_path_);
    head_.write(writer);
    open_.write(writer);
    total_.write(writer);
  }

  static DrawSequence read(ByteReader& reader, Draw empty) {
    reader.expect('w');
    const std::uint64_t paths_per_draw = reader.count();
    const std::uint64_t first_path = reader.count();
    const std::uint64_t n_paths = reader.count();
    Draw head = Draw::read(reader);
    Draw open = Draw::read(reader);
    DrawSequence sequence(paths_per_draw, first_path, std::move(empty), Total::read(reader));
    sequence.end_path_ += n_paths;
    sequence.head_ = std::move(head);
    sequence.open_ = std::move(open);
    return sequence;
  }

 private:
  bool has_ended_one() const { return end_path_ / paths_per_draw_ > first_path_ / paths_per_draw_; }

  // At a boundary. A draw of which the range has a part only began before it.
  void end_draw() {
    if (end_path_ - first_path_ < paths_per_draw_) {
      head_ = open_;
    } else {
      total_.add(open_);
    }
    open_ = empty_;
  }

  std::uint64_t paths_per_draw_;
  std::uint64_t first_path_;
  std::uint64_t end_path_;
  Draw empty_;
  Draw head_;  // of the first draw, where it began before the range
  Draw open_;  // of the draw that has not ended
  Total total_;
};

}  // namespace detente::summary
