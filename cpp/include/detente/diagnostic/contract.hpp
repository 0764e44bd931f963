#pragma once

/// Contracts between our own functions. User input never reaches them: what a user can get wrong is
/// a Diagnostic or a RunError.

#include "detente/diagnostic/error.hpp"

#define DETENTE_CONTRACT_TEXT_OF(x) #x
#define DETENTE_CONTRACT_TEXT(x) DETENTE_CONTRACT_TEXT_OF(x)
#ifdef __FILE_NAME__
#define DETENTE_CONTRACT_PLACE __FILE_NAME__ ":" DETENTE_CONTRACT_TEXT(__LINE__)
#else
#define DETENTE_CONTRACT_PLACE __FILE__ ":" DETENTE_CONTRACT_TEXT(__LINE__)
#endif

/// Precondition: what the caller must have seen to.
#define DETENTE_EXPECT(condition)                                                \
  do {                                                                           \
    if (!(condition)) {                                                          \
      throw ::detente::diagnostic::InternalError("expected " #condition          \
                                                 " at " DETENTE_CONTRACT_PLACE); \
    }                                                                            \
  } while (false)

/// Postcondition or invariant: what this code must have brought about.
#define DETENTE_ENSURE(condition)                                                \
  do {                                                                           \
    if (!(condition)) {                                                          \
      throw ::detente::diagnostic::InternalError("not ensured: " #condition      \
                                                 " at " DETENTE_CONTRACT_PLACE); \
    }                                                                            \
  } while (false)

/// A branch that no valid value takes.
#define DETENTE_UNREACHABLE(what) \
  throw ::detente::diagnostic::InternalError("unreachable: " what " at " DETENTE_CONTRACT_PLACE)
