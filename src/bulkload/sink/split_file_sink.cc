#include "bulkload/sink/split_file_sink.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "bulkload/sink/compression.h"
#include "bulkload/sink/durable_file.h"
#include "bulkload/sink/file_names.h"
#include "bulkload/sink/row_options.h"
#include "bulkload/sink/row_writer.h"
#include "bulkload/sink/sealed_json.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;
using Json = nlohmann::json;

constexpr int kVersion = 1;
constexpr size_t kPlainBufferBytes = size_t{256} << 10;

enum class Phase { writing, committing, committed };

NLOHMANN_JSON_SERIALIZE_ENUM(Phase, {{Phase::writing, "writing"},
                                     {Phase::committing, "committing"},
                                     {Phase::committed, "committed"}})

struct SplitState {
  Phase phase = Phase::writing;
  std::string layout;
  std::vector<int64_t> part_bytes;  // of each part file, what it holds durably
  int64_t header_bytes = 0;         // of each, the header at its beginning
  int64_t first = 0;                // number of the first file; known from `committing` on
  int64_t rows = 0;
  unsigned permissions = 0;
  std::string text;

  NLOHMANN_DEFINE_TYPE_INTRUSIVE(SplitState, phase, layout, part_bytes, header_bytes, first, rows, permissions, text)
};

struct Unit {
  std::string_view name;
  int64_t bytes;
};

constexpr std::array<Unit, 7> kUnits = {{{"", 1},
                                         {"KB", 1'000},
                                         {"MB", 1'000'000},
                                         {"GB", 1'000'000'000},
                                         {"KiB", 1 << 10},
                                         {"MiB", 1 << 20},
                                         {"GiB", 1 << 30}}};

// A whole number from 1 on and a unit.
std::optional<int64_t> parse_bytes(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 1) return std::nullopt;
  std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  for (const Unit& known : kUnits) {
    if (unit == known.name && number <= std::numeric_limits<int64_t>::max() / known.bytes) return number * known.bytes;
  }
  return std::nullopt;
}

// `csv`, `jsonl.gz`, …
std::string default_extension(const SinkOptions& options) {
  const std::string compression = options.get("compression", "none");
  const std::string ending = compression == "gzip" ? ".gz" : compression == "zstd" ? ".zst" : "";
  return options.get("format", "csv") + ending;
}

class SplitFileSink final : public Sink {
 public:
  explicit SplitFileSink(SinkOptions options)
      : options_(std::move(options)),
        compression_(parse_compression(options_.get("compression", "none"))),
        max_bytes_(parse_bytes(options_.get("max_file_bytes")).value_or(std::numeric_limits<int64_t>::max())),
        prefix_(options_.get("path_prefix")),
        state_path_(prefix_ + ".state") {}

  bool keeps_state() const override { return true; }

  base::Result<std::optional<SavedState>> open(const TableSchema& schema) override {
    auto names = FileNames::parse(prefix_, options_.get("sequence_format", std::string(kSequenceFormat)),
                                  options_.get("file_ext", default_extension(options_)));
    if (!names.ok()) return names.status();
    names_ = std::move(*names);
    if (Status status = take_lock(); !status.ok()) return status;
    auto writer = make_row_writer(options_, schema);
    if (!writer.ok()) return writer.status();
    writer_ = std::move(*writer);
    lines_.clear();
    const auto found = load_sealed(state_path_, kVersion);
    if (!found.ok()) return found.status();
    state_ = {};
    if (!found->has_value()) {
      state_.layout = row_layout(options_, schema);
      Status status = remove_parts();
      if (status.ok()) status = begin_part();
      return status.ok() ? base::Result<std::optional<SavedState>>(std::nullopt) : status;
    }
    if (Status status = adopt(**found, row_layout(options_, schema)); !status.ok()) return status;
    return std::optional<SavedState>(SavedState{state_.text, state_.phase == Phase::committed});
  }

  Status write(const RecordBatch& batch) override {
    const size_t enough = compression_ == Compression::none ? kPlainBufferBytes : kFrameTextBytes;
    for (int64_t row = 0; row < batch.rows(); ++row) {
      if (Status status = writer_->append(batch, row, lines_); !status.ok()) return status;
      const bool full = state_.part_bytes.back() + static_cast<int64_t>(lines_.size()) >= max_bytes_;
      if (lines_.size() < enough && !(full && compression_ == Compression::none)) continue;
      if (Status status = flush(); !status.ok()) return status;
      if (state_.part_bytes.back() < max_bytes_) continue;
      if (Status status = part_.sync(); !status.ok()) return status;
      if (Status status = begin_part(); !status.ok()) return status;
    }
    state_.rows += batch.rows();
    return {};
  }

  Status save(std::string_view state) override {
    if (Status status = flush(); !status.ok()) return status;
    if (Status status = part_.sync(); !status.ok()) return status;
    state_.text = state;
    return store();
  }

  base::Result<SinkResult> commit(std::string_view state) override {
    if (Status status = flush(); !status.ok()) return status;
    if (Status status = finish_last_part(); !status.ok()) return status;
    if (options_.mode != Mode::replace && state_.rows == 0) state_.part_bytes.clear();
    const auto first = first_number();
    if (!first.ok()) return first.status();
    state_.first = *first;
    state_.text = state;
    state_.phase = Phase::committing;
    if (Status status = store(); !status.ok()) return status;
    if (Status status = finish_commit(); !status.ok()) return status;
    return SinkResult{state_.rows, where()};
  }

  Status forget() override { return remove_all({state_path_, state_path_ + ".tmp"}); }

  Status abandon() override {
    if (Status status = take_lock(); !status.ok()) return status;
    part_.close();
    if (Status status = remove_parts(); !status.ok()) return status;
    return remove_all({state_path_, state_path_ + ".tmp"});
  }

 private:
  std::string part_path(size_t part) const { return prefix_ + ".part" + std::to_string(part); }

  std::string where() const {
    if (state_.part_bytes.empty()) return prefix_ + "*";
    const std::string first = names_->of(state_.first);
    if (state_.part_bytes.size() == 1) return first;
    return first + " … " + names_->of(state_.first + static_cast<int64_t>(state_.part_bytes.size()) - 1);
  }

  Status take_lock() {
    if (lock_.held()) return {};
    auto lock = FileLock::acquire(prefix_ + ".lock");
    if (!lock.ok()) return lock.status();
    lock_ = std::move(*lock);
    return {};
  }

  Status store() const { return store_sealed(state_path_, kVersion, Json(state_)); }

  // A part file for the rows that come next, with its header in a frame of its own.
  Status begin_part() {
    const std::string path = part_path(state_.part_bytes.size());
    auto part = File::create(path, 0666);
    if (!part.ok()) return part.status();
    part_ = std::move(*part);
    const auto permissions = part_.permissions();
    if (!permissions.ok()) return permissions.status();
    state_.permissions = *permissions;
    if (Status status = part_.set_permissions(0600); !status.ok()) return status;
    state_.part_bytes.push_back(0);
    lines_ = writer_->header();
    const Status status = flush();
    state_.header_bytes = state_.part_bytes.back();
    return status;
  }

  Status adopt(const Json& document, const std::string& layout) {
    try {
      state_ = document.get<SplitState>();
    } catch (const Json::exception&) {
      return damaged_state(state_path_);
    }
    if (state_.phase != Phase::writing) return finish_commit();
    if (state_.part_bytes.empty()) return damaged_state(state_path_);
    if (state_.layout != layout) {
      return Status(Code::config, state_path_ +
                                      ": an unfinished run wrote other columns or another format; run it again with "
                                      "its configuration, or give it up with bulkload cleanup");
    }
    for (size_t part = 0; part < state_.part_bytes.size(); ++part) {
      if (Status status = open_part(part); !status.ok()) return status;
    }
    if (Status status = remove_parts(state_.part_bytes.size()); !status.ok()) return status;
    return part_.cut(state_.part_bytes.back());
  }

  // Opens a part file of a saved state and checks that all of it is there.
  Status open_part(size_t part) {
    auto file = File::open_private(part_path(part));
    if (!file.ok()) return file.status();
    const auto size = file->size();
    if (!size.ok()) return size.status();
    if (*size < state_.part_bytes[part]) {
      return Status(Code::config, part_path(part) + " is shorter than " + state_path_ +
                                      " says: restore it, or give the run up with bulkload cleanup");
    }
    part_ = std::move(*file);
    return {};
  }

  Status flush() {
    if (lines_.empty()) return {};
    bytes_.clear();
    Status status = append_frame(compression_, lines_, bytes_);
    if (status.ok()) status = part_.append(bytes_);
    if (!status.ok()) return status;
    state_.part_bytes.back() += static_cast<int64_t>(bytes_.size());
    lines_.clear();
    return {};
  }

  // A part that was begun for rows that never came is left out. A compressed file of no text has a frame too.
  Status finish_last_part() {
    if (state_.part_bytes.size() > 1 && state_.part_bytes.back() == state_.header_bytes) {
      state_.part_bytes.pop_back();
      return {};
    }
    if (state_.part_bytes.back() == 0) {
      bytes_.clear();
      Status status = append_frame(compression_, {}, bytes_);
      if (status.ok()) status = part_.append(bytes_);
      if (!status.ok()) return status;
      state_.part_bytes.back() = static_cast<int64_t>(bytes_.size());
    }
    return part_.sync();
  }

  base::Result<int64_t> first_number() const {
    if (options_.mode != Mode::append) return 0;
    const auto numbers = names_->existing();
    if (!numbers.ok()) return numbers.status();
    return numbers->empty() ? 0 : *std::max_element(numbers->begin(), numbers->end()) + 1;
  }

  // From the durable decision to commit, to the durable mark that it is done. Also after a crash anywhere in between.
  Status finish_commit() {
    part_.close();
    if (state_.phase == Phase::committing) {
      for (size_t part = 0; part < state_.part_bytes.size(); ++part) {
        if (Status status = publish(part); !status.ok()) return status;
      }
      if (Status status = remove_replaced(); !status.ok()) return status;
      state_.phase = Phase::committed;
      if (Status status = store(); !status.ok()) return status;
    }
    return remove_parts(state_.part_bytes.size());
  }

  Status publish(size_t part) {
    const std::string path = part_path(part);
    const std::string target = names_->of(state_.first + static_cast<int64_t>(part));
    const auto kind = file_kind(path);
    if (!kind.ok()) return kind.status();
    if (*kind == FileKind::missing) {
      const auto published = file_kind(target);
      if (!published.ok()) return published.status();
      if (*published == FileKind::regular) return sync_folder_of(target);
      return Status(Code::config, path + " is missing: restore it, or give the run up with bulkload cleanup");
    }
    auto file = File::open(path);
    if (!file.ok()) return file.status();
    Status status = file->set_permissions(state_.permissions);
    if (status.ok()) status = file->sync();
    return status.ok() ? rename_file(path, target) : status;
  }

  // In replace modes: the files of an earlier, longer sequence.
  Status remove_replaced() const {
    if (options_.mode == Mode::append || state_.part_bytes.empty()) return {};
    const auto numbers = names_->existing();
    if (!numbers.ok()) return numbers.status();
    for (const int64_t number : *numbers) {
      if (number < static_cast<int64_t>(state_.part_bytes.size())) continue;
      if (Status status = remove_file(names_->of(number)); !status.ok()) return status;
    }
    return sync_folder_of(prefix_);
  }

  // Part files from `first` on; the last one first, so that those which a crash leaves have no gap.
  Status remove_parts(size_t first = 0) const {
    size_t end = first;
    for (;; ++end) {
      const auto kind = file_kind(part_path(end));
      if (!kind.ok()) return kind.status();
      if (*kind == FileKind::missing) break;
    }
    for (; end > first; --end) {
      if (Status status = remove_file(part_path(end - 1)); !status.ok()) return status;
    }
    return {};
  }

  Status remove_all(std::initializer_list<std::string> paths) {
    for (const std::string& path : paths) {
      if (Status status = remove_file(path); !status.ok()) return status;
    }
    Status status = sync_folder_of(prefix_);
    lock_.release();
    return status;
  }

  const SinkOptions options_;
  const Compression compression_;
  const int64_t max_bytes_;
  const std::string prefix_;
  const std::string state_path_;
  std::optional<FileNames> names_;
  FileLock lock_;
  std::unique_ptr<RowWriter> writer_;
  File part_;  // the last one
  SplitState state_;
  std::string lines_;  // rows that are not in the part file yet
  std::string bytes_;
};

}  // namespace

std::unique_ptr<Sink> make_split_file_sink(const SinkOptions& options) {
  return std::make_unique<SplitFileSink>(options);
}

std::string check_sequence_format(const std::string& value, const SinkOptions&) {
  const auto names = FileNames::parse("", value, "");
  return names.ok() ? "" : names.status().message();
}

std::string check_file_bytes(const std::string& value, const SinkOptions&) {
  return parse_bytes(value) ? "" : "must be a size such as 256MiB or 500MB";
}

}  // namespace bulkload
