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
#include "scenario/place.hpp"
#include "scenario/syntax.hpp"

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

constexpr std::size_t max_reported_duplicates = 200;

/// What stops the parser: one diagnostic.
struct Stop {
  Diagnostic diagnostic;
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
    if (!is_new && ++duplicates_ <= max_reported_duplicates) {
      diagnostics_.add(messages::duplicate_key(node->span, node->text, first->second));
    }
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
  std::size_t duplicates_ = 0;
};

/// Reads a text without copying it.
class TextBuffer : public std::streambuf {
 public:
  explicit TextBuffer(const std::string& text) {
    char* begin = const_cast<char*>(text.data());  // A streambuf wants it so and does not write.
    setg(begin, begin, begin + text.size());
  }
};

}  // namespace

std::shared_ptr<const SourceText> make_source(std::string name, std::string text,
                                              std::optional<SourceSpan> included_from) {
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
  return std::make_shared<const SourceText>(std::move(name), std::move(unix),
                                            std::move(included_from));
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
      diagnostics.add(messages::empty_document(place_at(source, 0).span(1)));
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
      diagnostics.add(messages::empty_document(place_at(source, 0).span(1)));
      return nullptr;
    }
    for (const Diagnostic& diagnostic : found.sorted()) diagnostics.add(diagnostic);
    return root;
  } catch (const Stop& stop) {
    for (const Diagnostic& diagnostic : found.sorted()) diagnostics.add(diagnostic);
    diagnostics.add(stop.diagnostic);
  } catch (const YAML::Exception& exception) {
    for (const Diagnostic& diagnostic : found.sorted()) diagnostics.add(diagnostic);
    diagnostics.add(syntax_error(place_of(source, exception.mark), exception.msg));
  }
  return nullptr;
}

}  // namespace detente::scenario
