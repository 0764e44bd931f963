// main() of the test executables, for Catch2 2.13 (version 3 brings its own).
#define CATCH_CONFIG_MAIN
#include "support/catch.hpp"
