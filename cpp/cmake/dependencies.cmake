# Every library that detente builds on, with the oldest version that is tested. Nothing is
# downloaded: each must be installed, and a missing one is named with Debian's package for it.

# detente_require(NAME VERSION minimum DEBIAN package): find_package with a minimum that does not
# depend on the package's own idea of compatibility between major versions.
macro(detente_require name)
  cmake_parse_arguments(DETENTE_REQUIRE "" "VERSION;DEBIAN" "" ${ARGN})
  find_package(${name} CONFIG QUIET)
  if(NOT ${name}_FOUND)
    message(FATAL_ERROR
      "detente needs ${name} ${DETENTE_REQUIRE_VERSION} or newer and found none "
      "(Debian and Ubuntu: apt-get install ${DETENTE_REQUIRE_DEBIAN})")
  endif()
  if(${name}_VERSION VERSION_LESS "${DETENTE_REQUIRE_VERSION}")
    message(FATAL_ERROR
      "detente needs ${name} ${DETENTE_REQUIRE_VERSION} or newer and found ${${name}_VERSION} "
      "in ${${name}_DIR}")
  endif()
endmacro()

detente_require(Eigen3 VERSION 3.4 DEBIAN libeigen3-dev)      # linear algebra: copulas, column maps
detente_require(TBB VERSION 2021.8 DEBIAN libtbb-dev)         # threads: blocks of paths
detente_require(yaml-cpp VERSION 0.7 DEBIAN libyaml-cpp-dev)  # scenarios: parse events with marks
detente_require(Boost VERSION 1.74 DEBIAN libboost-dev)       # special functions of the priors

# yaml-cpp named its target without a namespace before 0.8.
if(NOT TARGET yaml-cpp::yaml-cpp)
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
