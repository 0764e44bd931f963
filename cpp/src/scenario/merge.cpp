#include "scenario/merge.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "detente/diagnostic/suggestion.hpp"
#include "scenario/messages.hpp"

namespace detente::scenario {

using diagnostic::Diagnostic;
using diagnostic::Diagnostics;
using diagnostic::SourceSpan;
using messages::in_ticks;

namespace {

/// Whether two values say the same, wherever they stand.
bool same(const Node& a, const Node& b) {
  if (a.kind != b.kind || a.text != b.text) return false;
  const auto same_entry = [](const Entry& x, const Entry& y) {
    return x.key == y.key && same(*x.value, *y.value);
  };
  const auto same_item = [](const NodePtr& x, const NodePtr& y) { return same(*x, *y); };
  return std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(), b.entries.end(),
                    same_entry) &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), same_item);
}

/// What a part does that defines a name of the parts which it includes.
enum class Redefining : std::uint8_t {
  is_wrong,
  replaces,
};

/// The entries of one section, from part to part.
class NamedEntries {
 public:
  /// `what`: an entry in messages, as "the parameter"; `place`: its section or mapping.
  NamedEntries(const std::vector<Part>& parts, std::string what, std::string place,
               Redefining redefining, Diagnostics& diagnostics)
      : parts_(parts),
        what_(std::move(what)),
        place_(std::move(place)),
        redefining_(redefining),
        diagnostics_(diagnostics) {}

  void define(std::size_t part, const NamedValue& named) {
    Definition* known = find(named.name);
    if (!known) {
      add(part, named);
    } else if (is_below(*known, part) && redefining_ == Redefining::is_wrong) {
      Diagnostic twice = messages::error(
          "E143", named.name_span,
          what_ + " " + in_ticks(named.name) + " is defined by an included file already",
          "remove it here, or replace that one by `override: {" + place_ + ": {" + named.name +
              ": ...}}`");
      twice.notes.push_back({known->entry.key_span, "it is defined here"});
      diagnostics_.add(std::move(twice));
    } else {
      replace(*known, part, named);
    }
  }

  void override_with(std::size_t part, const NamedValue& named) {
    Definition* known = find(named.name);
    if (known && reaches_below(*known, part)) {
      replace(*known, part, named);
      return;
    }
    diagnostics_.add(messages::error(
        "E144", named.name_span,
        what_ + " " + in_ticks(named.name) +
            " overrides nothing: no file that this one includes defines it",
        diagnostic::did_you_mean(named.name, names_below(part),
                                 "what is new stands under " + in_ticks(place_) + " itself")));
    if (!known) add(part, named);
  }

  /// Reports what parts that do not include one another define differently.
  std::vector<Entry> finish() {
    std::vector<Entry> out;
    for (Definition& definition : definitions_) {
      if (definition.conflict) diagnostics_.add(std::move(*definition.conflict));
      out.push_back(std::move(definition.entry));
    }
    return out;
  }

 private:
  struct Definition {
    Entry entry;
    std::vector<std::size_t> parts;      ///< that define it or replace it
    std::optional<Diagnostic> conflict;  ///< until a part that includes both sides replaces it
  };

  Definition* find(const std::string& name) {
    const auto found = positions_.find(name);
    return found == positions_.end() ? nullptr : &definitions_[found->second];
  }

  void add(std::size_t part, const NamedValue& named) {
    positions_.emplace(named.name, definitions_.size());
    definitions_.push_back({{named.name, named.name_span, named.value.node}, {part}, std::nullopt});
  }

  /// Whether this part includes all that define it, or one of them.
  bool is_below(const Definition& known, std::size_t part) const {
    return std::all_of(known.parts.begin(), known.parts.end(),
                       [&](std::size_t one) { return parts_[part].includes.count(one) > 0; });
  }
  bool reaches_below(const Definition& known, std::size_t part) const {
    return std::any_of(known.parts.begin(), known.parts.end(),
                       [&](std::size_t one) { return parts_[part].includes.count(one) > 0; });
  }

  void replace(Definition& known, std::size_t part, const NamedValue& named) {
    if (is_below(known, part)) {
      known.entry = {named.name, named.name_span, named.value.node};
      known.conflict.reset();
    } else if (!same(*known.entry.value, *named.value.node) && !known.conflict) {
      known.conflict = messages::error(
          "E143", named.name_span,
          what_ + " " + in_ticks(named.name) + " is not the same in two files of the scenario",
          redefining_ == Redefining::replaces
              ? "remove one of the two, or say it in the file that includes both"
              : "rename or remove one of the two, or replace both by `override` in the file that "
                "includes both");
      known.conflict->notes.push_back({known.entry.key_span, "the other one"});
    }
    known.parts.push_back(part);
  }

  std::vector<std::string> names_below(std::size_t part) const {
    std::vector<std::string> names;
    for (const Definition& definition : definitions_) {
      if (reaches_below(definition, part)) names.push_back(definition.entry.key);
    }
    return names;
  }

  const std::vector<Part>& parts_;
  std::string what_;
  std::string place_;
  Redefining redefining_;
  Diagnostics& diagnostics_;
  std::vector<Definition> definitions_;
  std::unordered_map<std::string, std::size_t> positions_;
};

/// The document, one key after the other, in the order of the language.
class Merge {
 public:
  Merge(const std::vector<Part>& parts, Diagnostics& diagnostics)
      : parts_(parts), diagnostics_(diagnostics) {
    for (const Part& part : parts) {
      const Value* value = part.form.find("override");
      overrides_.push_back(value ? std::optional<Form>(std::in_place, *value,
                                                       sections::override_of(), "", diagnostics)
                                 : std::nullopt);
    }
  }

  NodePtr document() {
    for (const Field& field : sections::root().fields) add(field);
    auto root = std::make_shared<Node>(*make_mapping(std::move(entries_)));
    root->span = parts_.back().form.span();
    return root;
  }

 private:
  void add(const Field& field) {
    switch (field.type) {
      case FieldType::named:
      case FieldType::named_texts:
        return add_named(field);
      case FieldType::sections:
        return add_list(field);
      case FieldType::section:
        if (field.section == &sections::time()) add_keys(field);
        return;
      case FieldType::expression:
        return add_value(field);
      case FieldType::files:
        return;
      default:  // What a file says of itself.
        if (const Value* own = parts_.back().form.find(field.name)) {
          entries_.push_back(
              {std::string(field.name), parts_.back().form.key_span(field.name), own->node});
        }
    }
  }

  void add_named(const Field& field) {
    NamedEntries named(
        parts_,
        field.section ? std::string(field.section->title) : std::string("the shared expression"),
        std::string(field.name), Redefining::is_wrong, diagnostics_);
    for (std::size_t part = 0; part < parts_.size(); ++part) {
      for (const NamedValue& one : values_of(parts_[part].form, field)) named.define(part, one);
      if (!overrides_[part]) continue;
      for (const NamedValue& one : values_of(*overrides_[part], field))
        named.override_with(part, one);
    }
    put(field, make_mapping(named.finish()));
  }

  void add_list(const Field& field) {
    std::vector<NodePtr> all;
    for (const Part& part : parts_) {
      const Value* value = part.form.find(field.name);
      if (!value) continue;
      for (const Value& item : items(*value, in_ticks(field.name), diagnostics_))
        all.push_back(item.node);
    }
    put(field, make_sequence(std::move(all)));
  }

  void add_keys(const Field& field) {
    NamedEntries keys(parts_, in_ticks(field.name) + " key", std::string(field.name),
                      Redefining::replaces, diagnostics_);
    for (std::size_t part = 0; part < parts_.size(); ++part) {
      for (const NamedValue& key : values_of(parts_[part].form, field)) keys.define(part, key);
    }
    put(field, make_mapping(keys.finish()));
  }

  void add_value(const Field& field) {
    NamedEntries single(parts_, "the", "", Redefining::replaces, diagnostics_);
    for (std::size_t part = 0; part < parts_.size(); ++part) {
      const Form& form = parts_[part].form;
      const Value* value = form.find(field.name);
      if (value) single.define(part, {std::string(field.name), form.key_span(field.name), *value});
    }
    for (Entry& entry : single.finish()) entries_.push_back(std::move(entry));
  }

  std::vector<NamedValue> values_of(const Form& form, const Field& field) {
    const Value* value = form.find(field.name);
    if (!value) return {};
    return named_values(*value, in_ticks(field.name), diagnostics_);
  }

  /// A section, with the place of the last part that has it: what is wrong with it as a whole is
  /// shown there.
  void put(const Field& field, NodePtr value) {
    auto section = std::make_shared<Node>(*value);
    std::optional<SourceSpan> key_span;
    for (const Part& part : parts_) {
      const Value* own = part.form.find(field.name);
      if (!own) continue;
      key_span = part.form.key_span(field.name);
      section->span = own->node->span;
    }
    const bool is_empty = section->entries.empty() && section->items.empty();
    if (!key_span && is_empty) return;
    entries_.push_back({std::string(field.name), key_span.value_or(SourceSpan{}), section});
  }

  const std::vector<Part>& parts_;
  Diagnostics& diagnostics_;
  std::vector<std::optional<Form>> overrides_;
  std::vector<Entry> entries_;
};

}  // namespace

NodePtr merged(const std::vector<Part>& parts, Diagnostics& diagnostics) {
  return Merge(parts, diagnostics).document();
}

}  // namespace detente::scenario
