#include "bulkload/sink/parquet_state.h"

#include <nlohmann/json.hpp>

#include "bulkload/sink/sealed_json.h"

namespace bulkload {

NLOHMANN_JSON_SERIALIZE_ENUM(ParquetState::Phase, {{ParquetState::Phase::writing, "writing"},
                                                   {ParquetState::Phase::committing, "committing"},
                                                   {ParquetState::Phase::committed, "committed"}})

NLOHMANN_JSON_SERIALIZE_ENUM(ParquetState::Publish, {{ParquetState::Publish::nothing, "nothing"},
                                                     {ParquetState::Publish::replace, "replace"},
                                                     {ParquetState::Publish::append, "append"}})

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ParquetState, phase, publish, layout, part_bytes, tail, base_bytes, rows,
                                   permissions, text)

namespace {

constexpr int kVersion = 1;

}  // namespace

base::Result<std::optional<ParquetState>> load_parquet_state(const std::string& path) {
  const auto document = load_sealed(path, kVersion);
  if (!document.ok()) return document.status();
  if (!document->has_value()) return std::optional<ParquetState>();
  try {
    return std::optional<ParquetState>((*document)->get<ParquetState>());
  } catch (const nlohmann::json::exception&) {
    return damaged_state(path);
  }
}

base::Status store_parquet_state(const std::string& path, const ParquetState& state) {
  return store_sealed(path, kVersion, nlohmann::json(state));
}

}  // namespace bulkload
