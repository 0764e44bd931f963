/// Work that is done side by side and counted in order.

#include "engine/in_order.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace detente::engine {
namespace {

using Piece = std::size_t;

std::unique_ptr<Piece> made(std::size_t number) { return std::make_unique<Piece>(number); }

TEST_CASE("pieces are counted in order by whoever hands in the one that was missing", "[engine]") {
  InOrder<Piece> pieces(3);
  std::vector<std::unique_ptr<Piece>> begun;
  for (int i = 0; i < 3; ++i) begun.push_back(pieces.begin(made));
  std::vector<Piece> counted;
  const auto count = [&counted](const Piece& piece) { counted.push_back(piece); };
  pieces.end(2, std::move(begun[2]), count);
  pieces.end(1, std::move(begun[1]), count);
  CHECK(counted.empty());
  pieces.end(0, std::move(begun[0]), count);
  CHECK(counted == std::vector<Piece>{0, 1, 2});
  CHECK(*pieces.begin(made) == 3);
}

TEST_CASE("no more pieces are open than there is room for", "[engine]") {
  constexpr std::size_t most_open = 3;
  constexpr std::size_t n_pieces = 400;
  InOrder<Piece> pieces(most_open);
  std::atomic<std::size_t> n_open{0};
  std::atomic<std::size_t> peak{0};
  std::vector<Piece> counted;
  const auto make = [&](std::size_t number) -> std::unique_ptr<Piece> {
    if (number == n_pieces) return nullptr;
    peak = std::max<std::size_t>(peak, ++n_open);
    return made(number);
  };
  const auto work = [&] {
    while (auto piece = pieces.begin(make)) {
      const Piece number = *piece;
      for (std::size_t i = 0; i < number * 7919 % 50; ++i) std::this_thread::yield();
      pieces.end(number, std::move(piece), [&](const Piece& ended) {
        counted.push_back(ended);
        --n_open;
      });
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  CHECK(peak <= most_open);
  REQUIRE(counted.size() == n_pieces);
  for (std::size_t i = 0; i < n_pieces; ++i) CHECK(counted[i] == i);
}

TEST_CASE("a thread that waits for room is let go when the work is closed", "[engine]") {
  InOrder<Piece> pieces(1);
  const std::unique_ptr<Piece> slow = pieces.begin(made);
  std::optional<bool> has_piece;
  std::thread waiting([&] { has_piece = pieces.begin(made) != nullptr; });
  pieces.close();
  waiting.join();
  CHECK(has_piece == false);
}

}  // namespace
}  // namespace detente::engine
