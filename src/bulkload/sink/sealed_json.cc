#include "bulkload/sink/sealed_json.h"

#include <utility>

#include "base/digest.h"
#include "bulkload/sink/durable_file.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;
using Json = nlohmann::json;

constexpr int64_t kMaxStateBytes = int64_t{256} << 20;

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

base::Result<std::optional<Json>> parse(const std::string& path, const std::string& bytes, int version) {
  try {
    Json document = Json::parse(bytes);
    const int found = document.at("v").get<int>();
    if (found > version) {
      return Status(Code::config, path + " was written by a newer release: finish the run with that release");
    }
    if (found != version || !intact(document, bytes)) return damaged_state(path);
    return std::optional<Json>(std::move(document));
  } catch (const Json::exception&) {
    return damaged_state(path);
  }
}

}  // namespace

base::Result<std::optional<Json>> load_sealed(const std::string& path, int version) {
  const auto kind = file_kind(path);
  if (!kind.ok()) return kind.status();
  if (*kind == FileKind::missing) return std::optional<Json>();
  const auto file = File::open_private(path);
  if (!file.ok()) return file.status();
  const auto size = file->size();
  if (!size.ok()) return size.status();
  if (*size > kMaxStateBytes) return damaged_state(path);
  const auto bytes = file->read(0, static_cast<size_t>(*size));
  if (!bytes.ok()) return bytes.status();
  return parse(path, *bytes, version);
}

Status store_sealed(const std::string& path, int version, Json document) {
  std::string bytes;
  try {
    document["v"] = version;
    bytes = sealed(std::move(document));
  } catch (const Json::exception&) {
    return Status(Code::internal, "the state for " + path + " is not UTF-8 text: report it");
  }
  return replace_file(path, bytes);
}

Status damaged_state(const std::string& path) {
  return Status(Code::config, path + " is damaged, so that the unfinished run cannot go on: restore it, or remove it " +
                                  "and the .part file to start over");
}

}  // namespace bulkload
