# Installed tree: bin/, lib/bulk_input/ (plugins), include/bulk_input/ and a CMake package for writers of hosts and
# plugins: find_package(bulk_input) gives bulk_input::headers and the variable bulk_input_PLUGIN_DIR.
include(CMakePackageConfigHelpers)

install(DIRECTORY include/bulk_input DESTINATION include FILES_MATCHING PATTERN "*.h")
install(TARGETS bulk_input_headers EXPORT bulk_input_targets)
install(EXPORT bulk_input_targets NAMESPACE bulk_input:: DESTINATION lib/cmake/bulk_input)
configure_package_config_file(cmake/bulk_inputConfig.cmake.in ${PROJECT_BINARY_DIR}/bulk_inputConfig.cmake
  INSTALL_DESTINATION lib/cmake/bulk_input PATH_VARS BULK_INPUT_PLUGIN_DIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/bulk_inputConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/bulk_inputConfig.cmake ${PROJECT_BINARY_DIR}/bulk_inputConfigVersion.cmake
  DESTINATION lib/cmake/bulk_input)
