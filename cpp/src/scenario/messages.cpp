#include "scenario/messages.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "detente/diagnostic/suggestion.hpp"

namespace detente::scenario::messages {

using diagnostic::Severity;

Diagnostic error(std::string code, SourceSpan span, std::string message, std::string hint) {
  return {std::move(code), Severity::error, std::move(span), std::move(message), std::move(hint)};
}

Diagnostic warning(std::string code, SourceSpan span, std::string message, std::string hint) {
  return {std::move(code), Severity::warning, std::move(span), std::move(message), std::move(hint)};
}

namespace {

std::string joined(const std::vector<std::string>& names, const char* last) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? last : ", ";
    text += "`" + names[i] + "`";
  }
  return text;
}

std::string hex(unsigned char byte) {
  constexpr const char* digits = "0123456789ABCDEF";
  return {digits[byte >> 4], digits[byte & 15]};
}

}  // namespace

std::string alternatives(const std::vector<std::string>& names) { return joined(names, " or "); }
std::string enumeration(const std::vector<std::string>& names) { return joined(names, " and "); }

std::string number(double value) {
  if (std::isnan(value)) return "not a number";
  std::array<char, 32> buffer{};
  const auto [end, status] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end};
}

std::string line_of(const SourceSpan& place, const SourceSpan& here) {
  std::string line = "line " + std::to_string(place.line);
  if (place.source && place.source != here.source) line += " of " + place.source->name();
  return line;
}

std::string in_ticks(std::string_view text) {
  constexpr std::size_t longest = 60;
  std::string out = "`";
  std::size_t end = std::min(text.size(), text.find('\n'));
  if (end > longest) {
    end = longest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
  }
  out += text.substr(0, end);
  if (end < text.size()) out += "...";
  return out + "`";
}

namespace {

struct Wording {
  std::string_view reason;  ///< begins the YAML library's text
  const char* message;
  const char* hint;
};

/// What the YAML library says, and what we say. The first row whose reason begins its text counts.
constexpr Wording syntax_wordings[] = {
    {"end of map flow not found", "the mapping in `{...}` is not closed where this stands",
     "close it with `}`, part its entries by commas, and put quotes around a text that holds a "
     "comma, a colon, "
     "brackets or braces"},
    {"end of sequence flow not found", "the list in `[...]` is not closed where this stands",
     "close it with `]`, part its items by commas, and put quotes around a text that holds a "
     "comma, a colon or "
     "brackets"},
    {"end of map not found", "this does not fit into the mapping that it stands in",
     "entries of one mapping begin in the same column, each as `key: value`"},
    {"end of sequence not found", "this does not fit into the list that it stands in",
     "items of one list begin in the same column, each with `- `"},
    {"illegal tab", "a tab indents this line, which YAML does not allow", "indent with spaces"},
    {"illegal map value", "a second `: ` in one entry",
     "put quotes around a text that holds `: `, and one entry on a line"},
    {"illegal map key", "a key cannot begin here", "check the indentation of this line"},
    {"illegal block entry", "a list item cannot begin here",
     "check the indentation; inside `[...]` items are parted by commas"},
    {"illegal flow end", "a closing bracket without an opening one",
     "remove it, or put quotes around the text that it belongs to"},
    {"illegal EOF in scalar", "the text ends inside quotes", "close the quotes"},
    {"illegal document indicator", "`---` or `...` inside a quoted text", "close the quotes"},
    {"unknown escape character", "unknown escape in a text in double quotes",
     "write `\\\\` for a backslash, or use single quotes"},
    {"bad character found while scanning hex", "a bad number in an escape",
     "escapes are `\\xNN`, `\\uNNNN` or `\\UNNNNNNNN` with hexadecimal digits"},
    {"invalid unicode", "an escape names a character that does not exist", ""},
    {"the referenced anchor is not defined", "this alias has no anchor",
     "an alias `*name` repeats what is marked `&name` further up"},
    {"alias not found after", "`*` begins an alias, and no name follows",
     "put quotes around a text that begins with `*`"},
    {"anchor not found after", "`&` begins an anchor, and no name follows",
     "put quotes around a text that begins with `&`"},
    {"illegal character found while scanning alias", "a character that a YAML alias cannot hold",
     "put quotes around a text that begins with `*`"},
    {"illegal character found while scanning anchor", "a character that a YAML anchor cannot hold",
     "put quotes around a text that begins with `&`"},
    {"cannot assign multiple", "two anchors or tags before one value", "keep one"},
    {"aliases can't have any content", "an alias with something behind it",
     "an alias stands alone"},
    {"cannot set zero indentation", "a block text cannot have indentation 0", "remove the digit"},
    {"unexpected character in block scalar", "something stands behind `|` or `>`",
     "begin the text on the next line, indented"},
    {"unknown token", "a text cannot begin with this character", "put quotes around the text"},
};

}  // namespace

Diagnostic syntax(SourceSpan span, std::string_view reason) {
  for (const Wording& wording : syntax_wordings) {
    if (reason.substr(0, wording.reason.size()) == wording.reason) {
      return error("E101", std::move(span), wording.message, wording.hint);
    }
  }
  return error("E101", std::move(span), "this is not YAML: " + std::string(reason));
}

Diagnostic tab_indents(SourceSpan span) {
  return error("E101", std::move(span), "a tab indents this line, which YAML does not allow",
               "indent with spaces");
}

Diagnostic not_closed(SourceSpan span, char opening, std::uint32_t line) {
  const bool quote = opening == '"' || opening == '\'';
  const std::string found = std::to_string(line);
  std::string message = quote
                            ? "this quote is not closed; the text after it is read as a part of it"
                            : "this `" + std::string(1, opening) +
                                  "` is not closed; the text goes wrong on line " + found;
  std::string hint = quote ? "close it on the same line"
                           : "close it with `" + std::string(opening == '{' ? "}" : "]") + "`";
  return error("E101", std::move(span), std::move(message), std::move(hint));
}

Diagnostic bracket_in_text(SourceSpan span, char bracket) {
  return error("E101", std::move(span),
               "inside `{...}` or `[...]` a text without quotes cannot hold `" +
                   std::string(1, bracket) + "`",
               "put quotes around the whole expression");
}

Diagnostic no_blank_after_colon(SourceSpan span) {
  return error("E101", std::move(span), "a blank is missing after this colon",
               "write `key: value`");
}

Diagnostic text_after_quote(SourceSpan span) {
  return error("E101", std::move(span), "a text in quotes ends before this, and more follows",
               "inside double quotes write `\\\"` for a quote; states need no quotes, as in "
               "`conflict == war`");
}

Diagnostic indented_below_value(SourceSpan span) {
  return error("E101", std::move(span),
               "this line is indented more than the line above, which has its value already",
               "entries of one mapping begin in the same column");
}

Diagnostic not_utf8(SourceSpan span, unsigned char byte) {
  return error("E102", std::move(span),
               "this is not UTF-8 text: byte 0x" + hex(byte) + " cannot stand here",
               "save the file with encoding UTF-8");
}

Diagnostic control_character(SourceSpan span, unsigned char byte) {
  return error("E103", std::move(span), "control character U+00" + hex(byte) + " in the text",
               byte == 0 ? "this may be a binary file, or one in UTF-16; save it as UTF-8 text"
                         : "delete it");
}

Diagnostic too_large(SourceSpan span, std::size_t bytes) {
  return error(
      "E104", std::move(span),
      "a scenario may have 4 MiB (4194304 bytes), and this has " + std::to_string(bytes) + " bytes",
      "data columns belong in CSV files, read by `empirical: {file, column}`");
}

Diagnostic too_deep(SourceSpan span) {
  return error("E105", std::move(span), "lists and mappings more than 64 levels inside one another",
               "a scenario needs fewer than ten; look for an unclosed `[` or `{`");
}

Diagnostic too_many_nodes(SourceSpan span) {
  return error("E106", std::move(span), "more than 200000 values in one scenario",
               "data columns belong in CSV files, read by `empirical: {file, column}`");
}

Diagnostic aliases_too_large(SourceSpan span) {
  return error("E107", std::move(span),
               "aliases (`*name`) stand for more than 10000 values when they are written out",
               "use fewer aliases inside what other aliases repeat");
}

Diagnostic alias_in_itself(SourceSpan span) {
  return error("E107", std::move(span), "this alias stands inside the value that it repeats",
               "write out what should stand here");
}

Diagnostic duplicate_key(SourceSpan span, std::string_view key, std::uint32_t first_line) {
  return error("E108", std::move(span),
               "key " + in_ticks(key) + " stands twice in one mapping, first on line " +
                   std::to_string(first_line),
               "remove or rename one of the two");
}

Diagnostic several_documents(SourceSpan span) {
  return error("E109", std::move(span),
               "a second YAML document begins here; a file holds one scenario",
               "remove `---`, or put the second scenario into a file of its own");
}

Diagnostic empty_document(SourceSpan span) {
  return error("E110", std::move(span), "the scenario is empty",
               "begin with `detente: 1` and the sections `time`, `chains` and `outcomes`");
}

Diagnostic key_not_text(SourceSpan span) {
  return error("E111", std::move(span), "a key must be a plain text, not a list or a mapping",
               "put quotes around a key that begins with `[` or `{`");
}

Diagnostic unknown_tag(SourceSpan span, std::string_view tag) {
  return error("E112", std::move(span), "scenarios use no YAML tags, and this is " + in_ticks(tag),
               "remove it; put quotes around a text that begins with `!`");
}

Diagnostic cut_at_comma(SourceSpan span, std::string_view text) {
  return error("E113", std::move(span),
               "inside `{...}` a comma ends a text without quotes, here after " + in_ticks(text),
               "put quotes around the whole text");
}

Diagnostic unknown_key(SourceSpan span, std::string_view key, std::string_view where,
                       const std::vector<std::string>& known) {
  return error("E120", std::move(span),
               "unknown key " + in_ticks(key) + " in " + std::string(where),
               diagnostic::did_you_mean(key, known, "keys here: " + enumeration(known)));
}

Diagnostic unindented_key(SourceSpan span, std::string_view key, std::string_view where,
                          std::string_view above) {
  return error("E120", std::move(span),
               "unknown key " + in_ticks(key) + " in " + std::string(where),
               "indent it by two blanks if it belongs to " + in_ticks(above) + ", which is empty");
}

Diagnostic misplaced_key(SourceSpan span, std::string_view key, std::string_view where,
                         const std::vector<std::string>& owners) {
  return error("E120", std::move(span),
               "unknown key " + in_ticks(key) + " in " + std::string(where),
               "it belongs into one of its parts, such as " + alternatives(owners) + ": `" +
                   owners.front() + ": {" + std::string(key) + ": ...}`");
}

namespace {

std::string for_example(std::string_view key, std::string_view example) {
  if (example.empty()) return {};
  return "for example `" + std::string(key) + ": " + std::string(example) + "`";
}

}  // namespace

Diagnostic missing_key(SourceSpan span, std::string_view where,
                       const std::vector<std::string>& wanted, std::string_view example) {
  return error(
      "E121", std::move(span),
      std::string(where) + " lacks " + (wanted.size() > 1 ? "one of " : "") + alternatives(wanted),
      wanted.size() == 1 ? for_example(wanted.front(), example) : std::string());
}

Diagnostic no_value(SourceSpan span, std::string_view key, std::string_view example) {
  return error("E124", std::move(span), in_ticks(key) + " has no value", for_example(key, example));
}

Diagnostic several_of(SourceSpan span, std::string_view where,
                      const std::vector<std::string>& found,
                      const std::vector<std::string>& allowed) {
  return error("E122", std::move(span),
               std::string(where) + " has " + enumeration(found) + ", which exclude one another",
               "keep one of " + alternatives(allowed));
}

Diagnostic wrong_kind(SourceSpan span, std::string_view what, std::string_view expected,
                      std::string_view found, std::string hint) {
  return error("E123", std::move(span),
               std::string(what) + " should be " + std::string(expected) + ", and this is " +
                   std::string(found),
               std::move(hint));
}

namespace {

std::string first_of(const std::vector<std::string>& names) {
  constexpr std::size_t shown = 12;
  const std::vector<std::string> first(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(shown, names.size())));
  return enumeration(first) + (names.size() > shown ? " ..." : "");
}

}  // namespace

Diagnostic unknown_state(SourceSpan span, std::string_view chain, std::string_view name,
                         const std::vector<std::string>& states) {
  return error("E304", std::move(span),
               "unknown state " + in_ticks(name) + " of the chain " + in_ticks(chain),
               diagnostic::did_you_mean(name, states, "its states are " + first_of(states)));
}

Diagnostic unknown_name(SourceSpan span, std::string_view kind, std::string_view name,
                        const std::vector<std::string>& known) {
  std::string otherwise = "there is no " + std::string(kind) + " in this scenario";
  if (!known.empty()) otherwise = "known: " + first_of(known);
  return error("E304", std::move(span), "unknown " + std::string(kind) + " " + in_ticks(name),
               diagnostic::did_you_mean(name, known, otherwise));
}

Diagnostic duplicate_name(SourceSpan span, std::string_view name, std::string_view kind,
                          std::string_view first_kind, const SourceSpan& first) {
  std::string message = std::string(kind) + " " + in_ticks(name) + " has the name of ";
  message += "a " + std::string(first_kind);
  if (first.line > 0) message += " on " + line_of(first, span);
  return error("E301", std::move(span), message,
               "parameters, levers, variables, shared expressions, chains, seasons and events "
               "share one set of "
               "names; rename one of the two");
}

Diagnostic bad_name(SourceSpan span, std::string_view name, std::string_view kind) {
  return error("E302", std::move(span),
               in_ticks(name) + " cannot be the name of a " + std::string(kind),
               "a name is a letter or `_`, then letters, digits and `_`, without accents");
}

Diagnostic reserved_name(SourceSpan span, std::string_view name, std::string_view kind) {
  return error("E303", std::move(span),
               in_ticks(name) + " is a word of the language and cannot be the name of a " +
                   std::string(kind),
               "choose another name");
}

}  // namespace detente::scenario::messages
