#include "bulkload/resume_file.h"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "bulkload/sink/durable_file.h"
#include "bulkload/sink/sealed_json.h"

namespace bulkload {

namespace {

namespace fs = std::filesystem;
using base::Code;
using base::Status;

constexpr int kVersion = 1;
constexpr std::string_view kBeginning = "{\"crc\":";  // of every such file, keys being sorted
constexpr std::string_view kOption = "-r ";

/// A file without content is what a failed run of Embulk leaves.
base::Result<bool> has_content(const std::string& path) {
  const auto kind = file_kind(path);
  if (!kind.ok()) return kind.status();
  if (*kind == FileKind::missing) return false;
  const auto file = File::open_private(path);
  if (!file.ok()) return file.status();
  const auto size = file->size();
  if (!size.ok()) return size.status();
  return *size > 0;
}

}  // namespace

Status ResumeFile::open() {
  const auto refuse = [&](const std::string& why) { return Status(Code::config, std::string(kOption) + why); };
  const fs::path folder = fs::path(path_).parent_path();
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK) != 0)
    return refuse(path_ + ": its folder cannot be written to");
  const auto content = has_content(path_);
  if (!content.ok()) return refuse(content.status().message());
  if (!*content) return {};
  const auto document = load_sealed(path_, kVersion);
  const auto run = document.ok() ? document->value().find("run") : nlohmann::json::const_iterator();
  if (!document.ok() || run == document->value().end() || !run->is_string()) {
    return refuse((document.ok() ? path_ + " is damaged" : document.status().message()) + "; '" + cleanup_ +
                  "' gives the unfinished run up");
  }
  found_ = run->get<std::string>();
  return {};
}

RunMark ResumeFile::mark() {
  return {[this](const RunState* found) { return check(found); },
          [this](const RunState& state) {
            run_ = state.id;
            return write(state.rows);
          },
          [this] {
            const Status removed = remove_file(path_);
            return removed.ok() ? sync_folder_of(path_) : removed;
          }};
}

Status ResumeFile::check(const RunState* found) const {
  if (!found_ || (found != nullptr && found->id == *found_)) return {};
  return Status(Code::config, std::string(kOption) + path_ + " is of an unfinished run that " + destination_ +
                                  (found == nullptr ? " knows nothing of" : " does not have, but another one") +
                                  "; name the configuration and destination of that run, or give it up with '" +
                                  cleanup_ + "'");
}

Status ResumeFile::write(int64_t rows) {
  return store_sealed(path_, kVersion,
                      {{"run", run_},
                       {"destination", destination_},
                       {"rows", rows},
                       {"message", "This run is unfinished. Run the same command again to go on, or give it up with '" +
                                       cleanup_ + "'."}});
}

Status remove_resume_file(const std::string& path) {
  const auto content = has_content(path);
  if (!content.ok()) return content.status();
  if (*content) {
    const auto text = File::open_private(path);
    if (!text.ok()) return text.status();
    const auto beginning = text->read(0, kBeginning.size());
    if (!beginning.ok()) return beginning.status();
    if (*beginning != kBeginning) {
      return Status(Code::config, std::string(kOption) + path + " is no resume state, and stays as it is");
    }
  }
  return remove_file(path);
}

}  // namespace bulkload
