#include "detente/diagnostic/suggestion.hpp"

#include "support/catch.hpp"

namespace detente::diagnostic {
namespace {

TEST_CASE("the nearest name is suggested", "[diagnostic]") {
  const std::vector<std::string> states{"war", "talks", "frozen", "ceasefire"};
  CHECK(nearest("frozzen", states) == "frozen");  // an insertion
  CHECK(nearest("frzen", states) == "frozen");    // a deletion
  CHECK(nearest("frozan", states) == "frozen");   // a substitution
  CHECK(nearest("tlaks", states) == "talks");     // a swap
  CHECK(nearest("Ceasefire", states) == "ceasefire");
  CHECK(nearest("cease-fire", states) == "ceasefire");
}

TEST_CASE("nothing is suggested when no name is near", "[diagnostic]") {
  CHECK(nearest("peace", {"war", "frozen"}).empty());
  CHECK(nearest("x", {"y", "z"}).empty());
  CHECK(nearest("ab", {"xy"}).empty());
  CHECK(nearest("", {"a"}).empty());
  CHECK(nearest("war", {}).empty());
  CHECK(nearest(std::string(5000, 'a'), {std::string(5000, 'a') + "b"}).empty());
}

TEST_CASE("a swap of neighbours is one edit, and the nearer of two names wins", "[diagnostic]") {
  // `ba` is one swap from `ab`; without swaps it would be two edits, which is all of it changed.
  CHECK(nearest("abx", {"bax"}) == "bax");
  CHECK(nearest("trust", {"trusts", "trustee", "thrust"}) == "trusts");
}

TEST_CASE("a hint falls back to what it is told", "[diagnostic]") {
  CHECK(did_you_mean("wra", {"war"}) == "did you mean `war`?");
  CHECK(did_you_mean("peace", {"war"}, "write `war`") == "write `war`");
}

}  // namespace
}  // namespace detente::diagnostic
