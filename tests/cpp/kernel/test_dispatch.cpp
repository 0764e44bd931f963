#include "detente/kernel/dispatch.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "support/catch.hpp"

namespace kernel = detente::kernel;

TEST_CASE("every available table can be forced by its name and let go again", "[kernel]") {
  const kernel::Table& preferred = kernel::active();
  for (const kernel::Table* table : kernel::available()) {
    kernel::force(table->name);
    CHECK(&kernel::active() == table);
  }
  kernel::force("");
  CHECK(&kernel::active() == &preferred);
}

TEST_CASE("an unknown instruction set is refused with the ones that would do", "[kernel]") {
  CHECK_THROWS_AS(kernel::force("v9"), std::runtime_error);
  try {
    kernel::force("v9");
  } catch (const std::runtime_error& error) {
    const std::string_view text = error.what();
    CHECK(text.find("'v9'") != std::string_view::npos);
    for (const kernel::Table* table : kernel::available()) {
      CHECK(text.find(table->name) != std::string_view::npos);
    }
  }
}

TEST_CASE("tables are complete", "[kernel]") {
  for (const kernel::Table* table : kernel::available()) {
    CHECK(std::ranges::all_of(table->column, [](auto function) { return function != nullptr; }));
    CHECK(table->normals != nullptr);
  }
}
