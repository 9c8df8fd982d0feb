#include "bulkload/sink/parquet_sink.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "bulkload/sink/durable_file.h"
#include "bulkload/sink/parquet_encoder.h"
#include "bulkload/sink/parquet_part.h"
#include "bulkload/sink/parquet_pending.h"
#include "bulkload/sink/parquet_state.h"
#include "bulkload/sink/row_options.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;
using Phase = ParquetState::Phase;
using Publish = ParquetState::Publish;

constexpr size_t kCopyBytes = size_t{1} << 20;
constexpr int64_t kMostGroupRows = int64_t{1} << 20;
// A row group of larger rows than this on average closes before it has its number of rows: all of it is in memory.
constexpr int64_t kBytesPerRow = 4096;

constexpr std::array<std::string_view, 9> kTextKeys = {"delimiter",
                                                       "header_line",
                                                       "null_string",
                                                       "newline",
                                                       "quote_policy",
                                                       "default_timezone",
                                                       "default_timestamp_format",
                                                       "column_options",
                                                       "path_prefix"};

int64_t parse_row_group_size(std::string_view text) {
  int64_t rows = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rows);
  return error == std::errc() && end == text.data() + text.size() ? rows : 0;
}

class ParquetSink final : public Sink {
 public:
  explicit ParquetSink(SinkOptions options)
      : options_(std::move(options)),
        group_rows_(parse_row_group_size(options_.get("row_group_size", std::string(kRowGroupSize)))),
        path_(options_.get("path")),
        part_path_(path_ + ".part"),
        state_path_(path_ + ".state") {}

  bool keeps_state() const override { return true; }

  base::Result<std::optional<SavedState>> open(const TableSchema& schema) override {
    if (Status status = take_lock(); !status.ok()) return status;
    auto encoder = ParquetEncoder::open(schema, options_.get("compression", "snappy"));
    if (!encoder.ok()) return encoder.status();
    encoder_ = std::move(*encoder);
    auto found = load_parquet_state(state_path_);
    if (!found.ok()) return found.status();
    const bool fresh = !found->has_value();
    state_ = std::move(*found).value_or(ParquetState());
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
    pending_.add(batch);
    state_.rows += batch.rows();
    while (tail_rows_ + pending_.rows() >= group_rows_ || pending_.bytes() >= group_rows_ * kBytesPerRow) {
      if (Status status = write_group(std::min(group_rows_ - tail_rows_, pending_.rows())); !status.ok()) return status;
    }
    return {};
  }

  Status save(std::string_view state) override {
    if (Status status = write_tail(); !status.ok()) return status;
    if (Status status = part_.sync(); !status.ok()) return status;
    state_.text = state;
    return store_parquet_state(state_path_, state_);
  }

  base::Result<SinkResult> commit(std::string_view state) override {
    if (Status status = choose_publish(); !status.ok()) return status;
    // A file without rows has columns, and those come from a row group without rows.
    const bool needs_columns = state_.part_bytes == 0 && state_.publish == Publish::replace;
    if (tail_rows_ + pending_.rows() > 0 || needs_columns) {
      if (Status status = write_group(pending_.rows()); !status.ok()) return status;
    }
    if (Status status = part_.sync(); !status.ok()) return status;
    state_.tail = 0;
    state_.text = state;
    state_.phase = Phase::committing;
    if (Status status = store_parquet_state(state_path_, state_); !status.ok()) return status;
    if (Status status = finish_commit(); !status.ok()) return status;
    return SinkResult{state_.rows, path_};
  }

  Status forget() override { return remove_all({state_path_, state_path_ + ".tmp"}); }

  // What a commit has made visible stays; before that nothing of the destination was touched.
  Status abandon() override {
    if (Status status = take_lock(); !status.ok()) return status;
    part_.close();
    if (Status status = remove_working_files(); !status.ok()) return status;
    return remove_all({state_path_, state_path_ + ".tmp"});
  }

 private:
  std::string tail_path(int number) const { return path_ + ".tail" + std::to_string(number); }
  std::string whole_path() const { return path_ + ".tmp"; }

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
    if (Status status = remove_working_files(); !status.ok()) return status;
    auto part = File::create(part_path_, 0666);
    if (!part.ok()) return part.status();
    part_ = std::move(*part);
    const auto permissions = part_.permissions();
    if (!permissions.ok()) return permissions.status();
    state_.permissions = *permissions;
    state_.layout = std::move(layout);
    return part_.set_permissions(0600);
  }

  Status go_on(const std::string& layout) {
    if (state_.layout != layout) {
      return Status(Code::config, state_path_ +
                                      ": an unfinished run wrote other columns or another format; run it again with "
                                      "its configuration, or give it up with bulkload cleanup");
    }
    if (Status status = check_target(); !status.ok()) return status;
    if (Status status = open_part(); !status.ok()) return status;
    if (Status status = part_.cut(state_.part_bytes); !status.ok()) return status;
    if (state_.tail == 0) return {};
    const std::string path = tail_path(state_.tail);
    const auto tail = File::open_private(path);
    if (!tail.ok()) return tail.status();
    const auto size = tail->size();
    if (!size.ok()) return size.status();
    const auto footer = read_footer(*tail, path, *size);
    if (!footer.ok()) return footer.status();
    tail_rows_ = footer->rows();
    return {};
  }

  // In append mode: whether the rows would fit to what is there.
  Status check_target() {
    const auto kind = file_kind(path_);
    if (!kind.ok()) return kind.status();
    if (options_.mode != Mode::append || *kind == FileKind::missing) return {};
    const auto file = File::open(path_);
    if (!file.ok()) return file.status();
    const auto size = file->size();
    if (!size.ok() || *size == 0) return size.ok() ? Status() : size.status();
    const auto fits = encoder_->has_same_columns(path_);
    if (!fits.ok()) return fits.status();
    if (*fits) return read_footer(*file, path_, *size).status();
    return Status(Code::config, path_ + " has other columns: use mode replace or another path");
  }

  // The rows of the tail file, and the first pending ones, become a row group of the part file.
  Status write_group(int64_t pending_rows) {
    auto group = encoder_->encode(tail_rows_ > 0 ? tail_path(state_.tail) : "", pending_.first(pending_rows));
    if (!group.ok()) return group.status();
    const std::string entry = part_entry(std::move(*group));
    if (Status status = part_.append(entry); !status.ok()) return status;
    state_.part_bytes += static_cast<int64_t>(entry.size());
    pending_.drop(pending_rows);
    tail_rows_ = 0;
    return {};
  }

  // Rows that are too few for a row group are made durable in a file of their own, beside the one that the last durable
  // state names. From there they go on.
  Status write_tail() {
    if (pending_.rows() == 0) {
      if (tail_rows_ == 0) state_.tail = 0;
      return {};
    }
    const auto rows = encoder_->encode(tail_rows_ > 0 ? tail_path(state_.tail) : "", pending_.first(pending_.rows()));
    if (!rows.ok()) return rows.status();
    const int number = state_.tail == 1 ? 2 : 1;
    auto tail = File::create(tail_path(number), 0600);
    if (!tail.ok()) return tail.status();
    Status status = tail->append(*rows);
    if (status.ok()) status = tail->sync();
    if (!status.ok()) return status;
    state_.tail = number;
    tail_rows_ += pending_.rows();
    pending_.drop(pending_.rows());
    return {};
  }

  // Opens the part file of a saved state and checks that all of it is there.
  Status open_part() {
    // A file about to be renamed may have its final permissions already, which let others write if the umask does.
    auto part = state_.publish == Publish::replace ? File::open(part_path_) : File::open_private(part_path_);
    if (!part.ok()) return part.status();
    part_ = std::move(*part);
    const auto size = part_.size();
    if (!size.ok()) return size.status();
    if (*size >= state_.part_bytes) return {};
    return Status(Code::config, part_path_ + " is shorter than " + state_path_ +
                                    " says: restore it, or give the run up with bulkload cleanup");
  }

  // How the rows become visible. Recorded before it begins, so that after a crash it is completed in the same way.
  Status choose_publish() {
    state_.publish = Publish::nothing;
    if (options_.mode != Mode::replace && state_.rows == 0) return {};
    state_.publish = Publish::replace;
    const auto kind = file_kind(path_);
    if (!kind.ok() || *kind == FileKind::missing) return kind.status();
    const auto target = File::open(path_);
    if (!target.ok()) return target.status();
    const auto size = target->size();
    const auto permissions = target->permissions();
    if (!size.ok() || !permissions.ok()) return size.ok() ? permissions.status() : size.status();
    state_.permissions = *permissions;
    state_.base_bytes = *size;
    if (options_.mode == Mode::append && *size > 0) state_.publish = Publish::append;
    return {};
  }

  // From the durable decision to commit, to the durable mark that it is done. Also after a crash anywhere in between.
  Status finish_commit() {
    if (state_.phase == Phase::committing) {
      Status status;
      if (state_.publish == Publish::replace) status = publish_by_replacing();
      if (state_.publish == Publish::append) status = publish_by_appending();
      if (!status.ok()) return status;
      state_.phase = Phase::committed;
      status = store_parquet_state(state_path_, state_);
      if (!status.ok()) return status;
    }
    part_.close();
    return remove_working_files();
  }

  Status publish_by_replacing() {
    const auto part = file_kind(part_path_);
    if (!part.ok()) return part.status();
    if (*part == FileKind::regular) {
      Status status = part_.is_open() ? Status() : open_part();
      if (!status.ok()) return status;
      const auto end = end_of_parts(part_, part_path_, state_.part_bytes, nullptr, 0);
      if (!end.ok()) return end.status();
      status = part_.cut(state_.part_bytes);
      if (status.ok()) status = part_.append(*end);
      if (status.ok()) status = part_.set_permissions(state_.permissions);
      if (status.ok()) status = part_.sync();
      return status.ok() ? rename_file(part_path_, path_) : status;
    }
    const auto target = file_kind(path_);
    if (!target.ok()) return target.status();
    if (*target == FileKind::regular) return sync_folder_of(path_);
    return Status(Code::config, part_path_ + " is missing: restore it, or give the run up with bulkload cleanup");
  }

  Status publish_by_appending() {
    Status status = part_.is_open() ? Status() : open_part();
    if (!status.ok()) return status;
    const auto target = File::open(path_);
    if (!target.ok()) return target.status();
    const auto size = target->size();
    if (!size.ok()) return size.status();
    // The file begins with what it was before, whether it has the new rows already or not.
    const auto base = read_footer(*target, path_, state_.base_bytes);
    if (!base.ok()) return base.status();
    const auto end = end_of_parts(part_, part_path_, state_.part_bytes, &*base, state_.base_bytes);
    if (!end.ok()) return end.status();
    const int64_t whole_bytes = state_.base_bytes + state_.part_bytes + static_cast<int64_t>(end->size());
    if (*size == whole_bytes) return sync_folder_of(path_);
    if (*size != state_.base_bytes) {
      return Status(Code::config, path_ + " was changed by somebody else: give the run up with bulkload cleanup");
    }
    auto whole = File::create(whole_path(), 0600);
    if (!whole.ok()) return whole.status();
    status = copy(*target, state_.base_bytes, *whole);
    if (status.ok()) status = copy(part_, state_.part_bytes, *whole);
    if (status.ok()) status = whole->append(*end);
    if (status.ok()) status = whole->set_permissions(state_.permissions);
    if (status.ok()) status = whole->sync();
    return status.ok() ? rename_file(whole_path(), path_) : status;
  }

  // The first `size` bytes.
  static Status copy(const File& from, int64_t size, File& to) {
    for (int64_t position = 0; position < size;) {
      const auto length = std::min(static_cast<int64_t>(kCopyBytes), size - position);
      const auto bytes = from.read(position, static_cast<size_t>(length));
      if (!bytes.ok()) return bytes.status();
      if (Status status = to.append(*bytes); !status.ok()) return status;
      position += length;
    }
    return {};
  }

  Status remove_working_files() const {
    for (const std::string& path : {part_path_, tail_path(1), tail_path(2), whole_path()}) {
      if (Status status = remove_file(path); !status.ok()) return status;
    }
    return {};
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
  const int64_t group_rows_;
  const std::string path_;
  const std::string part_path_;
  const std::string state_path_;
  FileLock lock_;
  std::unique_ptr<ParquetEncoder> encoder_;
  File part_;
  ParquetState state_;
  PendingRows pending_;    // rows that are in no file yet
  int64_t tail_rows_ = 0;  // rows of the tail file that are in no row group yet
};

}  // namespace

std::unique_ptr<Sink> make_parquet_sink(const SinkOptions& options) { return std::make_unique<ParquetSink>(options); }

void check_parquet_options(const SinkOptions& options, Problems& problems) {
  if (options.get("format") != "parquet") {
    if (options.settings.contains("row_group_size")) {
      problems.push_back("row_group_size: has a meaning only with format parquet");
    }
    const std::string compression = options.get("compression");
    if (compression == "snappy" || compression == "lz4") {
      problems.push_back("compression: " + compression + " is possible only with format parquet: use gzip or zstd");
    }
    return;
  }
  // DuckDB, which reads the file again in append mode, takes such names for patterns.
  if (options.get("path").find_first_of("*?[") != std::string::npos) {
    problems.push_back("path: must not have *, ? or [ with format parquet");
  }
  for (const std::string_view key : kTextKeys) {
    if (options.settings.contains(std::string(key))) {
      problems.push_back(std::string(key) + ": has no meaning with format parquet");
    }
  }
}

std::string check_row_group_size(const std::string& value, const SinkOptions&) {
  const int64_t rows = parse_row_group_size(value);
  return rows >= 1 && rows <= kMostGroupRows ? "" : "must be a number of rows from 1 to 1048576";
}

}  // namespace bulkload
