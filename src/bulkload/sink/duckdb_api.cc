#include "bulkload/sink/duckdb_api.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <type_traits>

namespace bulkload::duckdb {

namespace {

using base::Code;
using base::Status;

constexpr const char* kVariable = "BULKLOAD_DUCKDB_LIBRARY";
constexpr const char* kLoaderName = "libduckdb.so";
constexpr int kMajor = 1;
constexpr int kLeastMinor = 4;  // 1.4 keeps the order of rows through a table function of one thread

#if defined(__aarch64__)
constexpr std::string_view kPackage = "@duckdb/node-bindings-linux-arm64";
constexpr std::string_view kArchive = "libduckdb-linux-arm64.zip";
#else
constexpr std::string_view kPackage = "@duckdb/node-bindings-linux-x64";
constexpr std::string_view kArchive = "libduckdb-linux-amd64.zip";
#endif

Status unusable(const std::string& problem) {
  std::string text =
      "libduckdb, which type duckdb and format parquet need, " + problem + ": take libduckdb.so 1.5 from ";
  text.append(kArchive).append(" of DuckDB's releases or the npm package ").append(kPackage);
  return Status(Code::config, text + ", and set " + kVariable + " to its path or put it where the loader looks");
}

/// Fills the table; the first name that is not there, or nothing.
std::string resolve(void* library, Api& api) {
  std::string missing;
  const auto find = [&](const char* name, auto& function) {
    void* address = dlsym(library, name);
    if (address == nullptr && missing.empty()) missing = name;
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(address);
  };
  find("duckdb_library_version", api.library_version);
  find("duckdb_create_config", api.create_config);
  find("duckdb_set_config", api.set_config);
  find("duckdb_destroy_config", api.destroy_config);
  find("duckdb_open_ext", api.open_ext);
  find("duckdb_free", api.free);
  find("duckdb_close", api.close);
  find("duckdb_connect", api.connect);
  find("duckdb_disconnect", api.disconnect);
  find("duckdb_query", api.query);
  find("duckdb_destroy_result", api.destroy_result);
  find("duckdb_result_error", api.result_error);
  find("duckdb_result_error_type", api.result_error_type);
  find("duckdb_column_count", api.column_count);
  find("duckdb_fetch_chunk", api.fetch_chunk);
  find("duckdb_data_chunk_get_size", api.data_chunk_get_size);
  find("duckdb_data_chunk_set_size", api.data_chunk_set_size);
  find("duckdb_data_chunk_get_vector", api.data_chunk_get_vector);
  find("duckdb_destroy_data_chunk", api.destroy_data_chunk);
  find("duckdb_vector_size", api.vector_size);
  find("duckdb_vector_get_data", api.vector_get_data);
  find("duckdb_vector_get_validity", api.vector_get_validity);
  find("duckdb_vector_ensure_validity_writable", api.vector_ensure_validity_writable);
  find("duckdb_create_logical_type", api.create_logical_type);
  find("duckdb_logical_type_set_alias", api.logical_type_set_alias);
  find("duckdb_destroy_logical_type", api.destroy_logical_type);
  find("duckdb_create_table_function", api.create_table_function);
  find("duckdb_table_function_set_name", api.table_function_set_name);
  find("duckdb_table_function_set_extra_info", api.table_function_set_extra_info);
  find("duckdb_table_function_set_bind", api.table_function_set_bind);
  find("duckdb_table_function_set_init", api.table_function_set_init);
  find("duckdb_table_function_set_function", api.table_function_set_function);
  find("duckdb_register_table_function", api.register_table_function);
  find("duckdb_destroy_table_function", api.destroy_table_function);
  find("duckdb_bind_get_extra_info", api.bind_get_extra_info);
  find("duckdb_bind_add_result_column", api.bind_add_result_column);
  find("duckdb_function_get_extra_info", api.function_get_extra_info);
  return missing;
}

/// Of "v1.5.6".
bool is_known_version(const std::string& version) {
  int major = 0;
  int minor = 0;
  return std::sscanf(version.c_str(), "v%d.%d", &major, &minor) == 2 && major == kMajor && minor >= kLeastMinor;
}

}  // namespace

base::Result<const Api*> load_api() {
  static std::mutex mutex;
  static Api loaded;
  static bool is_loaded = false;
  const std::lock_guard lock(mutex);
  if (is_loaded) return &loaded;
  const char* chosen = std::getenv(kVariable);
  const std::string path = chosen == nullptr || *chosen == '\0' ? kLoaderName : chosen;
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* reason = dlerror();
    return unusable("was not found (" + std::string(reason == nullptr ? path : reason) + ")");
  }
  Api api{};
  const std::string missing = resolve(library, api);
  const std::string version = api.library_version == nullptr ? "" : api.library_version();
  if (missing.empty() && is_known_version(version)) {
    loaded = api;
    is_loaded = true;
    return &loaded;
  }
  dlclose(library);
  if (version.empty()) return unusable("is something else (" + path + " has no " + missing + ")");
  return unusable("is " + version + " in " + path + ", and this release knows 1.4 to 1.x" +
                  (missing.empty() ? "" : " (no " + missing + ")"));
}

}  // namespace bulkload::duckdb
