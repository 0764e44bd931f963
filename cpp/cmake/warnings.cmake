# detente_warnings: linked privately by everything of ours, never handed on to users.
add_library(detente_warnings INTERFACE)
target_compile_options(detente_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<BOOL:${DETENTE_WARNINGS_AS_ERRORS}>:-Werror>
  # GCC 12 suspects every std::optional that is moved: it is told, but does not stop the build.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-error=maybe-uninitialized>
)
