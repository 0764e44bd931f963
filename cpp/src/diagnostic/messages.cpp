#include "detente/diagnostic/messages.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "detente/diagnostic/suggestion.hpp"

namespace detente::diagnostic::messages {

namespace {

constexpr std::size_t longest_quote = 60;
constexpr std::size_t longest_list = 12;

Diagnostic error(const char* code, SourceSpan span, std::string message, std::string hint = {}) {
  return {code, Severity::error, std::move(span), std::move(message), std::move(hint)};
}

// In backticks; long texts are cut between code points.
std::string quoted(std::string_view text) {
  if (text.size() <= longest_quote) return '`' + std::string(text) + '`';
  std::size_t end = longest_quote;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return '`' + std::string(text.substr(0, end)) + "...`";
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < longest_list; ++i) {
    text += (i == 0 ? "" : ", ") + quoted(names[i]);
  }
  return names.size() > longest_list ? text + ", ..." : text;
}

std::string shortest(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "infinite" : "minus infinite";
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

std::string counted_arguments(std::size_t least, std::size_t most) {
  const auto noun = [](std::size_t n) { return n == 1 ? " argument" : " arguments"; };
  if (least == most) return (least == 0 ? "no" : std::to_string(least)) + noun(least);
  if (most == static_cast<std::size_t>(-1)) return std::to_string(least) + " or more arguments";
  return std::to_string(least) + " to " + std::to_string(most) + noun(most);
}

struct Substitute {
  std::string_view written, meant;
};

// What other languages, word processors and habit put where this language has another sign.
constexpr std::array<Substitute, 19> substitutes{{
    {"&", "and"},
    {"|", "or"},
    {"!", "not"},
    {"\xE2\x89\xA4", "<="},
    {"\xE2\x89\xA5", ">="},
    {"\xE2\x89\xA0", "!="},
    {"\xC3\x97", "*"},
    {"\xC2\xB7", "*"},
    {"\xE2\x8B\x85", "*"},
    {"\xC3\xB7", "/"},
    {"\xE2\x88\x92", "-"},
    {"\xE2\x80\x93", "-"},
    {"\xE2\x80\x94", "-"},
    {"\xE2\x88\x88", "in"},
    {"\xE2\x88\xA7", "and"},
    {"\xE2\x88\xA8", "or"},
    {"\xC2\xAC", "not"},
    {"{", "("},
    {"}", ")"},
}};

}  // namespace

Diagnostic unexpected_character(SourceSpan span, std::string_view character) {
  std::string hint;
  for (const Substitute& row : substitutes) {
    if (row.written == character) hint = "write `" + std::string(row.meant) + "`";
  }
  if (character == "%") hint = "write a share as a number, `0.05` for 5 %";
  if (character == "\"" || character == "'") hint = "names and states stand without quotes";
  if (character == "?" || character == ":") hint = "write a choice as `if(condition, a, b)`";
  return error("E201", std::move(span),
               "unexpected character " + quoted(character) + " in an expression", std::move(hint));
}

Diagnostic malformed_number(SourceSpan span, std::string_view text) {
  return error("E201", std::move(span), quoted(text) + " is no number",
               "numbers are written as `1200`, `0.5` or `1.2e3`");
}

Diagnostic unexpected_token(SourceSpan span, std::string_view found, std::string_view expected,
                            std::string hint) {
  const std::string what =
      found.empty() ? "the expression ends too early" : "unexpected " + quoted(found);
  return error("E202", std::move(span), what + "; " + std::string(expected) + " is expected",
               std::move(hint));
}

Diagnostic not_after_operator(SourceSpan span) {
  return error("E202", std::move(span),
               "unexpected `not`: it binds looser than the operator before it",
               "put it in parentheses, `(not ...)`");
}

Diagnostic unknown_name(SourceSpan span, std::string_view name,
                        const std::vector<std::string>& known) {
  std::string otherwise;
  if (name == "true" || name == "false") {
    otherwise = "there are no constants for conditions; compare, as in `1 > 0`";
  }
  return error("E203", std::move(span), "unknown name " + quoted(name),
               did_you_mean(name, known, std::move(otherwise)));
}

Diagnostic unknown_state(SourceSpan span, std::string_view name, std::string_view chain,
                         const std::vector<std::string>& states) {
  return error(
      "E203", std::move(span),
      "unknown name " + quoted(name) + "; a state of chain " + quoted(chain) + " is expected",
      did_you_mean(name, states, "its states are " + listed(states)));
}

Diagnostic unknown_chain(SourceSpan span, std::string_view name, std::string_view function,
                         const std::vector<std::string>& chains) {
  std::string otherwise =
      chains.empty() ? "this scenario has no chains" : "chains are " + listed(chains);
  return error("E203", std::move(span),
               quoted(name) + " is no chain; " + quoted(function) + " takes one",
               did_you_mean(name, chains, std::move(otherwise)));
}

Diagnostic unknown_firing(SourceSpan span, std::string_view name,
                          const std::vector<std::string>& known) {
  return error("E203", std::move(span),
               quoted(name) + " is no event or transition; `count` takes one",
               did_you_mean(name, known));
}

Diagnostic unknown_transition(SourceSpan span, std::string_view name, std::string_view chain,
                              const std::vector<std::string>& transitions) {
  return error(
      "E203", std::move(span),
      "unknown name " + quoted(name) + "; a transition of chain " + quoted(chain) + " is expected",
      did_you_mean(name, transitions));
}

Diagnostic unknown_function(SourceSpan span, std::string_view name,
                            const std::vector<std::string>& functions) {
  return error("E204", std::move(span), "unknown function " + quoted(name),
               did_you_mean(name, functions));
}

Diagnostic name_called(SourceSpan span, std::string_view name) {
  return error("E204", std::move(span), quoted(name) + " is no function",
               "multiply with `*`: `" + std::string(name) + " * (...)`");
}

Diagnostic function_without_call(SourceSpan span, std::string_view name,
                                 std::string_view arguments) {
  return error("E204", std::move(span), quoted(name) + " is a function and needs its arguments",
               "write `" + std::string(name) + "(" + std::string(arguments) + ")`");
}

Diagnostic wrong_argument_count(SourceSpan span, std::string_view signature, std::size_t least,
                                std::size_t most, std::size_t found, std::string hint) {
  return error("E205", std::move(span),
               quoted(signature) + " takes " + counted_arguments(least, most) + ", not " +
                   std::to_string(found),
               std::move(hint));
}

Diagnostic unknown_argument(SourceSpan span, std::string_view argument, std::string_view function,
                            const std::vector<std::string>& known) {
  const std::string message = quoted(function) + " has no argument named " + quoted(argument);
  if (!known.empty()) {
    return error("E205", std::move(span), message,
                 did_you_mean(argument, known, "its named arguments are " + listed(known)));
  }
  return error("E205", std::move(span), message,
               "its arguments go by position; equality is written `==`");
}

Diagnostic repeated_argument(SourceSpan span, std::string_view argument,
                             std::string_view function) {
  return error("E205", std::move(span),
               "argument " + quoted(argument) + " of " + quoted(function) + " is given twice");
}

Diagnostic number_expected(SourceSpan span, std::string_view what, std::string_view found) {
  return error("E206", std::move(span),
               std::string(what) + " is expected to be a number, not " + std::string(found));
}

Diagnostic condition_expected(SourceSpan span, std::string_view what, std::string_view text) {
  std::string shown = text.size() <= longest_quote ? std::string(text) : "x";
  return error("E206", std::move(span),
               std::string(what) + " is expected to be a condition, not a number",
               "compare it, as in `" + std::move(shown) + " > 0`");
}

Diagnostic state_formula_expected(SourceSpan span, std::string_view what) {
  return error("E206", std::move(span),
               std::string(what) +
                   " is expected to hold or fail at one moment, but this looks along the path",
               "temporal operators are combined by `and`, `or`, `not` alone");
}

Diagnostic formula_expected(SourceSpan span, std::string_view text) {
  std::string shown = text.size() <= longest_quote ? std::string(text) : "x";
  return error("E206", std::move(span), "a formula is expected, not a number",
               "compare it, as in `" + std::move(shown) + " > 0`");
}

Diagnostic chain_as_value(SourceSpan span, std::string_view chain, std::string_view state) {
  return error("E206", std::move(span), "chain " + quoted(chain) + " is no number",
               "ask for a state, as in `" + std::string(chain) + " == " + std::string(state) + "`");
}

Diagnostic event_as_value(SourceSpan span, std::string_view event) {
  return error("E206", std::move(span), "event " + quoted(event) + " is no number",
               "`count(" + std::string(event) + ")` is how often it happened");
}

Diagnostic chain_with_value(SourceSpan span, std::string_view chain, std::string_view state) {
  return error("E206", std::move(span),
               "chain " + quoted(chain) + " is compared with states, by name",
               "write `" + std::string(chain) + " == " + std::string(state) + "`");
}

Diagnostic chains_compared(SourceSpan span, std::string_view left, std::string_view right) {
  return error("E206", std::move(span),
               "chains " + quoted(left) + " and " + quoted(right) +
                   " have states of their own and cannot be compared",
               "compare each with a state and join them by `and`");
}

Diagnostic states_not_ordered(SourceSpan span, std::string_view chain, std::string_view operation) {
  return error("E206", std::move(span),
               "the states of chain " + quoted(chain) + " have no order; " + quoted(operation) +
                   " cannot compare them",
               "use `==`, `!=`, `in [...]` or `not in [...]`");
}

Diagnostic state_before_chain(SourceSpan span, std::string_view state, std::string_view chain,
                              std::string_view operation) {
  return error("E206", std::move(span),
               "state " + quoted(state) + " stands before its chain; a state is looked up after it",
               "write `" + std::string(chain) + ' ' + std::string(operation) + ' ' +
                   std::string(state) + "`");
}

Diagnostic membership_of_value(SourceSpan span) {
  return error("E206", std::move(span), "`in` asks for the states of a chain, but this is no chain",
               "compare numbers with `==` and join them by `or`");
}

Diagnostic list_expected(SourceSpan span, std::string_view text) {
  return error("E206", std::move(span), "`in` takes a list of states",
               "write `in [" + std::string(text) + "]`");
}

Diagnostic chain_argument_expected(SourceSpan span, std::string_view function,
                                   std::string_view form) {
  return error("E206", std::move(span), quoted(function) + " takes a name",
               "write `" + std::string(form) + "`");
}

Diagnostic dot_as_value(SourceSpan span, std::string_view chain, std::string_view state) {
  return error("E206", std::move(span),
               quoted(std::string(chain) + '.' + std::string(state)) + " is no number",
               "write `" + std::string(chain) + " == " + std::string(state) +
                   "`; a dot stands in `visits` and `count` alone");
}

Diagnostic not_finite(SourceSpan span, std::string_view text, double value) {
  return error("E207", std::move(span),
               quoted(text) + " is " + shortest(value) + "; a finite number is expected");
}

Diagnostic number_too_large(SourceSpan span, std::string_view text) {
  return error("E207", std::move(span),
               quoted(text) + " is beyond what a number can hold, about 1.8e308");
}

Diagnostic division_by_zero(SourceSpan span) {
  return error("E207", std::move(span), "division by zero");
}

Diagnostic chained_comparison(SourceSpan span, std::string hint) {
  return error("E208", std::move(span), "comparisons do not chain", std::move(hint));
}

Diagnostic mark_outside_effects(SourceSpan span, std::string_view mark) {
  return error("E209", std::move(span),
               quoted(mark) + " draws a number at a firing and is allowed in effects alone",
               "an uncertain number that is drawn once per path is a parameter");
}

Diagnostic temporal_outside_outcomes(SourceSpan span, std::string_view operation) {
  return error(
      "E209", std::move(span),
      quoted(operation) +
          " looks along the path and is allowed in `probability` and `given` of outcomes alone");
}

Diagnostic nested_temporal(SourceSpan span, std::string_view operation) {
  return error(
      "E209", std::move(span), quoted(operation) + " stands inside another temporal operator",
      "join temporal operators by `and`, `or`, `not`, or start a window with `after = first(...)`");
}

Diagnostic first_outside_after(SourceSpan span) {
  return error("E209", std::move(span), "`first` is a moment and stands only behind `after =`",
               "write `eventually(...)` for whether it comes");
}

Diagnostic window_not_constant(SourceSpan span, std::string_view argument) {
  return error("E210", std::move(span), quoted(argument) + " is expected to be a constant",
               argument == "after" ? "write a duration, a date, or `first(...)`"
                                   : "write a duration, as in `within = 6 months`");
}

Diagnostic window_negative(SourceSpan span, std::string_view argument, double value) {
  return error("E210", std::move(span),
               quoted(argument) + " is expected to be 0 or more, not " + shortest(value));
}

Diagnostic window_before_start(SourceSpan span, std::string_view date) {
  return error("E210", std::move(span),
               "the window opens before the scenario starts, on " + std::string(date));
}

Diagnostic expression_too_long(SourceSpan span, std::size_t bytes, std::size_t limit) {
  return error("E211", std::move(span),
               "the expression is too long: " + std::to_string(bytes) + " characters, at most " +
                   std::to_string(limit),
               "give its parts names under `let`");
}

Diagnostic nested_too_deep(SourceSpan span, std::size_t limit) {
  return error("E211", std::move(span),
               "the expression is nested too deep; the limit is " + std::to_string(limit),
               "give its parts names under `let`");
}

Diagnostic too_many_operators(SourceSpan span, std::size_t limit) {
  return error("E211", std::move(span),
               "too many operators in a row; the limit is " + std::to_string(limit),
               "give its parts names under `let`");
}

Diagnostic no_such_date(SourceSpan span, std::string_view date) {
  return error("E212", std::move(span), "there is no day " + quoted(date),
               "dates are written as `2026-12-31`; to subtract, put blanks around `-`");
}

Diagnostic date_misplaced(SourceSpan span, std::string_view date) {
  return error("E212", std::move(span),
               "date " + quoted(date) + " stands where no time is expected",
               "compare it with `time`, or use it behind `after =`");
}

Diagnostic date_without_calendar(SourceSpan span, std::string_view date) {
  return error(
      "E212", std::move(span),
      "date " + quoted(date) + " in a scenario without a calendar, where time is a plain number",
      "give `time` a `start`");
}

Diagnostic duration_without_calendar(SourceSpan span, std::string_view duration) {
  return error("E212", std::move(span),
               "duration " + quoted(duration) +
                   " in a scenario without a calendar, where time is a plain number",
               "write the number alone, or give `time` a `start`");
}

Diagnostic ambiguous_firing(SourceSpan span, std::string_view name,
                            const std::vector<std::string>& forms) {
  return error("E213", std::move(span),
               quoted(name) + " is the name of more than one event or transition",
               "name the chain: " + listed(forms));
}

Diagnostic impossible_argument(SourceSpan span, std::string_view function,
                               std::string_view requirement, std::string_view found) {
  return error(
      "E214", std::move(span),
      quoted(function) + " needs " + std::string(requirement) + "; found " + std::string(found));
}

}  // namespace detente::diagnostic::messages
