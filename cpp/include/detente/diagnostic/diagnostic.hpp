#pragma once

/// What is wrong with a scenario, where, and what to do about it.

#include <string>
#include <vector>

#include "detente/diagnostic/source.hpp"

namespace detente::diagnostic {

enum class Severity { error, warning };

/// Another place that a diagnostic speaks of.
struct Note {
  SourceSpan span;
  std::string message;
};

struct Diagnostic {
  std::string code;  ///< E1xx document, E2xx expression, E3xx model, E4xx run, W5xx warnings
  Severity severity = Severity::error;
  SourceSpan span;
  std::string message;  ///< the problem and why it is one; values last
  std::string hint;     ///< what to do; may be empty
  std::vector<Note> notes = {};
};

/// `file:line:column: error[E203]: message`, the source line, a caret line, and `hint: ...`; of a
/// text that another includes, from where; then the notes, each with its place.
std::string format(const Diagnostic& diagnostic);

/// Collects the diagnostics of a phase; all are reported together.
class Diagnostics {
 public:
  void add(Diagnostic diagnostic);
  bool has_errors() const;
  bool empty() const { return items_.empty(); }
  /// In order of file, line, column; equal ones once.
  std::vector<Diagnostic> sorted() const;
  /// All of them as text, one blank line between, with a closing count of errors.
  std::string format() const;

 private:
  std::vector<Diagnostic> items_;
};

}  // namespace detente::diagnostic
