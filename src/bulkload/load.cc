#include "bulkload/load.h"

#include <optional>
#include <utility>
#include <vector>

#include "bulkload/text_format.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

/// `{done:  0 / 1, running: 1}`, as Embulk prints it.
std::string task_line(size_t done, size_t tasks) {
  std::string count = std::to_string(done);
  count.insert(0, count.size() < 3 ? 3 - count.size() : 0, ' ');
  return "{done:" + count + " / " + std::to_string(tasks) + ", running: " + (done < tasks ? "1" : "0") + "}";
}

/// One attempt at a run.
class Loader {
 public:
  explicit Loader(const LoadJob& job) : job_(job) {}

  LoadOutcome run() {
    LoadOutcome outcome;
    outcome.status = open();
    if (outcome.status.ok() && !committed_) {
      sink_->set_begin(state_.upload_time_us);
      outcome.status = read_tasks();
    }
    if (outcome.status.ok() && !committed_) outcome.status = commit(outcome.result);
    if (outcome.status.ok()) outcome.status = finish();
    outcome.kept = kept();
    outcome.state_stays = stays_;
    outcome.rows_kept = saved_rows_;
    return outcome;
  }

  /// Whether what was gathered is to be thrown away, which a source without order asks for when it lost its place.
  bool must_begin_anew(const Status& why) const { return why.begin_anew() && is_unordered(job_.input->schema()); }

  /// Takes the attempt back.
  Status abandon() {
    const Status unmarked = has_state_ && job_.mark.remove ? job_.mark.remove() : Status();
    if (!unmarked.ok() || !sink_) return unmarked;
    return sink_->abandon();
  }

 private:
  Status open() {
    auto sink = job_.make_sink();
    if (!sink.ok()) return sink.status();
    sink_ = std::move(sink).value();
    auto found = sink_->open(job_.filters != nullptr ? job_.filters->schema() : job_.input->schema());
    if (!found.ok()) return found.status();
    if (found->has_value()) return adopt(**found);
    const Status unmarked = job_.mark.check ? job_.mark.check(nullptr) : Status();
    if (!unmarked.ok()) return give_up(unmarked);
    auto tasks = job_.input->plan(1);
    if (!tasks.ok()) return give_up(tasks.status());
    state_.tasks = std::move(tasks).value();
    state_.id = new_run_id();
    state_.upload_time_us = job_.clock->now_us();
    state_.filters = filters_digest();
    return {};
  }

  /// Goes on from what an unfinished run left.
  Status adopt(const SavedState& found) {
    has_state_ = true;
    committed_ = found.committed;
    auto state = parse_run_state(found.text);
    Status status = state.status();
    if (status.ok() && !committed_ && state->filters != filters_digest()) {
      status =
          Status(Code::config, "the unfinished run had other filters (filters, out.time_column, out.detect_deletes)");
    }
    if (status.ok() && job_.mark.check) status = job_.mark.check(&*state);
    refused_ = !status.ok();
    if (refused_) return status;
    state_ = std::move(state).value();
    if (state_.id.empty()) state_.id = new_run_id();
    if (state_.upload_time_us == 0) state_.upload_time_us = job_.clock->now_us();
    saved_rows_ = state_.rows;
    job_.log.info(committed_
                      ? "The last run's rows are committed; only its next configuration is missing."
                      : "Resuming the unfinished run: " + format_count(state_.rows) + " rows are there already.");
    return {};
  }

  Status read_tasks() {
    job_.log.info(task_line(state_.done, state_.tasks.size()));
    while (state_.done < state_.tasks.size()) {
      const Status status = read_task(state_.tasks[state_.done]);
      if (!status.ok()) return status;
      ++state_.done;
      job_.log.info(task_line(state_.done, state_.tasks.size()));
    }
    return {};
  }

  Status read_task(std::string& task) {
    auto reader = job_.input->run(task);
    if (!reader.ok()) {
      refused_ = has_state_ && reader.status().code() == Code::config;
      return give_up(reader.status());
    }
    while (true) {
      auto batch = reader->next();
      if (!batch.ok()) return stop(*reader, task, batch.status());
      if (!batch->has_value()) return end_task(*reader, task);
      const Status status = write(*reader, task, *std::move(*batch));
      if (!status.ok()) return give_up(status);
    }
  }

  Status write(Reader& reader, std::string& task, RecordBatch batch) {
    const auto filtered = filter(std::move(batch));
    if (!filtered.ok()) return filtered.status();
    const Status status = sink_->write(*filtered);
    if (!status.ok()) return status;
    state_.rows += filtered->rows();
    unsaved_ = true;
    return saves_.due(job_.clock->monotonic_us()) ? save(reader, task) : Status();
  }

  base::Result<RecordBatch> filter(RecordBatch batch) {
    if (job_.filters == nullptr) return batch;
    return job_.filters->apply(std::move(batch), {state_.upload_time_us, state_.rows});
  }

  std::string filters_digest() const { return job_.filters != nullptr ? job_.filters->digest() : std::string(); }

  Status save(Reader& reader, std::string& task) {
    const int64_t begin_us = job_.clock->monotonic_us();
    auto checkpoint = reader.checkpoint();
    if (!checkpoint.ok()) return checkpoint.status();
    task = std::move(checkpoint).value();
    const Status status = sink_->save(to_text(state_));
    if (!status.ok()) return status;
    saves_.saved(begin_us, job_.clock->monotonic_us());
    has_state_ = sink_->keeps_state();
    if (has_state_) saved_rows_ = state_.rows;
    unsaved_ = false;
    const bool is_first = !std::exchange(marked_, true);
    return is_first && has_state_ && job_.mark.set ? job_.mark.set(state_) : Status();
  }

  Status end_task(Reader& reader, std::string& task) {
    const bool is_last = state_.done + 1 == state_.tasks.size();
    if (is_last && job_.interrupts != nullptr) {
      // From here on the input must stay usable, for the next configuration. A signal that came before stops the run.
      job_.interrupts->set_action({});
      if (job_.interrupts->interrupted()) return stop(reader, task, Status(Code::cancelled, "stopped by a signal"));
    }
    auto report = reader.checkpoint();
    if (!report.ok()) return give_up(report.status());
    task = std::move(report).value();
    return {};
  }

  /// The stream failed or was cancelled: what was written is kept.
  Status stop(Reader& reader, std::string& task, const Status& why) {
    if (unsaved_ && !must_begin_anew(why)) {
      const Status saved = save(reader, task);
      if (!saved.ok()) job_.log.warn("What was read last is not kept: " + saved.message());
    }
    return give_up(why);
  }

  /// Leaves no trace of a run that has nothing to keep.
  Status give_up(const Status& why) {
    if (!has_state_ && !must_begin_anew(why)) {
      const Status taken_back = abandon();
      if (!taken_back.ok()) job_.log.warn("The destination was not tidied up: " + taken_back.message());
    }
    return why;
  }

  Status commit(SinkResult& result) {
    auto diff = job_.input->next_config(state_.tasks);
    if (!diff.ok()) return give_up(diff.status());
    state_.next_config = std::move(diff).value();
    has_state_ = sink_->keeps_state();
    auto committed = sink_->commit(to_text(state_));
    if (!committed.ok()) return committed.status();
    result = std::move(committed).value();
    committed_ = true;
    for (const std::string& warning : result.warnings) job_.log.warn(warning);
    job_.log.info("Committed.");
    return {};
  }

  Status finish() {
    auto diff = job_.input->next_config(state_.tasks);
    // A configuration that the killed run itself has changed is not the one of its reports; what it said is kept.
    const bool is_changed = diff.status().code() == Code::config;
    if (is_changed && job_.has_next_config && job_.has_next_config(state_.next_config)) diff = state_.next_config;
    if (!diff.ok()) {
      refused_ = is_changed;
      return diff.status();
    }
    job_.log.info("Next config diff: {\"in\":" + *diff + "}");
    if (job_.store_next_config) {
      const Status status = job_.store_next_config(*diff);
      if (!status.ok()) return status;
    }
    const Status unmarked = job_.mark.remove ? job_.mark.remove() : Status();
    if (!unmarked.ok()) return unmarked;
    stays_ = sink_->keeps_state() && job_.keeps_state && job_.keeps_state(*diff);
    if (stays_) return {};
    const Status forgotten = sink_->forget();
    if (!forgotten.ok()) job_.log.warn("The finished run's state was not dropped: " + forgotten.message());
    return {};
  }

  LoadOutcome::Kept kept() const {
    if (refused_) return LoadOutcome::Kept::refused;
    if (committed_) return LoadOutcome::Kept::committed;
    return has_state_ ? LoadOutcome::Kept::state : LoadOutcome::Kept::nothing;
  }

  const LoadJob& job_;
  std::unique_ptr<Sink> sink_;
  RunState state_;
  SavePolicy saves_;
  int64_t saved_rows_ = 0;
  bool has_state_ = false;  // the sink has a state that the next run will find
  bool unsaved_ = false;    // rows were written since
  bool marked_ = false;     // this process has saved once
  bool committed_ = false;
  bool refused_ = false;
  bool stays_ = false;
};

LoadOutcome load_or_begin_anew(const LoadJob& job) {
  for (bool again = false;; again = true) {
    Loader loader(job);
    LoadOutcome outcome = loader.run();
    if (!loader.must_begin_anew(outcome.status)) return outcome;
    const Status abandoned = loader.abandon();
    if (!abandoned.ok()) job.log.warn("The destination was not tidied up: " + abandoned.message());
    outcome.kept = LoadOutcome::Kept::nothing;
    outcome.rows_kept = 0;
    if (again || !abandoned.ok()) return outcome;
    job.log.warn("The source lost its place, and has no order to go on from; beginning anew: " +
                 outcome.status.message());
  }
}

}  // namespace

LoadOutcome load(const LoadJob& job) {
  LoadOutcome outcome = load_or_begin_anew(job);
  if (job.filters == nullptr) return outcome;
  for (const std::string& complaint : job.filters->complaints()) job.log.warn(complaint);
  return outcome;
}

Status forget_committed(Sink& sink, const TableSchema& schema) {
  const auto found = sink.open(schema);
  if (!found.ok()) return found.status();
  return found->has_value() && (*found)->committed ? sink.forget() : Status();
}

bool is_unordered(const TableSchema& schema) { return schema.meta("order") == "none"; }

int exit_code(const Status& status) {
  if (status.ok()) return 0;
  if (status.code() == Code::config) return 2;
  return base::is_resumable(status.code()) || status.begin_anew() ? 3 : 1;
}

}  // namespace bulkload
