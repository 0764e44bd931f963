#pragma once

/// The same values in another order, cut at random and joined in a random order.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "detente/diagnostic/error.hpp"
#include "detente/summary/bytes.hpp"

namespace detente::summary::test {

using Generator = std::mt19937_64;

template <class T>
std::string bytes_of(const T& accumulator) {
  ByteWriter writer;
  accumulator.write(writer);
  return writer.release();
}

/// `add(accumulator, first, end)` adds values[first, end). Shuffles, cuts into up to 12 shards (some
/// empty), joins the shards pairwise in random order until one is left.
template <class T, class Value, class Add>
T add_in_shards(const T& empty, std::vector<Value> values, Generator& generator, Add add) {
  std::shuffle(values.begin(), values.end(), generator);
  std::vector<std::size_t> cuts = {0, values.size()};
  for (int i = 0; i < 11; ++i) cuts.push_back(generator() % (values.size() + 1));
  std::sort(cuts.begin(), cuts.end());
  std::vector<T> shards;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    shards.push_back(empty);
    add(shards.back(), values.data() + cuts[i], cuts[i + 1] - cuts[i]);
  }
  while (shards.size() > 1) {
    std::swap(shards[generator() % shards.size()], shards.back());
    T last = std::move(shards.back());
    shards.pop_back();
    shards[generator() % shards.size()].merge(last);
  }
  return shards.front();
}

/// Reading back gives the same bytes; every shorter text is refused; a changed byte is refused or
/// gives some state, but never crashes (the sanitizers watch).
template <class T>
bool survives_damage(const std::string& bytes) {
  for (std::size_t length = 0; length < bytes.size(); length += 1 + bytes.size() / 200) {
    ByteReader reader(std::string_view(bytes).substr(0, length));
    try {
      (void)T::read(reader);
      return false;
    } catch (const diagnostic::RunError&) {
    }
  }
  for (std::size_t i = 0; i < bytes.size(); i += 1 + bytes.size() / 400) {
    for (const unsigned flip : {0x01u, 0x80u, 0xffu}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(static_cast<unsigned char>(damaged[i]) ^ flip);
      ByteReader reader(damaged);
      try {
        (void)bytes_of(T::read(reader));
      } catch (const diagnostic::RunError&) {
      }
    }
  }
  return true;
}

/// Whether reading refuses the bytes.
template <class T>
bool is_refused(const std::string& bytes) {
  ByteReader reader(bytes);
  try {
    (void)T::read(reader);
  } catch (const diagnostic::RunError&) {
    return true;
  }
  return false;
}

}  // namespace detente::summary::test
