#include "scenario/emit.hpp"

#include <algorithm>
#include <array>

namespace detente::scenario {

namespace {

constexpr std::size_t longest_flow = 90;  ///< bytes of a value that is written on one line
constexpr int block_levels = 2;           ///< of mappings that are never written on one line

bool is_plain(std::string_view text) {
  constexpr std::array<std::string_view, 5> nulls{"", "~", "null", "Null", "NULL"};
  if (std::find(nulls.begin(), nulls.end(), text) != nulls.end() || text.back() == ' ')
    return false;
  const auto alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  const bool negative =
      text.size() > 1 && text[0] == '-' && (alphanumeric(text[1]) || text[1] == '(');
  if (!alphanumeric(text[0]) && text[0] != '(' && text[0] != '.' && !negative) return false;
  if (text.substr(0, 3) == "...") return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return alphanumeric(c) || std::string_view(" .+-*/^()<>=%;").find(c) != std::string_view::npos;
  });
}

std::string in_quotes(std::string_view text) {
  constexpr const char* digits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\x";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

void append_flow(const Node& node, std::string& out) {
  if (node.kind == Node::Kind::null) {
    out += "null";
  } else if (node.kind == Node::Kind::scalar) {
    out += scalar_yaml(node.text);
  } else if (node.kind == Node::Kind::sequence) {
    out += '[';
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      if (i > 0) out += ", ";
      append_flow(*node.items[i], out);
    }
    out += ']';
  } else {
    out += '{';
    for (std::size_t i = 0; i < node.entries.size(); ++i) {
      if (i > 0) out += ", ";
      out += scalar_yaml(node.entries[i].key) + ": ";
      append_flow(*node.entries[i].value, out);
    }
    out += '}';
  }
}

void append_block(const Node& node, std::size_t indent, int level, std::string& out);

/// What stands behind `key:` or `-`: on the line where it fits, else indented below.
void append_value(const Node& node, std::size_t indent, int level, std::string& out) {
  const bool nested = (node.kind == Node::Kind::mapping && !node.entries.empty()) ||
                      (node.kind == Node::Kind::sequence && !node.items.empty());
  if (!nested || level >= block_levels) {
    const std::string flow = flow_yaml(node);
    if (!nested || flow.size() <= longest_flow) {
      out += ' ' + flow + '\n';
      return;
    }
  }
  out += '\n';
  append_block(node, indent + 2, level, out);
}

void append_block(const Node& node, std::size_t indent, int level, std::string& out) {
  const std::string blanks(indent, ' ');
  for (const Entry& entry : node.entries) {
    out += blanks + scalar_yaml(entry.key) + ':';
    append_value(*entry.value, indent, level + 1, out);
  }
  for (const NodePtr& item : node.items) {
    const std::string flow = flow_yaml(*item);
    if (flow.size() <= longest_flow || (item->entries.empty() && item->items.empty())) {
      out += blanks + "- " + flow + '\n';
    } else {
      const std::size_t begin = out.size();
      append_block(*item, indent + 2, block_levels, out);
      out[begin + indent] = '-';
    }
  }
}

}  // namespace

std::string scalar_yaml(std::string_view text) {
  return is_plain(text) ? std::string(text) : in_quotes(text);
}

std::string flow_yaml(const Node& node) {
  std::string out;
  append_flow(node, out);
  return out;
}

std::string document_yaml(const Node& node) {
  std::string out;
  append_block(node, 0, 0, out);
  return out;
}

}  // namespace detente::scenario
