#include "scenario/overrides.hpp"

#include <algorithm>

#include "scenario/document.hpp"
#include "scenario/fields.hpp"
#include "scenario/messages.hpp"

namespace detente::scenario {

using diagnostic::Diagnostics;
using diagnostic::SourceSpan;

namespace {

std::vector<std::string> keys_of(const NodePtr& node) {
  std::vector<std::string> out;
  if (!node) return out;
  for (const Entry& entry : node->entries) out.push_back(entry.key);
  return out;
}

NodePtr value_of(const NodePtr& node, std::string_view key) {
  const Entry* entry = node ? node->find(key) : nullptr;
  return entry ? entry->value : nullptr;
}

/// A copy in which `key` has this value; a null one removes the key.
NodePtr with_value(const NodePtr& node, std::string_view key, NodePtr value,
                   const SourceSpan& span = {}) {
  auto copy = std::make_shared<Node>(*node);
  copy->kind = Node::Kind::mapping;
  const auto found = std::find_if(copy->entries.begin(), copy->entries.end(),
                                  [&](const Entry& entry) { return entry.key == key; });
  if (found != copy->entries.end() && !value) {
    copy->entries.erase(found);
  } else if (found != copy->entries.end()) {
    found->value = std::move(value);
  } else if (value) {
    copy->entries.push_back({std::string(key), span, std::move(value)});
  }
  return copy;
}

SourceSpan place(std::string path) {
  SourceSpan span;
  span.path = std::move(path);
  return span;
}

/// A YAML text given for an element, parsed with a name that messages can show.
NodePtr parse_override(const std::string& what, const std::string& text, Diagnostics& diagnostics) {
  return parse_document(make_source("<" + what + ">", text), diagnostics);
}

class Override {
 public:
  Override(NodePtr root, Diagnostics& diagnostics)
      : root_(std::move(root)), diagnostics_(diagnostics) {}

  void set_parameter(const std::string& name, const std::variant<double, std::string>& value) {
    const NodePtr parameters = value_of(root_, "parameters");
    const bool fixed = std::holds_alternative<double>(value);
    const bool in_joint = is_in_joint(name);
    if (!value_of(parameters, name) && !in_joint) {
      std::vector<std::string> known = keys_of(parameters);
      diagnostics_.add(
          messages::unknown_name(place("parameters." + name), "parameter", name, known));
      return;
    }
    NodePtr prior =
        fixed ? make_scalar(messages::number(std::get<double>(value)))
              : parse_override("parameters." + name, std::get<std::string>(value), diagnostics_);
    if (!prior) return;
    if (in_joint) leave_joint(name);
    if (fixed || prior->kind == Node::Kind::scalar) leave_correlations(name);
    const NodePtr changed = merged(value_of(parameters, name), std::move(prior));
    NodePtr section =
        value_of(root_, "parameters");  // Anew: leaving a joint prior may have added to it.
    if (!section) section = make_mapping({});
    root_ = with_value(root_, "parameters",
                       with_value(section, name, changed, place("parameters." + name)));
  }

  void set_lever(const std::string& name, double value) {
    const NodePtr levers = value_of(root_, "levers");
    NodePtr lever = value_of(levers, name);
    if (!lever) {
      diagnostics_.add(
          messages::unknown_name(place("levers." + name), "lever", name, keys_of(levers)));
      return;
    }
    if (lever->kind != Node::Kind::mapping) lever = make_mapping({});
    lever = with_value(lever, "default", make_scalar(messages::number(value)));
    root_ = with_value(root_, "levers", with_value(levers, name, lever));
  }

  void set_policies(const std::string& text) {
    const NodePtr policies = parse_override("policies", text, diagnostics_);
    if (policies) root_ = with_value(root_, "policies", policies);
  }

  void keep_policies(const std::vector<std::string>& names) {
    NodePtr policies = value_of(root_, "policies");
    if (!policies || policies->entries.empty()) {
      policies = make_mapping({{"baseline", {}, make_mapping({})}});
    }
    std::vector<Entry> kept;
    for (const std::string& name : names) {
      if (const Entry* entry = policies->find(name)) {
        kept.push_back(*entry);
      } else {
        diagnostics_.add(
            messages::unknown_name(place("policies." + name), "policy", name, keys_of(policies)));
      }
    }
    root_ = with_value(root_, "policies", make_mapping(std::move(kept)));
  }

  NodePtr root() const { return root_; }

 private:
  /// The new prior with source, unit and description of the old parameter.
  static NodePtr merged(const NodePtr& old, NodePtr prior) {
    if (prior->kind == Node::Kind::scalar) {
      prior = make_mapping({{"constant", prior->span, prior}});
    }
    if (!old || old->kind != Node::Kind::mapping) return prior;
    for (const Entry& entry : old->entries) {
      const bool kept = entry.key == "source" || entry.key == "unit" || entry.key == "description";
      if (kept && !prior->find(entry.key))
        prior = with_value(prior, entry.key, entry.value, entry.key_span);
    }
    return prior;
  }

  bool is_in_joint(const std::string& name) const {
    const NodePtr joint = value_of(root_, "joint");
    if (!joint) return false;
    return std::any_of(joint->items.begin(), joint->items.end(), [&](const NodePtr& item) {
      return position(of_joint(item), name).has_value();
    });
  }

  static NodePtr of_joint(const NodePtr& item) {
    return value_of(value_of(item, "multivariate_normal"), "of");
  }

  static std::optional<std::size_t> position(const NodePtr& list, const std::string& name) {
    if (!list) return std::nullopt;
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      if (list->items[i]->text == name) return i;
    }
    return std::nullopt;
  }

  static NodePtr without(const NodePtr& list, std::size_t i) {
    auto copy = std::make_shared<Node>(*list);
    if (i < copy->items.size())
      copy->items.erase(copy->items.begin() + static_cast<std::ptrdiff_t>(i));
    return copy;
  }

  /// Takes a name out of an `of` list; entries of fewer than two names vanish.
  void leave_correlations(const std::string& name) {
    const NodePtr list = value_of(root_, "correlations");
    if (!list) return;
    auto changed = std::make_shared<Node>(*list);
    changed->items.clear();
    for (const NodePtr& item : list->items) {
      const NodePtr of = value_of(item, "of");
      const auto at = position(of, name);
      if (!at) {
        changed->items.push_back(item);
      } else if (of->items.size() > 2) {
        changed->items.push_back(with_value(item, "of", without(of, *at)));
      }
    }
    root_ = with_value(root_, "correlations", changed->items.empty() ? nullptr : NodePtr(changed));
  }

  /// The other members keep their joint marginal.
  void leave_joint(const std::string& name) {
    const NodePtr list = value_of(root_, "joint");
    auto changed = std::make_shared<Node>(*list);
    std::vector<Entry> freed;
    changed->items.clear();
    for (const NodePtr& item : list->items) {
      const NodePtr of = of_joint(item);
      const auto at = position(of, name);
      if (!at) {
        changed->items.push_back(item);
        continue;
      }
      NodePtr normal = value_of(item, "multivariate_normal");
      const NodePtr mean = value_of(normal, "mean");
      const NodePtr covariance = value_of(normal, "covariance");
      if (!mean || !covariance || of->items.size() < 2) return;  // Reported when it is read.
      auto rows = std::make_shared<Node>(*without(covariance, *at));
      for (NodePtr& row : rows->items) row = without(row, *at);
      if (of->items.size() == 2) {
        free_last(item, *without(of, *at)->items.front(), without(mean, *at), rows);
        continue;
      }
      normal = with_value(
          with_value(with_value(normal, "of", without(of, *at)), "mean", without(mean, *at)),
          "covariance", rows);
      changed->items.push_back(with_value(item, "multivariate_normal", normal));
    }
    root_ = with_value(root_, "joint", changed->items.empty() ? nullptr : NodePtr(changed));
  }

  /// The one member that is left becomes a parameter with a normal prior.
  void free_last(const NodePtr& item, const Node& name, const NodePtr& mean, const NodePtr& rows) {
    if (mean->items.empty() || rows->items.empty() || rows->items.front()->items.empty()) return;
    NodePtr prior = make_mapping(
        {{"mean", {}, mean->items.front()},
         {"sd", {}, make_scalar("sqrt(" + rows->items.front()->items.front()->text + ")")}});
    NodePtr parameter = merged(item, make_mapping({{"normal", {}, std::move(prior)}}));
    const NodePtr parameters = value_of(root_, "parameters");
    root_ = with_value(root_, "parameters",
                       with_value(parameters ? parameters : make_mapping({}), name.text,
                                  std::move(parameter), name.span));
  }

  NodePtr root_;
  Diagnostics& diagnostics_;
};

}  // namespace

NodePtr with_overrides(NodePtr root, const Overrides& overrides, Diagnostics& diagnostics) {
  Override changes(std::move(root), diagnostics);
  for (const auto& [name, value] : overrides.parameters) changes.set_parameter(name, value);
  for (const auto& [name, value] : overrides.levers) changes.set_lever(name, value);
  if (overrides.policies) changes.set_policies(*overrides.policies);
  if (!overrides.keep_policies.empty()) changes.keep_policies(overrides.keep_policies);
  return changes.root();
}

}  // namespace detente::scenario
