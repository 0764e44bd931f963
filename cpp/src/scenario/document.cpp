#include "scenario/document.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <map>
#include <optional>
#include <streambuf>
#include <unordered_map>
#include <utility>

#include "scenario/messages.hpp"

namespace detente::scenario {

using diagnostic::Diagnostic;
using diagnostic::Diagnostics;
using diagnostic::SourceSpan;
using diagnostic::SourceText;

NodePtr make_scalar(std::string text) {
  auto node = std::make_shared<Node>();
  node->kind = Node::Kind::scalar;
  node->text = std::move(text);
  return node;
}

NodePtr make_sequence(std::vector<NodePtr> items) {
  auto node = std::make_shared<Node>();
  node->kind = Node::Kind::sequence;
  for (const NodePtr& item : items) node->node_count += item->node_count;
  node->items = std::move(items);
  return node;
}

NodePtr make_mapping(std::vector<Entry> entries) {
  auto node = std::make_shared<Node>();
  node->kind = Node::Kind::mapping;
  for (const Entry& entry : entries) node->node_count += 1 + entry.value->node_count;
  node->entries = std::move(entries);
  return node;
}

namespace {

/// What stops the parser: one diagnostic.
struct Stop {
  Diagnostic diagnostic;
};

std::uint32_t code_points(std::string_view bytes) {
  return static_cast<std::uint32_t>(std::count_if(bytes.begin(), bytes.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
  }));
}

/// A place in a text from the 0-based line and byte of the YAML library's marks.
struct Place {
  std::shared_ptr<const SourceText> source;
  std::uint32_t line = 1;  ///< from 1
  std::size_t byte = 0;    ///< in the line

  std::string_view rest() const {
    const std::string_view text = source->line(line);
    return text.substr(std::min(byte, text.size()));
  }
  SourceSpan span(std::size_t bytes) const {
    const std::string_view text = source->line(line);
    const std::size_t begin = std::min(byte, text.size());
    SourceSpan span;
    span.source = source;
    span.line = line;
    span.column = code_points(text.substr(0, begin)) + 1;
    span.length = std::max<std::uint32_t>(1, code_points(text.substr(begin, bytes)));
    return span;
  }
};

Place place_of(const std::shared_ptr<const SourceText>& source, const YAML::Mark& mark) {
  Place place;
  place.source = source;
  place.line = static_cast<std::uint32_t>(std::max(mark.line, 0)) + 1;
  place.byte = static_cast<std::size_t>(std::max(mark.column, 0));
  const auto last = static_cast<std::uint32_t>(std::max<std::size_t>(source->line_count(), 1));
  if (place.line > last) {
    place.line = last;
    place.byte = source->line(last).size();
  }
  return place;
}

/// Past the anchor and the tag that may stand before a node.
Place after_properties(Place place) {
  std::string_view rest = place.rest();
  while (!rest.empty() && (rest.front() == '&' || rest.front() == '!')) {
    const std::size_t end = rest.find_first_of(" \t");
    const std::size_t next = end == rest.npos ? rest.npos : rest.find_first_not_of(" \t", end);
    if (next == rest.npos) return place;
    place.byte += next;
    rest = place.rest();
  }
  return place;
}

/// Bytes of a quoted scalar on its first line, quotes included.
std::size_t quoted_bytes(std::string_view rest) {
  const char quote = rest.front();
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (quote == '"' && rest[i] == '\\') {
      ++i;
    } else if (rest[i] == quote) {
      if (quote == '\'' && i + 1 < rest.size() && rest[i + 1] == quote) {
        ++i;
      } else {
        return i + 1;
      }
    }
  }
  return rest.size();
}

/// Bytes of a plain scalar on its first line: as long as text and line agree.
std::size_t plain_bytes(std::string_view rest, std::string_view text) {
  std::size_t i = 0;
  while (i < rest.size() && i < text.size() && rest[i] == text[i]) ++i;
  return i;
}

/// Open brackets less closed ones.
int open_brackets(std::string_view text) {
  int open = 0;
  for (const char c : text) {
    open += static_cast<int>(c == '(' || c == '[') - static_cast<int>(c == ')' || c == ']');
  }
  return open;
}

/// Builds the tree from the events of the YAML library.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::shared_ptr<const SourceText> source, Diagnostics& diagnostics)
      : source_(std::move(source)), diagnostics_(diagnostics) {}

  NodePtr root() const { return root_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto node = std::make_shared<Node>();
    const Place place = after_properties(place_of(source_, mark));
    const bool written = written_null(place.rest());  // Else the mark is that of what follows.
    node->span = place.span(written && place.rest().front() != '~' ? 4 : 1);
    if (!written && !open_.empty() && open_.back().key) node->span = open_.back().key->span;
    finish(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const SourceSpan span = place_of(source_, mark).span(1);
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {  // An alias inside the node that it names.
      throw Stop{messages::alias_in_itself(span)};
    }
    alias_nodes_ += found->second->node_count;
    if (alias_nodes_ > max_alias_nodes) throw Stop{messages::aliases_too_large(span)};
    attach(found->second);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(place_of(source_, mark), tag);
    const Place place = after_properties(place_of(source_, mark));
    auto node = std::make_shared<Node>();
    node->kind = Node::Kind::scalar;
    node->text = value;
    const std::string_view rest = place.rest();
    if (tag == "!" && !rest.empty() && (rest.front() == '"' || rest.front() == '\'')) {
      node->style = Node::Style::quoted;
      node->span = place.span(quoted_bytes(rest));
    } else if (tag == "!") {
      node->style = Node::Style::block;
      node->span = place.span(1);
    } else {
      node->span = place.span(plain_bytes(rest, value));
    }
    finish(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(mark, tag, anchor, style, Node::Kind::sequence);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(mark, tag, anchor, style, Node::Kind::mapping);
  }
  void OnMapEnd() override {
    report_cut_texts(*open_.back().node);
    close();
  }

 private:
  struct Open {
    std::shared_ptr<Node> node;
    YAML::anchor_t anchor = 0;
    std::shared_ptr<const Node> key;                       ///< read, its value not yet
    bool duplicate = false;                                ///< that key has been there before
    std::unordered_map<std::string, std::uint32_t> lines;  ///< of the keys
  };

  static bool written_null(std::string_view rest) {
    return rest.substr(0, 1) == "~" || rest.substr(0, 4) == "null" || rest.substr(0, 4) == "Null" ||
           rest.substr(0, 4) == "NULL";
  }

  static void refuse_tag(const Place& place, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") {
      const std::string_view rest = place.rest();
      const std::string_view written = rest.substr(0, rest.find(' '));
      throw Stop{messages::unknown_tag(place.span(written.size()), written)};
    }
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YAML::EmitterStyle::value style, Node::Kind kind) {
    refuse_tag(place_of(source_, mark), tag);
    const Place place = after_properties(place_of(source_, mark));
    if (open_.size() >= max_document_nesting) throw Stop{messages::too_deep(place.span(1))};
    Open next;
    next.node = std::make_shared<Node>();
    next.node->kind = kind;
    next.node->style = style == YAML::EmitterStyle::Flow ? Node::Style::flow : Node::Style::block;
    next.node->span = place.span(1);
    next.anchor = anchor;
    open_.push_back(std::move(next));
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    Node& node = *done.node;
    if (node.style == Node::Style::block && !node.entries.empty()) {
      node.span = node.entries.front().key_span;
    }
    finish(std::move(done.node), done.anchor);
  }

  void finish(std::shared_ptr<const Node> node, YAML::anchor_t anchor) {
    if (++nodes_ > max_nodes) throw Stop{messages::too_many_nodes(node->span)};
    if (anchor != 0) anchors_[anchor] = node;
    attach(std::move(node));
  }

  /// Hands a finished node to the list or mapping that is open.
  void attach(std::shared_ptr<const Node> node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node->kind == Node::Kind::sequence) {
      parent.node->node_count += node->node_count;
      parent.node->items.push_back(std::move(node));
    } else if (!parent.key) {
      take_key(parent, std::move(node));
    } else {
      parent.node->node_count += 1 + node->node_count;
      if (!parent.duplicate) {
        parent.node->entries.push_back({parent.key->text, parent.key->span, std::move(node)});
      }
      parent.key = nullptr;
    }
  }

  void take_key(Open& parent, std::shared_ptr<const Node> node) {
    if (node->kind != Node::Kind::scalar) throw Stop{messages::key_not_text(node->span)};
    const auto [first, is_new] = parent.lines.emplace(node->text, node->span.line);
    parent.duplicate = !is_new;
    if (!is_new) diagnostics_.add(messages::duplicate_key(node->span, node->text, first->second));
    parent.key = std::move(node);
  }

  /// `{drift: if(a, 1, 0)}`: inside braces a comma ends the text, and `1` becomes a key of its own.
  void report_cut_texts(const Node& mapping) {
    if (mapping.style != Node::Style::flow) return;
    const std::vector<Entry>& entries = mapping.entries;
    for (std::size_t i = 0; i + 1 < entries.size(); ++i) {
      const Node& value = *entries[i].value;
      if (value.kind == Node::Kind::scalar && value.style == Node::Style::plain &&
          open_brackets(value.text) > 0 && entries[i + 1].value->kind == Node::Kind::null) {
        throw Stop{messages::cut_at_comma(value.span, value.text)};
      }
    }
  }

  std::shared_ptr<const SourceText> source_;
  Diagnostics& diagnostics_;
  NodePtr root_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, NodePtr> anchors_;
  std::size_t nodes_ = 0;
  std::size_t alias_nodes_ = 0;
};

/// Length of the UTF-8 sequence at `i`, 0 when it is not one (overlong forms and surrogates are not).
std::size_t utf8_length(std::string_view text, std::size_t i) {
  const auto at = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned char lead = at(i);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || i + length > text.size()) return 0;
  for (std::size_t k = 1; k < length; ++k) {
    if ((at(i + k) & 0xC0u) != 0x80u) return 0;
  }
  const unsigned char second = at(i + 1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
      (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
    return 0;
  }
  return length;
}

/// A span of one character at a byte of the whole text.
SourceSpan span_at(const std::shared_ptr<const SourceText>& source, std::size_t offset) {
  const std::string& text = source->text();
  Place place;
  place.source = source;
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(offset);
  place.line = static_cast<std::uint32_t>(std::count(text.begin(), end, '\n')) + 1;
  const std::size_t line_end = offset == 0 ? text.npos : text.rfind('\n', offset - 1);
  place.byte = line_end == text.npos ? offset : offset - line_end - 1;
  return place.span(1);
}

/// Nothing but characters that YAML allows, and no run of open brackets that would make the parser look ahead
/// over the whole text.
std::optional<Diagnostic> unreadable(const std::shared_ptr<const SourceText>& source) {
  const std::string& text = source->text();
  if (text.size() > max_file_bytes) {
    return messages::too_large(span_at(source, 0), text.size());
  }
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = utf8_length(text, i);
    if (length == 0) return messages::not_utf8(span_at(source, i), byte);
    if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F) {
      return messages::control_character(span_at(source, i), byte);
    }
    if (byte == '[' || byte == '{') {
      if (++depth > 8 * max_document_nesting) return messages::too_deep(span_at(source, i));
    } else if ((byte == ']' || byte == '}') && depth > 0) {
      --depth;
    }
    i += length;
  }
  return std::nullopt;
}

/// Reads a text without copying it.
class TextBuffer : public std::streambuf {
 public:
  explicit TextBuffer(const std::string& text) {
    char* begin = const_cast<char*>(text.data());  // A streambuf wants it so and does not write.
    setg(begin, begin, begin + text.size());
  }
};

/// A bracket or quote that is open at the end of a text.
struct Opening {
  char character = '\0';
  std::size_t offset = 0;
};

/// The innermost one, as far as this can be told without parsing: quotes count where a value can begin.
std::optional<Opening> innermost_opening(std::string_view text) {
  std::vector<Opening> open;
  char before = '\n';  // the last character that is not a blank
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool at_blank = i == 0 || text[i - 1] == ' ' || text[i - 1] == '\n';
    if (c == '#' && at_blank) {
      i = std::min(text.find('\n', i), text.size()) - 1;
      continue;
    }
    if ((c == '"' || c == '\'') &&
        std::string_view(":,[{-\n").find(before) != std::string_view::npos) {
      const std::size_t length = quoted_bytes(text.substr(i));
      if (length < 2 || text[i + length - 1] != c) return Opening{c, i};
      i += length - 1;
    } else if (c == '[' || c == '{') {
      open.push_back({c, i});
    } else if ((c == ']' || c == '}') && !open.empty()) {
      open.pop_back();
    }
    if (c != ' ') before = c;
  }
  if (open.empty()) return std::nullopt;
  return open.back();
}

std::size_t offset_of(const std::string& text, const Place& place) {
  std::size_t at = 0;
  for (std::uint32_t line = 1; line < place.line; ++line) at = text.find('\n', at) + 1;
  return std::min(at + place.byte, text.size());
}

/// The line above with something on it, 0: none.
std::uint32_t line_above(const SourceText& source, std::uint32_t line) {
  while (--line > 0) {
    if (source.line(line).find_first_not_of(" \t") != std::string_view::npos) return line;
  }
  return 0;
}

/// `illegal map value`: most often the line above lacks a blank or this one stands too far right.
std::optional<Diagnostic> misplaced_entry(const std::shared_ptr<const SourceText>& source,
                                          std::uint32_t line) {
  Place above;
  above.source = source;
  above.line = line_above(*source, line);
  if (above.line == 0) return std::nullopt;
  const std::string_view text = source->line(above.line);
  const std::size_t first = text.find_first_not_of(' ');
  const std::size_t colon = text.find(':');
  if (colon != text.npos && colon + 1 < text.size() && text[colon + 1] != ' ' &&
      text.find(": ") == text.npos) {
    above.byte = colon;
    return messages::no_blank_after_colon(above.span(1));
  }
  const std::size_t indent = source->line(line).find_first_not_of(' ');
  if (indent != text.npos && first != text.npos && indent > first && text.back() != ':') {
    Place here;
    here.source = source;
    here.line = line;
    here.byte = indent;
    return messages::indented_below_value(here.span(1));
  }
  return std::nullopt;
}

Diagnostic syntax_error(const std::shared_ptr<const SourceText>& source,
                        const YAML::Exception& exception) {
  Place place = place_of(source, exception.mark);
  const std::string_view line = source->line(place.line);
  const std::size_t tab = line.find('\t');
  if (tab != line.npos && tab == line.find_first_not_of(' ')) {
    place.byte = tab;
    return messages::tab_indents(place.span(1));
  }
  const std::string& reason = exception.msg;
  if (reason.rfind("illegal map value", 0) == 0) {
    if (auto misplaced = misplaced_entry(source, place.line)) return *misplaced;
  }
  const bool is_open = reason.find("flow not found") != reason.npos ||
                       reason.rfind("illegal EOF", 0) == 0 || reason.rfind("illegal map", 0) == 0;
  const std::string& text = source->text();
  const auto opening =
      is_open ? innermost_opening(std::string_view(text).substr(0, offset_of(text, place)))
              : std::nullopt;
  if (opening) {
    const SourceSpan span = span_at(source, opening->offset);
    const std::string_view rest = place.rest();
    if (span.line != place.line || opening->character == '"' || opening->character == '\'') {
      return messages::not_closed(span, opening->character, place.line);
    }
    if (!rest.empty() && (rest.front() == '[' || rest.front() == '{')) {
      return messages::bracket_in_text(place.span(1), rest.front());
    }
  }
  return messages::syntax(place.span(1), reason);
}

}  // namespace

std::shared_ptr<const SourceText> make_source(std::string name, std::string text) {
  if (text.rfind("\xEF\xBB\xBF", 0) == 0) text.erase(0, 3);
  std::string unix;
  unix.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      unix += text[i];
    } else if (i + 1 >= text.size() || text[i + 1] != '\n') {
      unix += '\n';
    }
  }
  return std::make_shared<const SourceText>(std::move(name), std::move(unix));
}

NodePtr parse_document(std::shared_ptr<const SourceText> source, Diagnostics& diagnostics) {
  if (auto problem = unreadable(source)) {
    diagnostics.add(std::move(*problem));
    return nullptr;
  }
  Diagnostics found;
  TreeBuilder builder(source, found);
  try {
    TextBuffer buffer(source->text());
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder) || !builder.root()) {
      diagnostics.add(messages::empty_document(span_at(source, 0)));
      return nullptr;
    }
    const NodePtr root = builder.root();
    struct Second : TreeBuilder {
      using TreeBuilder::TreeBuilder;
      void OnDocumentStart(const YAML::Mark& mark) override { start = mark; }
      YAML::Mark start;
    } second(source, found);
    if (parser.HandleNextDocument(second)) {
      diagnostics.add(messages::several_documents(place_of(source, second.start).span(3)));
      return nullptr;
    }
    if (root->kind == Node::Kind::null) {
      diagnostics.add(messages::empty_document(span_at(source, 0)));
      return nullptr;
    }
    for (const Diagnostic& diagnostic : found.sorted()) diagnostics.add(diagnostic);
    return root;
  } catch (const Stop& stop) {
    for (const Diagnostic& diagnostic : found.sorted()) diagnostics.add(diagnostic);
    diagnostics.add(stop.diagnostic);
  } catch (const YAML::Exception& exception) {
    for (const Diagnostic& diagnostic : found.sorted()) diagnostics.add(diagnostic);
    diagnostics.add(syntax_error(source, exception));
  }
  return nullptr;
}

}  // namespace detente::scenario
