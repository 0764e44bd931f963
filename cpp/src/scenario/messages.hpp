#pragma once

/// The wording of what can be wrong with a document (E1xx) and with the model it states (E3xx).

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "detente/diagnostic/diagnostic.hpp"

namespace detente::scenario::messages {

using diagnostic::Diagnostic;
using diagnostic::SourceSpan;

/// E101 to E1xx and E3xx by hand: for messages that are said in one place only.
Diagnostic error(std::string code, SourceSpan span, std::string message, std::string hint = {});
Diagnostic warning(std::string code, SourceSpan span, std::string message, std::string hint = {});

/// "a", "a or b", "a, b or c", each in backticks.
std::string alternatives(const std::vector<std::string>& names);
/// The same with "and".
std::string enumeration(const std::vector<std::string>& names);
/// A number with the fewest digits that give it back.
std::string number(double value);
/// "line 3", with its file where that is not the file of `here`.
std::string line_of(const SourceSpan& place, const SourceSpan& here);
/// A text of the user in backticks, cut to a length that a message can hold.
std::string in_ticks(std::string_view text);

// The document
/// `reason`: what the YAML library says.
Diagnostic syntax(SourceSpan span, std::string_view reason);
Diagnostic tab_indents(SourceSpan span);
/// `opening`: the bracket or quote; `line`: where the text goes wrong.
Diagnostic not_closed(SourceSpan span, char opening, std::uint32_t line);
Diagnostic bracket_in_text(SourceSpan span, char bracket);
Diagnostic no_blank_after_colon(SourceSpan span);
Diagnostic text_after_quote(SourceSpan span);
Diagnostic indented_below_value(SourceSpan span);
Diagnostic not_utf8(SourceSpan span, unsigned char byte);
Diagnostic control_character(SourceSpan span, unsigned char byte);
Diagnostic too_large(SourceSpan span, std::size_t bytes);
Diagnostic too_deep(SourceSpan span);
Diagnostic too_many_nodes(SourceSpan span);
Diagnostic aliases_too_large(SourceSpan span);
Diagnostic alias_in_itself(SourceSpan span);
Diagnostic duplicate_key(SourceSpan span, std::string_view key, std::uint32_t first_line);
Diagnostic several_documents(SourceSpan span);
Diagnostic empty_document(SourceSpan span);
Diagnostic key_not_text(SourceSpan span);
Diagnostic unknown_tag(SourceSpan span, std::string_view tag);
Diagnostic cut_at_comma(SourceSpan span, std::string_view text);

// Keys and kinds
Diagnostic unknown_key(SourceSpan span, std::string_view key, std::string_view where,
                       const std::vector<std::string>& known);
/// A key that stands where the entries of the empty `above` should.
Diagnostic unindented_key(SourceSpan span, std::string_view key, std::string_view where,
                          std::string_view above);
/// A key that belongs into one of `owners`.
Diagnostic misplaced_key(SourceSpan span, std::string_view key, std::string_view where,
                         const std::vector<std::string>& owners);
Diagnostic missing_key(SourceSpan span, std::string_view where,
                       const std::vector<std::string>& wanted, std::string_view example);
Diagnostic no_value(SourceSpan span, std::string_view key, std::string_view example);
Diagnostic several_of(SourceSpan span, std::string_view where,
                      const std::vector<std::string>& found,
                      const std::vector<std::string>& allowed);
Diagnostic wrong_kind(SourceSpan span, std::string_view what, std::string_view expected,
                      std::string_view found, std::string hint = {});

// Names
Diagnostic unknown_name(SourceSpan span, std::string_view kind, std::string_view name,
                        const std::vector<std::string>& known);
Diagnostic unknown_state(SourceSpan span, std::string_view chain, std::string_view name,
                         const std::vector<std::string>& states);
Diagnostic duplicate_name(SourceSpan span, std::string_view name, std::string_view kind,
                          std::string_view first_kind, const SourceSpan& first);
Diagnostic bad_name(SourceSpan span, std::string_view name, std::string_view kind);
Diagnostic reserved_name(SourceSpan span, std::string_view name, std::string_view kind);

}  // namespace detente::scenario::messages
