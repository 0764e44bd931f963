# `cmake --install` and `find_package(detente)`.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(detente_config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/detente")

install(TARGETS detente EXPORT detente_targets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/include/detente"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT detente_targets NAMESPACE detente:: DESTINATION "${detente_config_dir}")

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/detenteConfig.cmake.in"
  "${CMAKE_CURRENT_BINARY_DIR}/detenteConfig.cmake" INSTALL_DESTINATION "${detente_config_dir}")
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/detenteConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${CMAKE_CURRENT_BINARY_DIR}/detenteConfig.cmake"
  "${CMAKE_CURRENT_BINARY_DIR}/detenteConfigVersion.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake"
  DESTINATION "${detente_config_dir}")
