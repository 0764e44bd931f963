#include "detente/engine/forecast.hpp"

#include <cmath>
#include <string>

#include "detente/diagnostic/error.hpp"
#include "detente/engine/run.hpp"
#include "engine/scenarios.hpp"
#include "support/catch.hpp"

namespace detente::engine {
namespace {

using testing::merge_error;
using testing::options_of;
using testing::truce;
using testing::turns;

const Forecast& forecast() {
  static const Forecast result = run(truce(), options_of(700));
  return result;
}

bool is_refused(const std::string& bytes) {
  try {
    Forecast::deserialize(bytes);
  } catch (const diagnostic::RunError&) {
    return true;
  }
  return false;
}

void check_same(const Estimate& a, const Estimate& b) {
  INFO(a.name);
  CHECK(a.name == b.name);
  CHECK(a.kind == b.kind);
  CHECK(a.unit == b.unit);
  CHECK(a.estimate == b.estimate);
  CHECK(a.standard_error == b.standard_error);
  CHECK(a.low == b.low);
  CHECK(a.high == b.high);
  CHECK(a.n == b.n);
  CHECK(a.given_share == b.given_share);
  CHECK(a.incidence == b.incidence);
  REQUIRE(a.quantiles.size() == b.quantiles.size());
  for (std::size_t i = 0; i < a.quantiles.size(); ++i) {
    CHECK((a.quantiles[i] == b.quantiles[i] ||
           (std::isnan(a.quantiles[i]) && std::isnan(b.quantiles[i]))));
  }
}

TEST_CASE("a forecast comes back from its bytes", "[engine]") {
  const std::string bytes = forecast().serialize();
  const Forecast back = Forecast::deserialize(bytes);
  CHECK(back.serialize() == bytes);
  CHECK(back.title == "A truce");
  CHECK(back.seed == forecast().seed);
  CHECK(back.n_paths == 700);
  CHECK(back.dates == forecast().dates);
  CHECK(back.times == forecast().times);
  REQUIRE(back.policies.size() == 2);
  for (std::size_t p = 0; p < 2; ++p) {
    const PolicyForecast& a = forecast().policies[p];
    const PolicyForecast& b = back.policies[p];
    CHECK(a.name == b.name);
    REQUIRE(a.outcomes.size() == b.outcomes.size());
    for (std::size_t o = 0; o < a.outcomes.size(); ++o) check_same(a.outcomes[o], b.outcomes[o]);
    CHECK(a.occupancy[0].share == b.occupancy[0].share);
    CHECK(a.bands[1].mean == b.bands[1].mean);
    CHECK(a.bands[1].q95 == b.bands[1].q95);
  }
}

TEST_CASE("bytes that are cut short are refused", "[engine]") {
  const std::string bytes = forecast().serialize();
  CHECK(is_refused(""));
  CHECK(is_refused("a forecast"));
  CHECK(is_refused(bytes + "x"));
  for (const std::size_t length : {std::size_t{1}, std::size_t{8}, bytes.size() / 3,
                                   bytes.size() / 2, bytes.size() - 8, bytes.size() - 1}) {
    INFO(length << " of " << bytes.size());
    CHECK(is_refused(bytes.substr(0, length)));
  }
}

TEST_CASE("bytes with any bit changed are refused", "[engine]") {
  const std::string bytes = forecast().serialize();
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < bytes.size(); i += i < 64 ? 1 : 1 + bytes.size() / 200) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
    if (!is_refused(damaged)) ++accepted;
  }
  CHECK(accepted == 0);
}

TEST_CASE("merging keeps the order and counts of paths", "[engine]") {
  const Forecast first = run(truce(), options_of(300));
  const Forecast second = run(truce(), options_of(400, 300));
  const Forecast both = first.merged_with(second);
  CHECK(both.first_path == 0);
  CHECK(both.n_paths == 700);
  CHECK(both.serialize() == forecast().serialize());
}

TEST_CASE("results that do not belong together are not merged", "[engine]") {
  const Forecast first = run(truce(), options_of(30));
  const std::string refusal = "these results cannot be merged: ";
  CHECK(merge_error(first, run(truce(), options_of(30, 30))).empty());
  CHECK(merge_error(first, run(truce(), options_of(30, 31))).starts_with(refusal));
  CHECK(merge_error(first, run(truce(), options_of(30, 29))).starts_with(refusal));
  CHECK(merge_error(first, run(turns(), options_of(30, 30))).starts_with(refusal));
  RunOptions options = options_of(30, 30);
  options.seed += 1;
  CHECK(merge_error(first, run(truce(), options)).starts_with(refusal));
  options = options_of(30, 30);
  options.policies = {"late"};
  CHECK(merge_error(first, run(truce(), options)).starts_with(refusal));
  options = options_of(30, 30);
  options.scenario_hash = "other";
  CHECK(merge_error(first, run(truce(), options)).starts_with(refusal));
}

TEST_CASE("a gap may be left out, and an overlap may not", "[engine]") {
  const Forecast first = run(truce(), options_of(30));
  const Forecast merged = first.merged_with(run(truce(), options_of(30, 50)), Gap::left_out);
  CHECK(merged.n_paths == 60);
  CHECK(merged.first_path == 0);
  const Forecast touching = first.merged_with(run(truce(), options_of(30, 30)), Gap::left_out);
  CHECK(touching.serialize() == run(truce(), options_of(60)).serialize());
  CHECK_THROWS_AS(first.merged_with(run(truce(), options_of(30, 29)), Gap::left_out),
                  diagnostic::RunError);
}

}  // namespace
}  // namespace detente::engine
