#include "bulkload/sink/state_file.h"

#include <utility>

#include "bulkload/sink/sealed_json.h"

namespace bulkload {

NLOHMANN_JSON_SERIALIZE_ENUM(FileState::Phase, {{FileState::Phase::writing, "writing"},
                                                {FileState::Phase::committing, "committing"},
                                                {FileState::Phase::committed, "committed"}})

NLOHMANN_JSON_SERIALIZE_ENUM(FileState::Publish, {{FileState::Publish::nothing, "nothing"},
                                                  {FileState::Publish::rename, "rename"},
                                                  {FileState::Publish::append, "append"}})

namespace {

using Json = nlohmann::json;

constexpr int kVersion = 1;

Json to_json(const FileState& state) {
  return {{"phase", state.phase},
          {"publish", state.publish},
          {"layout", state.layout},
          {"part_bytes", state.part_bytes},
          {"header_bytes", state.header_bytes},
          {"base_bytes", state.base_bytes},
          {"rows", state.rows},
          {"permissions", state.permissions},
          {"text", state.text}};
}

FileState from_json(const Json& document) {
  FileState state;
  document.at("phase").get_to(state.phase);
  document.at("publish").get_to(state.publish);
  document.at("layout").get_to(state.layout);
  document.at("part_bytes").get_to(state.part_bytes);
  document.at("header_bytes").get_to(state.header_bytes);
  document.at("base_bytes").get_to(state.base_bytes);
  document.at("rows").get_to(state.rows);
  document.at("permissions").get_to(state.permissions);
  document.at("text").get_to(state.text);
  return state;
}

}  // namespace

base::Result<std::optional<FileState>> load_state(const std::string& path) {
  const auto document = load_sealed(path, kVersion);
  if (!document.ok()) return document.status();
  if (!document->has_value()) return std::optional<FileState>();
  try {
    return std::optional<FileState>(from_json(**document));
  } catch (const Json::exception&) {
    return damaged_state(path);
  }
}

base::Status store_state(const std::string& path, const FileState& state) {
  return store_sealed(path, kVersion, to_json(state));
}

}  // namespace bulkload
