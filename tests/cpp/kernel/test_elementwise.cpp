// Every elementwise operation of every table against the standard library in long double.
#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/next.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "detente/kernel/dispatch.hpp"
#include "support/catch.hpp"

namespace {

using detente::kernel::Operation;
using detente::kernel::Table;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t n_lanes = 4096;

struct alignas(detente::kernel::alignment) Column {
  double lane[n_lanes] = {};
};

void run(const Table& table, Operation operation, Column& out, const Column& a,
         const Column& b = {}, const Column& c = {}, std::size_t n = n_lanes) {
  table.column[static_cast<std::size_t>(operation)](out.lane, a.lane, b.lane, c.lane, n);
}

double apply(const Table& table, Operation operation, double a, double b = 0.0, double c = 0.0) {
  static Column out, in_a, in_b, in_c;
  in_a.lane[0] = a;
  in_b.lane[0] = b;
  in_c.lane[0] = c;
  run(table, operation, out, in_a, in_b, in_c, detente::kernel::lane_quantum);
  return out.lane[0];
}

/// Units in the last place between two doubles; huge where one alone is NaN.
double units_apart(double x, double y) {
  if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y) ? 0.0 : 1e18;
  if (x == y) return 0.0;
  if (std::isinf(x) || std::isinf(y)) return 1e18;
  return std::abs(boost::math::float_distance(x, y));
}

enum class Spacing { linear, logarithmic };

struct UnaryCase {
  const char* name;
  Operation operation;
  double (*reference)(double);
  double low, high;
  Spacing spacing;
  double tolerance;  ///< units in the last place
};

long double log_of_odds(long double x) { return std::log(x / (1 - x)); }

const UnaryCase unary_cases[] = {
    {"exp", Operation::exp, [](double x) { return double(std::exp((long double)x)); }, -745, 709.7,
     Spacing::linear, 1},
    {"exp near 0", Operation::exp, [](double x) { return double(std::exp((long double)x)); }, -1, 1,
     Spacing::linear, 1},
    {"log", Operation::log, [](double x) { return double(std::log((long double)x)); }, 1e-320,
     1e308, Spacing::logarithmic, 2},
    {"log near 1", Operation::log, [](double x) { return double(std::log((long double)x)); }, 0.5,
     2, Spacing::linear, 2},
    {"log1p", Operation::log1p, [](double x) { return double(std::log1p((long double)x)); },
     -0.9999, 3, Spacing::linear, 3},
    {"log1p of small", Operation::log1p,
     [](double x) { return double(std::log1p((long double)x)); }, 1e-300, 1e300,
     Spacing::logarithmic, 3},
    {"expm1", Operation::expm1, [](double x) { return double(std::expm1((long double)x)); }, -40, 3,
     Spacing::linear, 3},
    {"expm1 of small", Operation::expm1,
     [](double x) { return double(std::expm1((long double)x)); }, 1e-300, 709, Spacing::logarithmic,
     3},
    {"logistic", Operation::logistic,
     [](double x) { return double(1 / (1 + std::exp(-(long double)x))); }, -700, 40,
     Spacing::linear, 3},
    {"logit", Operation::logit, [](double x) { return double(log_of_odds(x)); }, 1e-300, 0.3,
     Spacing::logarithmic, 3},
    {"sin", Operation::sin, [](double x) { return double(std::sin((long double)x)); }, -100, 100,
     Spacing::linear, 2},
    {"cos", Operation::cos, [](double x) { return double(std::cos((long double)x)); }, -100, 100,
     Spacing::linear, 2},
    {"sin of large", Operation::sin, [](double x) { return double(std::sin((long double)x)); }, 1,
     1e12, Spacing::logarithmic, 4},
    {"cos of large", Operation::cos, [](double x) { return double(std::cos((long double)x)); }, 1,
     1e12, Spacing::logarithmic, 4},
    {"normal_cdf", Operation::normal_cdf,
     [](double x) { return double(std::erfc(-(long double)x / std::sqrt(2.0L)) / 2); }, -37, 9,
     Spacing::linear, 10},
    {"normal_cdf near 0", Operation::normal_cdf,
     [](double x) { return double(std::erfc(-(long double)x / std::sqrt(2.0L)) / 2); }, -3, 3,
     Spacing::linear, 8},
    {"normal_quantile of small", Operation::normal_quantile,
     [](double p) {
       return double(quantile(boost::math::normal_distribution<long double>(), (long double)p));
     },
     1e-300, 0.5, Spacing::logarithmic, 10},
    {"normal_quantile", Operation::normal_quantile,
     [](double p) {
       return double(quantile(boost::math::normal_distribution<long double>(), (long double)p));
     },
     0.0001, 0.4999, Spacing::linear, 10},
    {"sqrt", Operation::sqrt, [](double x) { return std::sqrt(x); }, 1e-320, 1e308,
     Spacing::logarithmic, 0},
    {"floor", Operation::floor, [](double x) { return std::floor(x); }, -1e3, 1e3, Spacing::linear,
     0},
    {"ceil", Operation::ceil, [](double x) { return std::ceil(x); }, -1e3, 1e3, Spacing::linear, 0},
    {"abs", Operation::abs, [](double x) { return std::abs(x); }, -5, 5, Spacing::linear, 0},
    {"neg", Operation::neg, [](double x) { return -x; }, -5, 5, Spacing::linear, 0},
    {"copy", Operation::copy, [](double x) { return x; }, -5, 5, Spacing::linear, 0},
    {"square", Operation::square, [](double x) { return x * x; }, -5, 5, Spacing::linear, 0},
    {"reciprocal", Operation::reciprocal, [](double x) { return 1.0 / x; }, -5, 5, Spacing::linear,
     0},
    {"logical_not", Operation::logical_not, [](double x) { return 1.0 - x; }, 0, 1, Spacing::linear,
     0},
    {"step", Operation::step, [](double x) { return x >= 0 ? 1.0 : 0.0; }, -1, 1, Spacing::linear,
     0},
};

void fill(Column& column, std::mt19937_64& engine, double low, double high, Spacing spacing) {
  const bool logarithmic = spacing == Spacing::logarithmic;
  std::uniform_real_distribution<double> place(logarithmic ? std::log(low) : low,
                                               logarithmic ? std::log(high) : high);
  for (double& x : column.lane) x = logarithmic ? std::exp(place(engine)) : place(engine);
}

}  // namespace

TEST_CASE("unary operations agree with the standard library to a few units", "[kernel]") {
  static Column a, out;
  for (const Table* table : detente::kernel::available()) {
    for (const UnaryCase& row : unary_cases) {
      std::mt19937_64 engine(1);
      double worst = 0.0, worst_at = 0.0;
      for (int repeat = 0; repeat < 5; ++repeat) {
        fill(a, engine, row.low, row.high, row.spacing);
        run(*table, row.operation, out, a);
        for (std::size_t i = 0; i < n_lanes; ++i) {
          const double units = units_apart(out.lane[i], row.reference(a.lane[i]));
          if (units > worst) {
            worst = units;
            worst_at = a.lane[i];
          }
        }
      }
      INFO(table->name << ' ' << row.name << " at " << worst_at);
      CHECK(worst <= row.tolerance);
    }
  }
}

TEST_CASE("the logistic function's logarithm of odds is accurate to rounding near even odds",
          "[kernel]") {
  for (const Table* table : detente::kernel::available()) {
    for (double x = 0.3; x < 0.7; x += 0.001) {
      CHECK(std::abs(apply(*table, Operation::logit, x) - double(log_of_odds(x))) < 4e-16);
    }
  }
}

TEST_CASE("powers agree with the standard library to a few units", "[kernel]") {
  static Column a, b, out;
  for (const Table* table : detente::kernel::available()) {
    std::mt19937_64 engine(2);
    double worst = 0.0;
    for (int repeat = 0; repeat < 30; ++repeat) {
      fill(a, engine, repeat % 3 != 0 ? 1e-3 : 1e-300, repeat % 3 != 0 ? 1e3 : 1e300,
           Spacing::logarithmic);
      fill(b, engine, repeat % 2 != 0 ? -2 : -100, repeat % 2 != 0 ? 2 : 100, Spacing::linear);
      run(*table, Operation::pow_vv, out, a, b);
      for (std::size_t i = 0; i < n_lanes; ++i) {
        const double exact = double(std::pow((long double)a.lane[i], (long double)b.lane[i]));
        worst = std::max(worst, units_apart(out.lane[i], exact));
      }
    }
    INFO(table->name);
    CHECK(worst <= 4.0);
  }
}

TEST_CASE("powers of special bases and exponents are those of std::pow", "[kernel]") {
  const double specials[] = {0.0,       -0.0,         1.0,   -1.0,   2.0,  -2.0,
                             3.0,       -3.0,         0.5,   -0.5,   2.5,  infinity,
                             -infinity, not_a_number, 1e300, 5e-324, -7.25};
  for (const Table* table : detente::kernel::available()) {
    for (const double x : specials) {
      for (const double y : specials) {
        const double expected = std::pow(x, y);
        INFO(table->name << ": " << x << " ^ " << y);
        for (const Operation operation :
             {Operation::pow_vv, Operation::pow_vs, Operation::pow_sv}) {
          CHECK(units_apart(apply(*table, operation, x, y), expected) <= 1.0);
        }
      }
      CHECK(apply(*table, Operation::pow_vv, x, 0.0) == 1.0);
    }
    for (const double x : {0.1, 0.7, 1.3, 17.0, 1e-200, 1e200}) {
      CHECK(units_apart(apply(*table, Operation::pow_vs, x, 1.0), x) <= 1.0);
    }
  }
}

TEST_CASE("special values come out as the standard library has them", "[kernel]") {
  const double specials[] = {0.0,       -0.0,         1.0,    -1.0,  infinity,
                             -infinity, not_a_number, 5e-324, 1e308, -1e308};
  struct Case {
    Operation operation;
    double (*reference)(double);
  };
  const Case cases[] = {
      {Operation::exp, [](double x) { return std::exp(x); }},
      {Operation::log, [](double x) { return std::log(x); }},
      {Operation::log1p, [](double x) { return std::log1p(x); }},
      {Operation::expm1, [](double x) { return std::expm1(x); }},
      {Operation::sin, [](double x) { return std::sin(x); }},
      {Operation::cos, [](double x) { return std::cos(x); }},
      {Operation::sqrt, [](double x) { return std::sqrt(x); }},
      {Operation::floor, [](double x) { return std::floor(x); }},
      {Operation::abs, [](double x) { return std::abs(x); }},
      {Operation::logistic, [](double x) { return 1.0 / (1.0 + std::exp(-x)); }},
      {Operation::normal_cdf, [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }},
  };
  for (const Table* table : detente::kernel::available()) {
    for (const Case& row : cases) {
      for (const double x : specials) {
        INFO(table->name << " operation " << int(row.operation) << " at " << x);
        CHECK(units_apart(apply(*table, row.operation, x), row.reference(x)) <= 1.0);
      }
    }
    CHECK(apply(*table, Operation::exp, 0.0) == 1.0);
    CHECK(apply(*table, Operation::log, 1.0) == 0.0);
    CHECK(apply(*table, Operation::exp, 1e9) == infinity);
    CHECK(apply(*table, Operation::exp, -1e9) == 0.0);
    CHECK(apply(*table, Operation::normal_quantile, 0.0) == -infinity);
    CHECK(apply(*table, Operation::normal_quantile, 1.0) == infinity);
    CHECK(apply(*table, Operation::normal_quantile, 0.5) == 0.0);
    CHECK(std::isnan(apply(*table, Operation::normal_quantile, -0.1)));
    CHECK(std::isnan(apply(*table, Operation::normal_quantile, 1.1)));
    CHECK(std::isnan(apply(*table, Operation::normal_quantile, not_a_number)));
    CHECK(apply(*table, Operation::logit, 0.0) == -infinity);
    CHECK(apply(*table, Operation::logit, 1.0) == infinity);
    CHECK(apply(*table, Operation::step, 0.0) == 1.0);
    CHECK(apply(*table, Operation::step, not_a_number) == 0.0);
  }
}

TEST_CASE("binary and ternary operations mean what their names say", "[kernel]") {
  using Binary = double (*)(double, double);
  struct Case {
    Operation vv, vs, sv;
    Binary reference;
  };
#define DETENTE_CASE(name, expression)                                                            \
  {                                                                                               \
    Operation::name##_vv, Operation::name##_vs, Operation::name##_sv,                             \
        []([[maybe_unused]] double a, [[maybe_unused]] double b) -> double { return expression; } \
  }
  const Case cases[] = {
      DETENTE_CASE(add, a + b),
      DETENTE_CASE(sub, a - b),
      DETENTE_CASE(mul, a * b),
      DETENTE_CASE(div, a / b),
      DETENTE_CASE(min, std::isnan(a) || std::isnan(b) ? not_a_number : std::min(a, b)),
      DETENTE_CASE(max, std::isnan(a) || std::isnan(b) ? not_a_number : std::max(a, b)),
      DETENTE_CASE(lt, a < b),
      DETENTE_CASE(le, a <= b),
      DETENTE_CASE(gt, a > b),
      DETENTE_CASE(ge, a >= b),
      DETENTE_CASE(eq, a == b),
      DETENTE_CASE(ne, a != b),
  };
#undef DETENTE_CASE
  const double values[] = {0.0, 1.0, -1.0, 2.5, -7.0, infinity, -infinity, not_a_number, 1e-310};
  for (const Table* table : detente::kernel::available()) {
    INFO(table->name);
    for (const Case& row : cases) {
      for (const double a : values) {
        for (const double b : values) {
          INFO("operation " << int(row.vv) << " of " << a << " and " << b);
          for (const Operation operation : {row.vv, row.vs, row.sv}) {
            CHECK(units_apart(apply(*table, operation, a, b), row.reference(a, b)) == 0.0);
          }
        }
      }
    }
    for (const double a : {0.0, 1.0}) {
      for (const double b : {0.0, 1.0}) {
        CHECK(apply(*table, Operation::logical_and_vv, a, b) == (a != 0.0 && b != 0.0 ? 1.0 : 0.0));
        CHECK(apply(*table, Operation::logical_or_vv, a, b) == (a != 0.0 || b != 0.0 ? 1.0 : 0.0));
      }
    }
    CHECK(apply(*table, Operation::multiply_add, 2.0, 3.0, 4.0) == 10.0);
    CHECK(apply(*table, Operation::select, 1.0, 3.0, 4.0) == 3.0);
    CHECK(apply(*table, Operation::select, 0.0, 3.0, 4.0) == 4.0);
    CHECK(apply(*table, Operation::clamp, 2.0, 3.0, 4.0) == 3.0);
    CHECK(apply(*table, Operation::clamp, 5.0, 3.0, 4.0) == 4.0);
    CHECK(apply(*table, Operation::clamp, 3.5, 3.0, 4.0) == 3.5);
    CHECK(std::isnan(apply(*table, Operation::clamp, not_a_number, 3.0, 4.0)));
  }
}

TEST_CASE("fused operations are those that they stand for to the last bit", "[kernel]") {
  static Column a, b, c, product, powers, expected, found;
  std::mt19937_64 engine(8);
  fill(a, engine, -3, 3, Spacing::linear);
  fill(b, engine, -3, 3, Spacing::linear);
  fill(c, engine, -3, 3, Spacing::linear);
  const auto same = [] {
    return std::equal(std::begin(found.lane), std::end(found.lane), std::begin(expected.lane));
  };
  for (const Table* table : detente::kernel::available()) {
    INFO(table->name);
    for (const bool one_b : {false, true}) {
      run(*table, one_b ? Operation::mul_vs : Operation::mul_vv, product, a, b);
      run(*table, Operation::exp, powers, product);
      run(*table, Operation::mul_vv, expected, powers, c);
      run(*table, one_b ? Operation::growth_b : Operation::growth, found, a, b, c);
      CHECK(same());
      run(*table, Operation::mul_vs, expected, powers, c);
      run(*table, one_b ? Operation::growth_bc : Operation::growth_c, found, a, b, c);
      CHECK(same());
      Column column_b = b;
      if (one_b) std::fill(std::begin(column_b.lane), std::end(column_b.lane), b.lane[0]);
      run(*table, Operation::multiply_add, expected, a, column_b, c);
      if (one_b) run(*table, Operation::scale_add, found, a, b, c);
      CHECK((!one_b || same()));
    }
  }
}

TEST_CASE("a lane's result depends on neither its position nor the column's length", "[kernel]") {
  static Column a, b, c, whole, part, shifted_a, shifted_b, shifted_c;
  std::mt19937_64 engine(3);
  fill(a, engine, -3, 3, Spacing::linear);
  fill(b, engine, 0.1, 3, Spacing::linear);
  fill(c, engine, 0.1, 3, Spacing::linear);
  a.lane[17] = 0.0;  // takes a rare branch in its neighbours' vector
  a.lane[40] = 1e-310;
  a.lane[99] = infinity;
  a.lane[130] = not_a_number;
  a.lane[200] = 1e9;
  constexpr std::size_t shift = 3, length = 1024;
  for (std::size_t i = 0; i < length; ++i) {
    shifted_a.lane[i] = a.lane[i + shift];
    shifted_b.lane[i] = b.lane[i + shift];
    shifted_c.lane[i] = c.lane[i + shift];
  }
  for (const Table* table : detente::kernel::available()) {
    for (std::size_t k = 0; k < static_cast<std::size_t>(Operation::count); ++k) {
      // In the forms with a scalar that is the same number after the shift.
      shifted_b.lane[0] = b.lane[0];
      shifted_c.lane[0] = c.lane[0];
      shifted_a.lane[0] = a.lane[0];
      run(*table, static_cast<Operation>(k), whole, a, b, c);
      run(*table, static_cast<Operation>(k), part, shifted_a, shifted_b, shifted_c, length);
      std::size_t differing = 0;
      for (std::size_t i = 1; i < length; ++i) {
        differing += units_apart(whole.lane[i + shift], part.lane[i]) != 0.0;
      }
      INFO(table->name << " operation " << k);
      CHECK(differing == 0);
    }
  }
}

TEST_CASE("the tables of all instruction sets agree to a few units", "[kernel]") {
  static Column a, b, c, first, other;
  std::mt19937_64 engine(4);
  fill(a, engine, 0.01, 0.99, Spacing::linear);
  fill(b, engine, 0.1, 3, Spacing::linear);
  fill(c, engine, 0.1, 3, Spacing::linear);
  const auto tables = detente::kernel::available();
  for (const Table* table : tables) {
    for (std::size_t k = 0; k < static_cast<std::size_t>(Operation::count); ++k) {
      run(*tables.front(), static_cast<Operation>(k), first, a, b, c);
      run(*table, static_cast<Operation>(k), other, a, b, c);
      double worst = 0.0;
      for (std::size_t i = 0; i < n_lanes; ++i) {
        worst = std::max(worst, std::abs(first.lane[i] - other.lane[i]) /
                                    std::max(1.0, std::abs(first.lane[i])));
      }
      INFO(table->name << " operation " << k);
      CHECK(worst < 2e-15);
    }
  }
}

TEST_CASE("an output may be its own input", "[kernel]") {
  static Column a, out;
  std::mt19937_64 engine(5);
  fill(a, engine, -3, 3, Spacing::linear);
  for (const Table* table : detente::kernel::available()) {
    run(*table, Operation::exp, out, a);
    Column in_place = a;
    run(*table, Operation::exp, in_place, in_place);
    CHECK(std::equal(std::begin(out.lane), std::end(out.lane), std::begin(in_place.lane)));
  }
}
