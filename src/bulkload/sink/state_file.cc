#include "bulkload/sink/state_file.h"

#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "bulkload/sink/durable_file.h"

namespace bulkload {

NLOHMANN_JSON_SERIALIZE_ENUM(FileState::Phase, {{FileState::Phase::writing, "writing"},
                                                {FileState::Phase::committing, "committing"},
                                                {FileState::Phase::committed, "committed"}})

NLOHMANN_JSON_SERIALIZE_ENUM(FileState::Publish, {{FileState::Publish::nothing, "nothing"},
                                                  {FileState::Publish::rename, "rename"},
                                                  {FileState::Publish::append, "append"}})

namespace {

using base::Code;
using base::Status;
using Json = nlohmann::json;

constexpr int kVersion = 1;
constexpr int64_t kMaxStateBytes = int64_t{256} << 20;

Json to_json(const FileState& state) {
  return {{"v", kVersion},
          {"phase", state.phase},
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

std::string sealed(Json document) {
  document["crc"] = base::crc32_hex(document.dump());
  return document.dump() + "\n";
}

// The bytes must be exactly those that the document would be written as: JSON has many spellings, a state only one.
bool intact(const Json& document, const std::string& bytes) {
  Json bare = document;
  bare.erase("crc");
  return sealed(std::move(bare)) == bytes;
}

Status damaged(const std::string& path) {
  return Status(Code::config, path + " is damaged, so that the unfinished run cannot go on: restore it, or remove it " +
                                  "and the .part file to start over");
}

base::Result<FileState> parse(const std::string& path, const std::string& bytes) {
  try {
    const Json document = Json::parse(bytes);
    const int version = document.at("v").get<int>();
    if (version > kVersion) {
      return Status(Code::config, path + " was written by a newer release: finish the run with that release");
    }
    if (version != kVersion || !intact(document, bytes)) return damaged(path);
    return from_json(document);
  } catch (const Json::exception&) {
    return damaged(path);
  }
}

}  // namespace

base::Result<std::optional<FileState>> load_state(const std::string& path) {
  const auto kind = file_kind(path);
  if (!kind.ok()) return kind.status();
  if (*kind == FileKind::missing) return std::optional<FileState>();
  const auto file = File::open_private(path);
  if (!file.ok()) return file.status();
  const auto size = file->size();
  if (!size.ok()) return size.status();
  if (*size > kMaxStateBytes) return damaged(path);
  const auto bytes = file->read(0, static_cast<size_t>(*size));
  if (!bytes.ok()) return bytes.status();
  auto state = parse(path, *bytes);
  if (!state.ok()) return state.status();
  return std::optional<FileState>(std::move(*state));
}

Status store_state(const std::string& path, const FileState& state) {
  std::string bytes;
  try {
    bytes = sealed(to_json(state));
  } catch (const Json::exception&) {
    return Status(Code::internal, "the state for " + path + " is not UTF-8 text: report it");
  }
  return replace_file(path, bytes);
}

}  // namespace bulkload
