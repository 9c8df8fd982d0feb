// The libduckdb that tests use: that of BULKLOAD_DUCKDB_LIBRARY, or build/duckdb/libduckdb.so, or the loader's.
#pragma once

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace test_support {

inline constexpr const char* kNoDuckdb =
    "NOT TESTED: there is no libduckdb; cmake/install-duckdb.sh fetches it with npm into build/duckdb";

/// Whether there is one, for this process and those that it starts.
inline bool has_duckdb_library() {
  constexpr const char* kVariable = "BULKLOAD_DUCKDB_LIBRARY";
  const std::string fetched = SOURCE_FOLDER "/build/duckdb/libduckdb.so";
  if (std::filesystem::exists(fetched)) setenv(kVariable, fetched.c_str(), 0);
  const char* chosen = std::getenv(kVariable);
  return dlopen(chosen == nullptr ? "libduckdb.so" : chosen, RTLD_NOW | RTLD_LOCAL) != nullptr;
}

}  // namespace test_support
