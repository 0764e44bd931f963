#include <array>
#include <charconv>
#include <cmath>

#include "detente/expr/evaluate.hpp"

namespace detente::expr {

namespace {

using Kind = Expression::Kind;

// Shared parts are written out each time, which may grow without bound; messages need no more than
// this.
constexpr std::size_t longest_text = 16384;

/// Binding powers as in the parser.
enum Power : int {
  none,
  disjunction,
  conjunction,
  negation,
  comparison,
  sum,
  product,
  sign,
  power,
  atom
};

struct Form {
  std::string_view sign;  // empty: written as a call
  Power power = atom;
};

Form form_of(Function function) {
  switch (function) {
    case Function::neg:
      return {"-", sign};
    case Function::logical_not:
      return {"not ", negation};
    case Function::add:
      return {" + ", sum};
    case Function::sub:
      return {" - ", sum};
    case Function::mul:
      return {" * ", product};
    case Function::div:
      return {" / ", product};
    case Function::pow:
      return {"^", power};
    case Function::lt:
      return {" < ", comparison};
    case Function::le:
      return {" <= ", comparison};
    case Function::gt:
      return {" > ", comparison};
    case Function::ge:
      return {" >= ", comparison};
    case Function::eq:
      return {" == ", comparison};
    case Function::ne:
      return {" != ", comparison};
    case Function::logical_and:
      return {" and ", conjunction};
    case Function::logical_or:
      return {" or ", disjunction};
    default:
      return {};
  }
}

std::string_view call_name(Function function) {
  switch (function) {
    case Function::abs:
      return "abs";
    case Function::exp:
      return "exp";
    case Function::log:
      return "log";
    case Function::log1p:
      return "log1p";
    case Function::expm1:
      return "expm1";
    case Function::sqrt:
      return "sqrt";
    case Function::logistic:
      return "logistic";
    case Function::logit:
      return "logit";
    case Function::step:
      return "step";
    case Function::sin:
      return "sin";
    case Function::cos:
      return "cos";
    case Function::floor:
      return "floor";
    case Function::ceil:
      return "ceil";
    case Function::min:
      return "min";
    case Function::max:
      return "max";
    case Function::select:
      return "if";
    case Function::clamp:
      return "clamp";
    case Function::smoothstep:
      return "smoothstep";
    default:
      return "";
  }
}

std::string_view mark_name(Mark mark) {
  constexpr std::array<std::string_view, 5> names{"normal", "lognormal", "uniform", "beta",
                                                  "bernoulli"};
  return names[static_cast<std::size_t>(mark)];
}

std::string_view temporal_name(Temporal temporal) {
  constexpr std::array<std::string_view, 4> names{"eventually", "always", "until", "first"};
  return names[static_cast<std::size_t>(temporal)];
}

std::string number_text(double value) {
  std::array<char, 32> buffer{};
  return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr};
}

class Writer {
 public:
  std::string run(const Expression& node) {
    write(node, none);
    return std::move(out_);
  }

 private:
  void write(const Expression& node, Power floor) {
    if (out_.size() > longest_text) {
      if (!cut_) out_ += "...";
      cut_ = true;
      return;
    }
    const Power own = power_of(node);
    const bool wrapped = own < floor;
    if (wrapped) out_ += '(';
    write_bare(node);
    if (wrapped) out_ += ')';
  }

  static Power power_of(const Expression& node) {
    switch (node.kind) {
      case Kind::constant:
        return std::signbit(node.value) ? sign : atom;
      case Kind::chain_in:
        return comparison;
      case Kind::call:
        return form_of(node.function).power;
      default:
        return atom;
    }
  }

  void write_bare(const Expression& node) {
    switch (node.kind) {
      case Kind::constant:
        out_ += number_text(node.value);
        return;
      case Kind::symbol:
      case Kind::chain_in:
        out_ += node.text;
        return;
      case Kind::mark:
        out_ += mark_name(node.mark);
        write_list(node, {});
        return;
      case Kind::temporal:
        out_ += temporal_name(node.temporal);
        write_list(node, &node.window);
        return;
      case Kind::call:
        write_call(node);
        return;
    }
  }

  void write_call(const Expression& node) {
    const Form form = form_of(node.function);
    if (form.sign.empty()) {
      out_ += call_name(node.function);
      write_list(node, {});
    } else if (node.arguments.size() == 1) {
      out_ += form.sign;
      write(*node.arguments[0], form.power);
    } else {
      write_infix(node, form);
    }
  }

  void write_infix(const Expression& node, const Form& form) {
    const auto above = static_cast<Power>(form.power + 1);
    const bool chains = form.power != comparison;
    const bool right_first = form.power == power;
    write(*node.arguments[0], chains && !right_first ? form.power : above);
    out_ += form.sign;
    write(*node.arguments[1], right_first ? sign : above);
  }

  void write_list(const Expression& node, const Window* window) {
    out_ += '(';
    for (std::size_t i = 0; i < node.arguments.size(); ++i) {
      if (i > 0) out_ += ", ";
      write(*node.arguments[i], none);
    }
    if (window != nullptr) write_window(*window);
    out_ += ')';
  }

  void write_window(const Window& window) {
    if (window.within >= 0.0) out_ += ", within = " + number_text(window.within);
    if (window.after_first) {
      out_ += ", after = ";
      write(*window.after_first, none);
    } else if (window.after > 0.0) {
      out_ += ", after = " + number_text(window.after);
    }
  }

  std::string out_;
  bool cut_ = false;
};

}  // namespace

std::string to_text(const Expression& expression) { return Writer().run(expression); }

}  // namespace detente::expr
