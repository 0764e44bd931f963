#include "detente/summary/exact_sum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "detente/kernel/dispatch.hpp"
#include "summary/damage.hpp"

namespace detente::summary {

namespace {

constexpr std::size_t least = 8;   // values that are worth the trouble
constexpr std::size_t tile = 512;  // values that share one extraction; 2^9

}  // namespace

// Adds up to `tile` values at once, none larger than `largest`; returns how many were left to the slow way: all or none.
std::size_t ExactSum::add_small_range(const double* values, std::size_t n, double largest) {
  const kernel::Table& kernels = kernel::active();
  double rest[tile];
  bool is_left = false;
  if (largest == 0.0) return kernels.split_sum(rest, values, 1.0, &is_left, n) == 0.0 ? 0 : n;
  if (!(largest > 0x1p-800 && largest < 0x1p1000)) return n;
  int exponent = 0;
  std::frexp(largest, &exponent);  // largest < 2^exponent
  const double first_sigma = std::ldexp(1.0, exponent + 9);
  const double second_sigma = first_sigma * 0x1p-43;  // the rest is <= 2^-53 first_sigma
  const double first = kernels.split_sum(rest, values, first_sigma, &is_left, n);
  if (!std::isfinite(first)) return n;
  add(first);
  if (is_left) add(kernels.split_sum(rest, rest, second_sigma, &is_left, n));
  for (std::size_t i = 0; is_left && i < n; ++i) {  // values below 2^-33 of the largest
    if (rest[i] != 0.0) add(rest[i]);
  }
  return 0;
}

void ExactSum::add(const double* values, std::size_t n) {
  for (std::size_t from = 0; from < n; from += tile) {
    const std::size_t step = std::min(n - from, tile);
    // Blind to NaN, which shows in the sum.
    add(values + from, step, kernel::active().largest_magnitude(values + from, step));
  }
}

void ExactSum::add(const double* values, std::size_t n, double largest) {
  while (n > 0) {
    const std::size_t step = std::min(n, tile);
    const std::size_t left = step < least ? step : add_small_range(values, step, largest);
    for (std::size_t i = 0; i < left; ++i) add(values[i]);
    values += step;
    n -= step;
  }
}

void ExactSum::add_non_finite(double value) {
  if (std::isnan(value)) {
    ++n_nan_;
  } else if (value > 0) {
    ++n_plus_infinity_;
  } else {
    ++n_minus_infinity_;
  }
}

// Leaves digits 0 to 65 in [0, 2^32); the last one carries the sign. That form is unique.
void ExactSum::propagate_carries() {
  // Most digits of most sums are 0: a chain of carries begins at the first other one, and ends behind the last.
  std::size_t i = 0;
  std::size_t end = n_digits - 1;
  while (i < end && digits_[i] == 0) ++i;
  while (end > i && digits_[end - 1] == 0) --end;
  std::int64_t carry = 0;
  for (; i < end || (carry != 0 && i + 1 < n_digits); ++i) {
    const std::int64_t digit = digits_[i] + carry;
    carry = digit >> 32;
    digits_[i] = digit & 0xffffffffLL;
  }
  digits_[n_digits - 1] += carry;
  n_waiting_ = 0;
}

void ExactSum::add_product(double a, double b) {
  const double product = a * b;
  add(product);
  if (std::isfinite(product)) add(std::fma(a, b, -product));
}

void ExactSum::add_product(const ExactSum& other, double factor) {
  ExactSum rest = other;
  for (double part = rest.value(); part != 0.0; part = rest.value()) {
    if (!std::isfinite(part)) return add(part * factor);
    add_product(part, factor);
    rest.add(-part);
  }
}

void ExactSum::merge(const ExactSum& other) {
  ExactSum addend = other;
  addend.propagate_carries();
  if (n_waiting_ == most_waiting) propagate_carries();
  ++n_waiting_;  // digits below 2^32: less than one addend of `add`
  for (std::size_t i = 0; i < n_digits; ++i) digits_[i] += addend.digits_[i];
  n_nan_ += addend.n_nan_;
  n_plus_infinity_ += addend.n_plus_infinity_;
  n_minus_infinity_ += addend.n_minus_infinity_;
}

double ExactSum::value() const {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (n_nan_ > 0 || (n_plus_infinity_ > 0 && n_minus_infinity_ > 0)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (n_plus_infinity_ > 0) return infinity;
  if (n_minus_infinity_ > 0) return -infinity;

  ExactSum magnitude = *this;
  magnitude.propagate_carries();
  const bool negative = magnitude.digits_.back() < 0;
  if (negative) {
    for (std::int64_t& digit : magnitude.digits_) digit = -digit;
    magnitude.propagate_carries();
  }
  const auto digit_at = [&](std::size_t top, std::size_t below) -> std::uint64_t {
    return top >= below ? static_cast<std::uint64_t>(magnitude.digits_[top - below]) : 0;
  };
  if (magnitude.digits_.back() != 0) return negative ? -infinity : infinity;  // beyond 2^1037
  std::size_t top = n_digits - 1;
  while (top > 0 && magnitude.digits_[top] == 0) --top;
  if (magnitude.digits_[top] == 0) return 0.0;

  // The upper 64 bits, the first of them set, and whether anything follows.
  const std::uint64_t head = (digit_at(top, 0) << 32) | digit_at(top, 1);
  const int shift = std::countl_zero(head);
  const std::uint64_t next = digit_at(top, 2);
  const std::uint64_t bits = (head << shift) | (next >> (32 - shift));
  bool more = ((next << shift) & 0xffffffffULL) != 0;
  for (std::size_t i = 3; !more && i <= top; ++i) more = digit_at(top, i) != 0;

  // To 53 bits, nearest even. Sums below 2^-1022 have fewer, so ldexp has nothing left to round.
  constexpr std::uint64_t half = 0x400;
  std::uint64_t kept = bits >> 11;
  const std::uint64_t cut = bits & 0x7ff;
  if (cut > half || (cut == half && (more || (kept & 1) != 0))) ++kept;
  const int exponent = 32 * (static_cast<int>(top) - 1) - shift - 1075 + 11;
  const double rounded = std::ldexp(static_cast<double>(kept), exponent);
  return negative ? -rounded : rounded;
}

bool operator==(const ExactSum& a, const ExactSum& b) {
  ExactSum left = a;
  ExactSum right = b;
  left.propagate_carries();
  right.propagate_carries();
  return left.digits_ == right.digits_ && left.n_nan_ == right.n_nan_ &&
         left.n_plus_infinity_ == right.n_plus_infinity_ &&
         left.n_minus_infinity_ == right.n_minus_infinity_;
}

// Sign, then the digits of the magnitude between the first and the last that are not 0.
void ExactSum::write(ByteWriter& writer) const {
  ExactSum magnitude = *this;
  magnitude.propagate_carries();
  const bool negative = magnitude.digits_.back() < 0;
  if (negative) {
    for (std::int64_t& digit : magnitude.digits_) digit = -digit;
    magnitude.propagate_carries();
  }
  std::size_t first = 0;
  std::size_t end = n_digits;
  while (end > 0 && magnitude.digits_[end - 1] == 0) --end;
  while (first < end && magnitude.digits_[first] == 0) ++first;
  if (end == 0) first = 0;
  writer.u8(negative ? 1 : 0);
  writer.u8(static_cast<std::uint8_t>(first));
  writer.u8(static_cast<std::uint8_t>(end));
  for (std::size_t i = first; i < end; ++i) {
    writer.count(static_cast<std::uint64_t>(magnitude.digits_[i]));
  }
  writer.count(n_nan_);
  writer.count(n_plus_infinity_);
  writer.count(n_minus_infinity_);
}

ExactSum ExactSum::read(ByteReader& reader) {
  ExactSum sum;
  const std::uint8_t sign = reader.u8();
  const std::size_t first = reader.u8();
  const std::size_t end = reader.u8();
  require_stored(sign <= 1 && first <= end && end <= n_digits, "the digits of a sum");
  for (std::size_t i = first; i < end; ++i) {
    const std::uint64_t digit = reader.count();
    const std::uint64_t limit = i + 1 == n_digits ? std::uint64_t{1} << 62 : std::uint64_t{1} << 32;
    require_stored(digit < limit, "a digit of a sum");
    sum.digits_[i] = static_cast<std::int64_t>(digit);
  }
  if (sign == 1) {
    for (std::int64_t& digit : sum.digits_) digit = -digit;
    sum.propagate_carries();
  }
  sum.n_nan_ = reader.count();
  sum.n_plus_infinity_ = reader.count();
  sum.n_minus_infinity_ = reader.count();
  return sum;
}

}  // namespace detente::summary
