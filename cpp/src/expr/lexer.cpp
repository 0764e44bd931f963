#include "expr/lexer.hpp"

#include <charconv>
#include <optional>
#include <system_error>

#include "detente/diagnostic/messages.hpp"
#include "detente/diagnostic/utf8.hpp"

namespace detente::expr {

namespace {

namespace messages = diagnostic::messages;
using Kind = Token::Kind;

// ASCII alone, whatever the locale.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Lexer {
 public:
  Lexer(std::string_view text, const TextPlace& place, diagnostic::Diagnostics& diagnostics)
      : text_(text), place_(place), diagnostics_(diagnostics) {}

  std::vector<Token> run() {
    while (skip_blanks()) {
      const std::optional<Token> token = next();
      if (!token) return {};
      tokens_.push_back(*token);
      at_ = token->end;
    }
    const std::size_t end = tokens_.empty() ? 0 : tokens_.back().end;
    tokens_.push_back(make(Kind::end, end, end));
    return std::move(tokens_);
  }

 private:
  char at(std::size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }

  static Token make(Kind kind, std::size_t begin, std::size_t end) {
    Token token;
    token.kind = kind;
    token.begin = begin;
    token.end = end;
    return token;
  }

  bool skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    return at_ < text_.size();
  }

  std::optional<Token> next() {
    const char c = text_[at_];
    if (is_letter(c)) return name();
    if (is_digit(c)) return is_date() ? date() : number();
    if (c == '.' && is_digit(at(at_ + 1))) return number();
    return sign();
  }

  Token name() const {
    std::size_t end = at_;
    while (is_letter(at(end)) || is_digit(at(end))) ++end;
    return make(Kind::name, at_, end);
  }

  // dddd-dd-dd, alone
  bool is_date() const {
    constexpr std::string_view form = "0000-00-00";
    for (std::size_t i = 0; i < form.size(); ++i) {
      const char c = at(at_ + i);
      if (form[i] == '-' ? c != '-' : !is_digit(c)) return false;
    }
    const char after = at(at_ + form.size());
    return !is_digit(after) && !is_letter(after) && after != '.';
  }

  int digits(std::size_t offset, std::size_t count) const {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) value = 10 * value + (at(at_ + offset + i) - '0');
    return value;
  }

  Token date() const {
    Token token = make(Kind::date, at_, at_ + 10);
    token.year = digits(0, 4);
    token.month = digits(5, 2);
    token.day = digits(8, 2);
    return token;
  }

  std::optional<Token> number() {
    std::size_t end = at_;
    while (is_digit(at(end))) ++end;
    if (at(end) == '.') ++end;
    while (is_digit(at(end))) ++end;
    if (at(end) == 'e' || at(end) == 'E') {
      std::size_t exponent = end + 1;
      if (at(exponent) == '+' || at(exponent) == '-') ++exponent;
      if (is_digit(at(exponent))) {
        while (is_digit(at(exponent))) ++exponent;
        end = exponent;
      }
    }
    const bool goes_on = at(end) == '_' || (at(end) == '.' && is_digit(at(end + 1)));
    if (goes_on) return malformed(end);
    Token token = make(Kind::number, at_, end);
    const char* first = text_.data() + at_;
    const auto [stop, failure] = std::from_chars(first, text_.data() + end, token.number);
    if (failure == std::errc::result_out_of_range) return out_of_range(token);
    if (failure != std::errc() || stop != text_.data() + end) return malformed(end);
    return token;
  }

  // from_chars does not tell too large from too small, which is 0.
  std::optional<Token> out_of_range(Token token) {
    const std::string_view written = text_.substr(token.begin, token.end - token.begin);
    const bool tiny = written.find("e-") != written.npos || written.find("E-") != written.npos ||
                      written.front() == '.' || written.substr(0, 2) == "0.";
    if (tiny) {
      token.number = 0.0;
      return token;
    }
    diagnostics_.add(
        messages::number_too_large(place_.span(text_, token.begin, token.end), written));
    return std::nullopt;
  }

  std::optional<Token> malformed(std::size_t end) {
    while (is_digit(at(end)) || is_letter(at(end)) || at(end) == '.') ++end;
    diagnostics_.add(
        messages::malformed_number(place_.span(text_, at_, end), text_.substr(at_, end - at_)));
    return std::nullopt;
  }

  std::optional<Token> sign() {
    struct Row {
      std::string_view text;
      Kind kind;
    };
    // Longer signs first.
    static constexpr Row rows[] = {
        {"<=", Kind::less_equal},
        {">=", Kind::greater_equal},
        {"==", Kind::equal},
        {"!=", Kind::not_equal},
        {"<", Kind::less},
        {">", Kind::greater},
        {"=", Kind::assign},
        {"+", Kind::plus},
        {"-", Kind::minus},
        {"*", Kind::star},
        {"/", Kind::slash},
        {"^", Kind::caret},
        {",", Kind::comma},
        {".", Kind::dot},
        {"(", Kind::left_parenthesis},
        {")", Kind::right_parenthesis},
        {"[", Kind::left_bracket},
        {"]", Kind::right_bracket},
    };
    for (const Row& row : rows) {
      if (text_.substr(at_, row.text.size()) == row.text) {
        return make(row.kind, at_, at_ + row.text.size());
      }
    }
    const std::size_t bytes = diagnostic::code_point_at(text_, at_).bytes;
    diagnostics_.add(messages::unexpected_character(place_.span(text_, at_, at_ + bytes),
                                                    text_.substr(at_, bytes)));
    return std::nullopt;
  }

  std::string_view text_;
  const TextPlace& place_;
  diagnostic::Diagnostics& diagnostics_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view text, const TextPlace& place,
                             diagnostic::Diagnostics& diagnostics) {
  return Lexer(text, place, diagnostics).run();
}

}  // namespace detente::expr
