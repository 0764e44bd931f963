#include "detente/engine/forecast.hpp"

#include <cmath>
#include <string>

#include "detente/diagnostic/error.hpp"
#include "detente/engine/run.hpp"
#include "detente/summary/bytes.hpp"
#include "engine/accumulators.hpp"
#include "engine/scenarios.hpp"
#include "support/catch.hpp"

namespace detente::engine {
namespace {

using testing::body_of;
using testing::merge_error;
using testing::options_of;
using testing::sealed;
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
    CHECK(a.bands[1].mean() == b.bands[1].mean());
    CHECK(a.bands[1].quantiles() == b.bands[1].quantiles());
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

/// Why the bytes of a changed state are refused; empty where they are not.
template <class Change>
std::string refusal_of(Change change, const Forecast& result = forecast()) {
  Accumulators state = *result.accumulators;
  change(state);
  try {
    Forecast::deserialize(state.serialize());
  } catch (const diagnostic::RunError& error) {
    return error.what();
  }
  return {};
}

std::string damaged(const std::string& why) {
  return "the stored result is damaged (" + why + "); make it anew";
}

TEST_CASE("bytes that say one thing and hold another are refused", "[engine]") {
  // Their checksum is right: somebody wrote them on purpose.
  CHECK(refusal_of([](Accumulators&) {}).empty());
  CHECK(refusal_of([](Accumulators& state) { state.labels.dates.pop_back(); }) ==
        damaged("the labels of report dates"));
  CHECK(refusal_of([](Accumulators& state) {
          const std::size_t n_dates = state.labels.times.size();
          state.policies[1].occupancy[0] = summary::Occupancy(2, n_dates);
        }) == damaged("the states and dates of a chain"));
  CHECK(refusal_of([](Accumulators& state) {
          state.policies[0].occupancy[0] = summary::Occupancy(3, 1);
        }) == damaged("the states and dates of a chain"));
  CHECK(refusal_of([](Accumulators& state) { state.policies[0].bands[1] = summary::Bands(1); }) ==
        damaged("the dates of a variable"));
  CHECK(refusal_of([](Accumulators& state) {
          summary::Incidence& times = state.policies[0].outcomes[2].incidence;
          times = summary::Incidence({0.5, 1.0}, times.horizon());
        }) == damaged("the dates of an outcome"));
  CHECK(refusal_of([](Accumulators& state) {
          summary::Incidence& times = state.policies[0].outcomes[2].incidence;
          times = summary::Incidence(times.dates(), times.horizon() + 1.0);
        }) == damaged("the dates of an outcome"));
  // No room is made for what cannot follow.
  CHECK(refusal_of([](Accumulators& state) { state.policies.clear(); }) ==
        damaged("it names more than it can hold"));
}

TEST_CASE("bytes of another form, or with more at their end, are refused", "[engine]") {
  const std::string body = body_of(forecast().serialize());
  CHECK_FALSE(is_refused(sealed(body)));
  CHECK(is_refused(sealed(body + '\0')));
  // The form before draws were shared lacks three bytes.
  CHECK_FALSE(is_refused(sealed(body.substr(3), "detente-forecast-1")));
  CHECK(is_refused(sealed(body.substr(3), "detente-forecast-0")));
}

TEST_CASE("no room is made for more names than there are bytes", "[engine]") {
  summary::ByteWriter writer;
  const auto refuses_many = [&writer] {
    summary::ByteWriter many = writer;
    many.count(std::uint64_t{1} << 40);
    return is_refused(sealed(many.bytes() + std::string(1'000, '\0')));
  };
  writer.count(1);  // paths per draw
  writer.u8(0);
  writer.u8(0);
  writer.text("title");
  writer.text("hash");
  CHECK(refuses_many());  // times
  writer.count(0);
  CHECK(refuses_many());  // dates
  writer.count(0);
  writer.f64(1.0);
  for (int i = 0; i < 4; ++i) {  // policies, outcomes, chains, variables
    CHECK(refuses_many());
    writer.count(0);
  }
}

TEST_CASE("bytes whose draws have other dates are refused", "[engine]") {
  RunOptions options = options_of(70);
  options.draws.paths_per_draw = 7;
  const Forecast drawn = run(truce(), options);
  CHECK(refusal_of([](Accumulators&) {}, drawn).empty());
  const std::vector<double> times = drawn.times;
  for (const std::size_t n_dates : {times.size() - 1, times.size() + 1}) {
    const auto change = [&](Accumulators& state) {
      std::vector<double> dates(n_dates);
      for (std::size_t i = 0; i < n_dates; ++i) dates[i] = 0.1 * static_cast<double>(i + 1);
      state.policies[0].outcomes[2].by_draw.emplace(DrawRange{7, 0}, dates);
    };
    CHECK(refusal_of(change, drawn) == damaged("the dates of draws"));
  }
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

TEST_CASE("results that sum different things are not merged, whatever hash they state",
          "[engine]") {
  const Forecast first = run(truce(), options_of(30));
  const auto error_with = [&first](auto change) {
    auto state = std::make_shared<Accumulators>(*run(truce(), options_of(30, 30)).accumulators);
    change(*state);
    return merge_error(first, summarise(state));
  };
  const std::string refusal = "these results cannot be merged: they come from different scenarios";
  CHECK(error_with([](Accumulators&) {}).empty());
  CHECK(error_with([](Accumulators& state) {
          state.labels.outcomes.pop_back();
          for (PolicyAccumulator& policy : state.policies) policy.outcomes.pop_back();
        }) == refusal);
  CHECK(error_with([](Accumulators& state) {
          state.labels.chains.clear();
          for (PolicyAccumulator& policy : state.policies) policy.occupancy.clear();
        }) == refusal);
  CHECK(error_with([](Accumulators& state) {
          state.labels.variables.pop_back();
          for (PolicyAccumulator& policy : state.policies) policy.bands.pop_back();
        }) == refusal);
  CHECK(error_with([](Accumulators& state) { state.labels.times.back() -= 0.01; }) == refusal);
  CHECK(error_with([](Accumulators& state) { state.labels.horizon += 1.0; }) == refusal);
  // Both say seven paths a draw, and only one has kept draws apart.
  RunOptions options = options_of(35);
  options.draws.paths_per_draw = 7;
  const Forecast drawn = run(truce(), options);
  auto plain = std::make_shared<Accumulators>(*run(truce(), options_of(35, 35)).accumulators);
  plain->labels.draws.paths_per_draw = 7;
  plain->labels.is_uncertain = false;
  CHECK(merge_error(drawn, summarise(plain)) == refusal);
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
  // A draw of which paths are missing cannot be told from a whole one, even where draws are alike.
  const auto shared = [](std::uint64_t n_paths, std::uint64_t first_path) {
    RunOptions options = options_of(n_paths, first_path);
    options.draws.paths_per_draw = 7;
    return run(turns(), options);
  };
  CHECK_NOTHROW(shared(30, 0).merged_with(shared(30, 30), Gap::left_out));
  CHECK_THROWS_AS(shared(30, 0).merged_with(shared(30, 50), Gap::left_out), diagnostic::RunError);
}

}  // namespace
}  // namespace detente::engine
