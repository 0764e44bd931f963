#include "detente/program/kept.hpp"

#include <memory>
#include <vector>

#include "support/catch.hpp"

namespace detente::program {
namespace {

using Numbers = Kept<std::size_t, std::size_t>;

/// The square of a key, counting how often one is made.
std::shared_ptr<const std::size_t> square(Numbers& numbers, std::size_t key, int& n_made) {
  return numbers.at(key, [&] {
    ++n_made;
    return key * key;
  });
}

TEST_CASE("a value is made once", "[program][kept]") {
  Numbers numbers;
  int n_made = 0;
  for (int round = 0; round < 3; ++round) {
    for (std::size_t key = 0; key < Numbers::least_kept; ++key) {
      REQUIRE(*square(numbers, key, n_made) == key * key);
    }
  }
  CHECK(n_made == static_cast<int>(Numbers::least_kept));
}

TEST_CASE("of many values those that are held stay, and the others are made again",
          "[program][kept]") {
  Numbers numbers;
  int n_made = 0;
  std::vector<std::shared_ptr<const std::size_t>> held;
  const std::size_t n_held = 2 * Numbers::least_kept;
  std::size_t most = 0;
  for (std::size_t key = 0; key < 20 * Numbers::least_kept; ++key) {
    auto value = square(numbers, key, n_made);
    if (held.size() < n_held) held.push_back(std::move(value));
    most = std::max(most, numbers.size());
  }
  CHECK(most <= n_held + n_held / 2 + 1);
  n_made = 0;
  for (std::size_t key = 0; key < n_held; ++key) {
    REQUIRE(square(numbers, key, n_made) == held[key]);
  }
  CHECK(n_made == 0);
  CHECK(*square(numbers, n_held, n_made) == n_held * n_held);
  CHECK(n_made == 1);
}

TEST_CASE("what cannot be made is tried anew", "[program][kept]") {
  Numbers numbers;
  CHECK_THROWS_AS(numbers.at(1, []() -> std::size_t { throw 1; }), int);
  CHECK(*numbers.at(1, [] { return std::size_t{7}; }) == 7);
}

}  // namespace
}  // namespace detente::program
