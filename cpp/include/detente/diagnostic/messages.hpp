#pragma once

/// The wording of what can be wrong, one function per message: the problem and why it is one in
/// `message`, what to do about it in `hint`. Codes: E1xx document, E2xx expression, E3xx model,
/// E4xx run, W5xx warnings. Names, operators and texts of the user stand in backticks. A code names
/// a kind of mistake, several messages may share it.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "detente/diagnostic/diagnostic.hpp"

namespace detente::diagnostic::messages {

// E2xx: expressions

/// E201
Diagnostic unexpected_character(SourceSpan span, std::string_view character);
Diagnostic malformed_number(SourceSpan span, std::string_view text);
/// E202; `found`: the token as written, empty at the end of the expression.
Diagnostic unexpected_token(SourceSpan span, std::string_view found, std::string_view expected,
                            std::string hint = {});
/// E202: `a and not b` is right, `a + not b` is not.
Diagnostic not_after_operator(SourceSpan span);

/// E203
Diagnostic unknown_name(SourceSpan span, std::string_view name,
                        const std::vector<std::string>& known);
Diagnostic unknown_state(SourceSpan span, std::string_view name, std::string_view chain,
                         const std::vector<std::string>& states);
Diagnostic unknown_chain(SourceSpan span, std::string_view name, std::string_view function,
                         const std::vector<std::string>& chains);
Diagnostic unknown_firing(SourceSpan span, std::string_view name,
                          const std::vector<std::string>& known);
Diagnostic unknown_transition(SourceSpan span, std::string_view name, std::string_view chain,
                              const std::vector<std::string>& transitions);

/// E204
Diagnostic unknown_function(SourceSpan span, std::string_view name,
                            const std::vector<std::string>& functions);
Diagnostic name_called(SourceSpan span, std::string_view name);
Diagnostic function_without_call(SourceSpan span, std::string_view name,
                                 std::string_view arguments);

/// E205; `signature`: the function with the names of its arguments.
Diagnostic wrong_argument_count(SourceSpan span, std::string_view signature, std::size_t least,
                                std::size_t most, std::size_t found, std::string hint = {});
Diagnostic unknown_argument(SourceSpan span, std::string_view argument, std::string_view function,
                            const std::vector<std::string>& known);
Diagnostic repeated_argument(SourceSpan span, std::string_view argument, std::string_view function);

/// E206; `what`: the place, such as "the left side of `+`".
Diagnostic number_expected(SourceSpan span, std::string_view what, std::string_view found);
Diagnostic condition_expected(SourceSpan span, std::string_view what, std::string_view text);
Diagnostic state_formula_expected(SourceSpan span, std::string_view what);
Diagnostic formula_expected(SourceSpan span, std::string_view text);
Diagnostic chain_as_value(SourceSpan span, std::string_view chain, std::string_view state);
Diagnostic event_as_value(SourceSpan span, std::string_view event);
Diagnostic chain_with_value(SourceSpan span, std::string_view chain, std::string_view state);
Diagnostic chains_compared(SourceSpan span, std::string_view left, std::string_view right);
Diagnostic states_not_ordered(SourceSpan span, std::string_view chain, std::string_view operation);
Diagnostic state_before_chain(SourceSpan span, std::string_view state, std::string_view chain,
                              std::string_view operation);
Diagnostic membership_of_value(SourceSpan span);
Diagnostic list_expected(SourceSpan span, std::string_view text);
Diagnostic chain_argument_expected(SourceSpan span, std::string_view function,
                                   std::string_view form);
Diagnostic dot_as_value(SourceSpan span, std::string_view chain, std::string_view state);

/// E207
Diagnostic not_finite(SourceSpan span, std::string_view text, double value);
Diagnostic number_too_large(SourceSpan span, std::string_view text);
Diagnostic division_by_zero(SourceSpan span);

/// E208
Diagnostic chained_comparison(SourceSpan span, std::string hint);

/// E209
Diagnostic mark_outside_effects(SourceSpan span, std::string_view mark);
Diagnostic temporal_outside_outcomes(SourceSpan span, std::string_view operation);
Diagnostic nested_temporal(SourceSpan span, std::string_view operation);
Diagnostic first_outside_after(SourceSpan span);

/// E210
Diagnostic window_not_constant(SourceSpan span, std::string_view argument);
Diagnostic window_negative(SourceSpan span, std::string_view argument, double value);
Diagnostic window_before_start(SourceSpan span, std::string_view date);

/// E211
Diagnostic expression_too_long(SourceSpan span, std::size_t bytes, std::size_t limit);
Diagnostic nested_too_deep(SourceSpan span, std::size_t limit);
Diagnostic too_many_operators(SourceSpan span, std::size_t limit);

/// E212
Diagnostic no_such_date(SourceSpan span, std::string_view date);
Diagnostic date_misplaced(SourceSpan span, std::string_view date);
Diagnostic date_without_calendar(SourceSpan span, std::string_view date);
Diagnostic duration_without_calendar(SourceSpan span, std::string_view duration);

/// E213; `forms`: the names that are not ambiguous.
Diagnostic ambiguous_firing(SourceSpan span, std::string_view name,
                            const std::vector<std::string>& forms);

/// E214: an argument that no function of this name can have, such as a negative standard deviation.
Diagnostic impossible_argument(SourceSpan span, std::string_view function,
                               std::string_view requirement, std::string_view found);

}  // namespace detente::diagnostic::messages
