// Any text is an expression or is refused with errors that lie in it; what was read is written and read
// again.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "detente/expr/parser.hpp"
#include "expr/scope.hpp"

namespace {

using namespace detente;
using namespace detente::expr;

void expect(bool holds) {
  if (!holds) std::abort();
}

/// A block scalar that holds the text: every line of it indented below the indicator.
std::string as_block(const std::string& text) {
  std::string block = "|\n  ";
  for (const char c : text) {
    block += c;
    if (c == '\n') block += "  ";
  }
  return block;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // The first byte chooses what is expected of the text.
  constexpr Type types[] = {Type::number, Type::boolean, Type::formula};
  const std::uint8_t choice = data[0];
  std::uint32_t marks = 0;
  CheckContext context;
  if (choice % 4 != 3) context.expected = types[choice % 4];
  if (choice % 8 >= 4) context.mark_count = &marks;

  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const expr::testing::SmallScope scope;
  const diagnostic::SourceSpan first = expr::testing::start_of(as_block(text));
  diagnostic::Diagnostics diagnostics;
  const ExpressionPtr result = parse_and_check(text, first, scope, context, diagnostics);
  expect((result == nullptr) == diagnostics.has_errors());
  for (const diagnostic::Diagnostic& item : diagnostics.sorted()) {
    expect(item.span.line >= 1 && item.span.line <= first.source->line_count());
    expect(!item.message.empty() && !format(item).empty());
  }
  if (result == nullptr || result->type == Type::formula) return 0;
  const std::string written = to_text(*result);
  if (written.size() > max_text_bytes) return 0;
  diagnostic::Diagnostics none;
  const auto again = parse(written, place_text(written, expr::testing::start_of(written)), none);
  expect(again.has_value());
  return 0;
}
