// The part of DuckDB's C interface that is used here, found in libduckdb at run time: nothing of it is needed to build.
//
// Signatures and numbers are those of the published interface, https://duckdb.org/docs/stable/clients/c/api, versions
// 1.4 to 1.5. Its functions catch DuckDB's exceptions; names are DuckDB's without their `duckdb_`.
#pragma once

#include <cstdint>

#include "base/status.h"

namespace bulkload::duckdb {

using Index = uint64_t;  // idx_t

enum State : int { kSuccess = 0, kError = 1 };

enum class TypeId : int { boolean = 1, bigint = 5, real = 11, text = 17, timestamp_tz = 31 };

/// Opaque objects, each made and destroyed by the library.
struct DatabaseObject;
struct ConnectionObject;
struct ConfigObject;
struct ChunkObject;
struct VectorObject;
struct TypeObject;
struct FunctionObject;
struct BindInfo;
struct InitInfo;
struct CallInfo;

/// duckdb_result, which the caller owns and some functions take by value.
struct ResultData {
  Index unused_counts[3];
  void* unused_columns;
  char* unused_error;
  void* data;
};

/// duckdb_string_t: a text of up to 12 bytes stands in `bytes`; of a longer one its first four, and a pointer.
struct alignas(8) TextValue {
  uint32_t length;
  char bytes[12];
};
inline constexpr uint32_t kInlineTextBytes = 12;
inline constexpr uint32_t kTextPrefixBytes = 4;

struct Api {
  const char* (*library_version)();

  State (*create_config)(ConfigObject** config);
  State (*set_config)(ConfigObject* config, const char* name, const char* value);
  void (*destroy_config)(ConfigObject** config);
  State (*open_ext)(const char* path, DatabaseObject** database, ConfigObject* config, char** error);
  void (*free)(void* pointer);
  void (*close)(DatabaseObject** database);
  State (*connect)(DatabaseObject* database, ConnectionObject** connection);
  void (*disconnect)(ConnectionObject** connection);

  State (*query)(ConnectionObject* connection, const char* sql, ResultData* result);
  void (*destroy_result)(ResultData* result);
  const char* (*result_error)(ResultData* result);
  int (*result_error_type)(ResultData* result);
  Index (*column_count)(ResultData* result);
  ChunkObject* (*fetch_chunk)(ResultData result);

  Index (*data_chunk_get_size)(ChunkObject* chunk);
  void (*data_chunk_set_size)(ChunkObject* chunk, Index rows);
  VectorObject* (*data_chunk_get_vector)(ChunkObject* chunk, Index column);
  void (*destroy_data_chunk)(ChunkObject** chunk);
  Index (*vector_size)();  // rows of a chunk, at most
  void* (*vector_get_data)(VectorObject* vector);
  uint64_t* (*vector_get_validity)(VectorObject* vector);  // a bit for each row; NULL: no row is null
  void (*vector_ensure_validity_writable)(VectorObject* vector);

  TypeObject* (*create_logical_type)(TypeId type);
  void (*logical_type_set_alias)(TypeObject* type, const char* alias);
  void (*destroy_logical_type)(TypeObject** type);

  FunctionObject* (*create_table_function)();
  void (*table_function_set_name)(FunctionObject* function, const char* name);
  void (*table_function_set_extra_info)(FunctionObject* function, void* info, void (*destroy)(void*));
  void (*table_function_set_bind)(FunctionObject* function, void (*bind)(BindInfo*));
  void (*table_function_set_init)(FunctionObject* function, void (*init)(InitInfo*));
  void (*table_function_set_function)(FunctionObject* function, void (*call)(CallInfo*, ChunkObject*));
  State (*register_table_function)(ConnectionObject* connection, FunctionObject* function);
  void (*destroy_table_function)(FunctionObject** function);
  void* (*bind_get_extra_info)(BindInfo* info);
  void (*bind_add_result_column)(BindInfo* info, const char* name, TypeObject* type);
  void* (*function_get_extra_info)(CallInfo* info);
};

/// The library of BULKLOAD_DUCKDB_LIBRARY, or else the one that the loader finds as libduckdb.so; it stays loaded.
/// Code::config, with what to install and where, when there is none or its version is not one of 1.4 to 1.x.
base::Result<const Api*> load_api();

}  // namespace bulkload::duckdb
