/* A libduckdb that is too old, as far as anybody asks it. */
const char* duckdb_library_version(void);
const char* duckdb_library_version(void) { return "v1.3.2"; }
