#pragma once

/// The tree of a YAML text, every part with its place.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "detente/diagnostic/source.hpp"

namespace detente::scenario {

struct Node;
/// Shared, because an alias is one node that several parents hold.
using NodePtr = std::shared_ptr<const Node>;

/// One `key: value` of a mapping.
struct Entry {
  std::string key;
  diagnostic::SourceSpan key_span;
  NodePtr value;
};

struct Node {
  enum class Kind { null, scalar, sequence, mapping };
  enum class Style {
    plain,   ///< scalar without quotes
    quoted,  ///< scalar in ' or "
    block,   ///< scalar after | or >; sequence or mapping by indentation
    flow,    ///< sequence in [], mapping in {}
  };
  Kind kind = Kind::null;
  Style style = Style::plain;
  std::string text;  ///< of a scalar, unescaped
  /// A scalar: its first character in the file, an opening quote or the indicator of a block scalar
  /// included. A list or mapping: its bracket, or the first entry. Null: the key it stands under.
  diagnostic::SourceSpan span;
  std::vector<NodePtr> items;  ///< of a sequence
  std::vector<Entry> entries;  ///< of a mapping, in file order, keys distinct
  std::size_t node_count = 1;  ///< of the whole subtree, aliases written out

  const Entry* find(std::string_view key) const {
    for (const Entry& entry : entries) {
      if (entry.key == key) return &entry;
    }
    return nullptr;
  }
};

/// Nodes that no file holds: for overrides.
NodePtr make_scalar(std::string text);
NodePtr make_sequence(std::vector<NodePtr> items);
NodePtr make_mapping(std::vector<Entry> entries);

}  // namespace detente::scenario
