#include <algorithm>
#include <optional>

#include "bulkload/sink/compression.h"
#include "bulkload/sink/durable_file.h"
#include "bulkload/sink/parquet_sink.h"
#include "bulkload/sink/registry.h"
#include "bulkload/sink/row_options.h"
#include "bulkload/sink/row_writer.h"
#include "bulkload/sink/sink_type.h"
#include "bulkload/sink/split_file_sink.h"
#include "bulkload/sink/state_file.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;
using Phase = FileState::Phase;
using Publish = FileState::Publish;

constexpr size_t kPlainBufferBytes = size_t{256} << 10;
constexpr size_t kCopyBytes = size_t{1} << 20;

std::string check_prefix(const std::string& value, const SinkOptions&) {
  return value.empty() || value.find('\0') != std::string::npos ? "must be the begin of a file's path" : "";
}

void check_keys(const SinkOptions& options, Problems& problems) {
  const bool has_prefix = options.settings.contains("path_prefix");
  if (options.settings.contains("path") == has_prefix) {
    problems.push_back(has_prefix ? "path_prefix: give this or path, not both"
                                  : "path: is missing, and type file needs it (or path_prefix)");
  }
  for (const char* key : {"sequence_format", "file_ext", "max_file_bytes"}) {
    if (options.settings.contains(key) && !has_prefix) {
      problems.push_back(std::string(key) + ": has a meaning only with path_prefix");
    }
  }
  check_parquet_options(options, problems);
}

constexpr SinkOption kOptions[] = {
    {"path", "", "", false, check_path, "the file; PATH.part, PATH.state and PATH.lock come and go beside it"},
    {"path_prefix", "", "", false, check_prefix, "instead of path: what the names of a sequence of files begin with"},
    {"sequence_format", "", kSequenceFormat, false, check_sequence_format, "path_prefix: the number in the names"},
    {"file_ext", "", "", false, nullptr, "path_prefix: end of the names; csv, jsonl.gz and so on by default"},
    {"max_file_bytes", "", "", false, check_file_bytes, "path_prefix: where the next file begins, such as 256MiB"},
    {"format", "csv | jsonl | parquet", "csv", false, nullptr,
     "CSV (RFC 4180), JSON Lines in UTF-8, or Apache Parquet"},
    {"compression", "none | gzip | zstd | snappy | lz4", "none", false, nullptr,
     "of the whole file; parquet: of its columns, snappy by default. snappy and lz4 are for parquet"},
    {"row_group_size", "", kRowGroupSize, false, check_row_group_size, "parquet: rows of a row group"},
    kDelimiterOption,
    kHeaderLineOption,
    kNullStringOption,
    kNewlineOption,
    kQuotePolicyOption,
    kTimezoneOption,
    kTimestampFormatOption,
    kColumnOptionsOption};

class FileSink final : public Sink {
 public:
  explicit FileSink(SinkOptions options)
      : options_(std::move(options)),
        compression_(parse_compression(options_.get("compression", "none"))),
        path_(options_.get("path")),
        part_path_(path_ + ".part"),
        state_path_(path_ + ".state") {}

  bool keeps_state() const override { return true; }

  base::Result<std::optional<SavedState>> open(const TableSchema& schema) override {
    if (Status status = take_lock(); !status.ok()) return status;
    auto writer = make_row_writer(options_, schema);
    if (!writer.ok()) return writer.status();
    writer_ = std::move(*writer);
    lines_.clear();
    auto found = load_state(state_path_);
    if (!found.ok()) return found.status();
    const bool fresh = !found->has_value();
    state_ = std::move(*found).value_or(FileState());
    Status status;
    if (fresh) {
      status = begin(row_layout(options_, schema));
    } else if (state_.phase == Phase::writing) {
      status = go_on(row_layout(options_, schema));
    } else {
      status = finish_commit();
    }
    if (!status.ok()) return status;
    if (fresh) return std::optional<SavedState>();
    return std::optional<SavedState>(SavedState{state_.text, state_.phase == Phase::committed});
  }

  Status write(const RecordBatch& batch) override {
    const size_t enough = compression_ == Compression::none ? kPlainBufferBytes : kFrameTextBytes;
    for (int64_t row = 0; row < batch.rows(); ++row) {
      if (Status status = writer_->append(batch, row, lines_); !status.ok()) return status;
      if (lines_.size() < enough) continue;
      if (Status status = flush(); !status.ok()) return status;
    }
    state_.rows += batch.rows();
    return {};
  }

  Status save(std::string_view state) override {
    if (Status status = flush(); !status.ok()) return status;
    if (Status status = part_.sync(); !status.ok()) return status;
    state_.text = state;
    return store_state(state_path_, state_);
  }

  base::Result<SinkResult> commit(std::string_view state) override {
    if (Status status = flush(); !status.ok()) return status;
    if (Status status = choose_publish(); !status.ok()) return status;
    state_.text = state;
    state_.phase = Phase::committing;
    if (Status status = store_state(state_path_, state_); !status.ok()) return status;
    if (Status status = finish_commit(); !status.ok()) return status;
    return SinkResult{state_.rows, path_};
  }

  Status forget() override { return remove_all({state_path_, state_path_ + ".tmp"}); }

  Status abandon() override {
    if (Status status = take_lock(); !status.ok()) return status;
    // A state that cannot be read is given up like any other: being asked to is what makes that right.
    const auto found = load_state(state_path_);
    if (found.ok() && found->has_value() && (*found)->phase == Phase::committing &&
        (*found)->publish == Publish::append) {
      state_ = **found;
      auto target = cut_target();
      if (!target.ok()) return target.status();
      if (Status status = target->sync(); !status.ok()) return status;
    }
    part_.close();
    return remove_all({part_path_, state_path_, state_path_ + ".tmp"});
  }

 private:
  Status take_lock() {
    if (lock_.held()) return {};
    const auto kind = file_kind(path_);
    if (!kind.ok()) return kind.status();
    if (*kind == FileKind::other) return Status(Code::config, path_ + " is not a regular file: choose another path");
    auto lock = FileLock::acquire(path_ + ".lock");
    if (!lock.ok()) return lock.status();
    lock_ = std::move(*lock);
    return {};
  }

  Status begin(std::string layout) {
    if (Status status = check_target(); !status.ok()) return status;
    auto part = File::create(part_path_, 0666);
    if (!part.ok()) return part.status();
    part_ = std::move(*part);
    const auto permissions = part_.permissions();
    if (!permissions.ok()) return permissions.status();
    state_.permissions = *permissions;
    if (Status status = part_.set_permissions(0600); !status.ok()) return status;
    state_.layout = std::move(layout);
    // The header is a frame of its own, so that commit() can leave it out where there is one already.
    lines_ = writer_->header();
    if (Status status = flush(); !status.ok()) return status;
    state_.header_bytes = state_.part_bytes;
    return {};
  }

  Status go_on(const std::string& layout) {
    if (state_.layout != layout) {
      return Status(Code::config, state_path_ +
                                      ": an unfinished run wrote other columns or another format; run it again "
                                      "with its configuration, or remove this file and " +
                                      part_path_ + " to give it up");
    }
    if (Status status = check_target(); !status.ok()) return status;
    if (Status status = open_part(); !status.ok()) return status;
    return part_.cut(state_.part_bytes);
  }

  // Opens the part file of a saved state and checks that all of it is there.
  Status open_part() {
    // A file about to be renamed may have its final permissions already, which let others write if the umask does.
    auto part = state_.publish == Publish::rename ? File::open(part_path_) : File::open_private(part_path_);
    if (!part.ok()) return part.status();
    part_ = std::move(*part);
    const auto size = part_.size();
    if (!size.ok()) return size.status();
    if (*size < state_.part_bytes) {
      return Status(Code::config,
                    part_path_ + " is shorter than " + state_path_ + " says: restore it, or remove both to start over");
    }
    return {};
  }

  // In append mode: whether the rows would fit at the end of what is there.
  Status check_target() const {
    const auto kind = file_kind(path_);
    if (!kind.ok()) return kind.status();
    if (options_.mode != Mode::append || *kind == FileKind::missing) return {};
    const auto file = File::open(path_);
    if (!file.ok()) return file.status();
    const auto size = file->size();
    if (!size.ok()) return size.status();
    if (*size == 0) return {};
    const std::string expected = writer_->start();
    const auto start = read_text_start(path_, compression_, std::max<size_t>(expected.size(), 1));
    if (!start.ok()) return start.status();
    if (!start->empty() && start->compare(0, expected.size(), expected) != 0) {
      return Status(Code::config, path_ + " has other columns or another format: use mode replace or another path");
    }
    if (compression_ != Compression::none) return {};
    const auto last = file->read(*size - 1, 1);
    if (!last.ok()) return last.status();
    if (*last == "\n") return {};
    return Status(Code::config, path_ + " ends within a line: complete or remove the line, or use another path");
  }

  Status flush() {
    if (lines_.empty()) return {};
    bytes_.clear();
    Status status = append_frame(compression_, lines_, bytes_);
    if (status.ok()) status = part_.append(bytes_);
    if (!status.ok()) return status;
    state_.part_bytes += static_cast<int64_t>(bytes_.size());
    lines_.clear();
    return {};
  }

  // How the rows become visible. Recorded before it begins, so that after a crash it is completed in the same way.
  Status choose_publish() {
    const bool rows_only = options_.mode != Mode::replace;
    if (rows_only && state_.rows == 0) {
      state_.publish = Publish::nothing;
      return {};
    }
    state_.publish = Publish::rename;
    const auto kind = file_kind(path_);
    if (!kind.ok()) return kind.status();
    if (*kind == FileKind::missing) return finish_part();
    const auto target = File::open(path_);
    if (!target.ok()) return target.status();
    const auto size = target->size();
    const auto permissions = target->permissions();
    if (!size.ok() || !permissions.ok()) return size.ok() ? permissions.status() : size.status();
    state_.permissions = *permissions;
    state_.base_bytes = *size;
    if (options_.mode == Mode::append && *size > 0) state_.publish = Publish::append;
    return finish_part();
  }

  // A compressed file of no text has a frame too: without one it would not be a compressed file.
  Status finish_part() {
    if (state_.part_bytes == 0) {
      bytes_.clear();
      Status status = append_frame(compression_, {}, bytes_);
      if (status.ok()) status = part_.append(bytes_);
      if (!status.ok()) return status;
      state_.part_bytes = static_cast<int64_t>(bytes_.size());
    }
    return part_.sync();
  }

  // From the durable decision to commit, to the durable mark that it is done. Also after a crash anywhere in between.
  Status finish_commit() {
    if (state_.phase == Phase::committing) {
      Status status;
      if (state_.publish == Publish::rename) status = publish_by_rename();
      if (state_.publish == Publish::append) status = publish_by_append();
      if (!status.ok()) return status;
      state_.phase = Phase::committed;
      status = store_state(state_path_, state_);
      if (!status.ok()) return status;
    }
    part_.close();
    return remove_file(part_path_);
  }

  Status publish_by_rename() {
    const auto part = file_kind(part_path_);
    if (!part.ok()) return part.status();
    if (*part == FileKind::regular) {
      Status status = part_.is_open() ? Status() : open_part();
      if (status.ok()) status = part_.set_permissions(state_.permissions);
      if (status.ok()) status = part_.sync();
      return status.ok() ? rename_file(part_path_, path_) : status;
    }
    const auto target = file_kind(path_);
    if (!target.ok()) return target.status();
    if (*target == FileKind::regular) return sync_folder_of(path_);
    return Status(Code::config, part_path_ + " is missing: restore it, or remove " + state_path_ + " to start over");
  }

  Status publish_by_append() {
    if (!part_.is_open()) {
      if (Status status = open_part(); !status.ok()) return status;
    }
    auto target = cut_target();
    if (!target.ok()) return target.status();
    for (int64_t position = state_.header_bytes; position < state_.part_bytes;) {
      const auto length = std::min(static_cast<int64_t>(kCopyBytes), state_.part_bytes - position);
      const auto bytes = part_.read(position, static_cast<size_t>(length));
      if (!bytes.ok()) return bytes.status();
      if (Status status = target->append(*bytes); !status.ok()) return status;
      position += length;
    }
    return target->sync();
  }

  // The destination of an append, cut to what it was before.
  base::Result<File> cut_target() const {
    auto target = File::open(path_);
    if (!target.ok()) return target;
    const auto size = target->size();
    if (!size.ok()) return size.status();
    const int64_t most = state_.base_bytes + state_.part_bytes - state_.header_bytes;
    if (*size < state_.base_bytes || *size > most) {
      return Status(Code::config, path_ + " was changed while the run's rows were being added: restore its first " +
                                      std::to_string(state_.base_bytes) + " bytes, or remove " + state_path_ +
                                      " to leave it as it is");
    }
    if (Status status = target->cut(state_.base_bytes); !status.ok()) return status;
    return target;
  }

  Status remove_all(std::initializer_list<std::string> paths) {
    for (const std::string& path : paths) {
      if (Status status = remove_file(path); !status.ok()) return status;
    }
    Status status = sync_folder_of(path_);
    lock_.release();
    return status;
  }

  const SinkOptions options_;
  const Compression compression_;
  const std::string path_;
  const std::string part_path_;
  const std::string state_path_;
  FileLock lock_;
  std::unique_ptr<RowWriter> writer_;
  File part_;
  FileState state_;
  std::string lines_;  // rows that are not in the part file yet
  std::string bytes_;
};

std::unique_ptr<Sink> make_file_sink(const SinkOptions& options) {
  if (options.get("format") == "parquet") return make_parquet_sink(options);
  if (options.settings.contains("path_prefix")) return make_split_file_sink(options);
  return std::make_unique<FileSink>(options);
}

}  // namespace

const SinkType kFileSink = {"file", kFileModes, kNoMerge, false, kOptions, make_file_sink, check_keys};

}  // namespace bulkload
