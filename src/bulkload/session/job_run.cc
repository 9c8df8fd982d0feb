#include "bulkload/session/job_run.h"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "bulkload/next_config_file.h"
#include "bulkload/run.h"
#include "bulkload/session/session_request.h"
#include "bulkload/sink/durable_file.h"

extern char** environ;

namespace bulkload {

namespace {

// Other sessions load into the same database, one after the other.
constexpr int64_t kBusyWaitSec = 3'600;

using base::Status;

constexpr int kLockDescriptor = 3;  // of a job's process

RunReport load_session(Store& store, const Session& session, const CommandLine& line, Console& console) {
  RunRequest request = run_request(session, line);
  request.busy_wait_sec = kBusyWaitSec;
  if (session.id != 0) {
    request.store_next_config = [&](const std::string& diff) {
      const auto text = next_config_text(diff);
      return text.ok() ? store_config_diff(store, session.id, *text) : text.status();
    };
  }
  const Status entered = enter_folder(session);
  if (entered.ok()) return run_load(request, console);
  console.log().error(entered.message());
  return {entered, 2, 0};
}

/// Arguments of a program, ended by a null pointer; `texts` must outlive them.
std::vector<char*> argument_list(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

std::vector<std::string> job_command(const Store& store, const QueuedJob& job, const CommandLine& line) {
  std::vector<std::string> command = {"bulkload", "job", "run", std::to_string(job.id)};
  const auto add = [&](const char* option, std::string_view value) {
    command.insert(command.end(), {option, std::string(value)});
  };
  add("--lock", std::to_string(kLockDescriptor));
  add("--state", store.path());
  add("--log-level", base::kLogLevelNames.at(static_cast<size_t>(line.log_level)));
  if (!line.log_path.empty()) add("--log-path", line.log_path);
  if (line.log_format == LogFormat::json) add("--log-format", "json");
  if (!line.auth_path.empty()) add("--auth-file", std::filesystem::absolute(line.auth_path).string());
  for (const std::string& plugin : line.plugins) add("--plugin", plugin);
  return command;
}

/// What posix_spawn(3) does in the new process, before the program begins.
class SpawnSetup {
 public:
  SpawnSetup(int lock_descriptor, JobOutput output) {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (output == JobOutput::discarded) posix_spawn_file_actions_adddup2(&files_, STDOUT_FILENO, STDERR_FILENO);
    // Also where both are the same, this leaves a descriptor that the program keeps.
    posix_spawn_file_actions_adddup2(&files_, lock_descriptor, kLockDescriptor);
    posix_spawnattr_init(&attributes_);
    // A scheduler takes its signals on a thread of its own, and blocks them elsewhere.
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  ~SpawnSetup() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&files_);
  }

  const posix_spawn_file_actions_t* files() const { return &files_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

int run_job(Store& store, const QueuedJob& job, const Session& session, const CommandLine& line, Console& console) {
  const base::SystemClock clock;
  const Status started = start_job(store, job.id, clock.now_us());
  if (!started.ok()) {
    console.log().error(started.message());
    return 1;
  }
  const RunReport report = load_session(store, session, line, console);
  const Status ended = end_job(store, job.id, job_status_of(report.exit_code), report.rows,
                               console.masked(report.status.message()), clock.now_us());
  if (!ended.ok()) console.log().error("the job's end is not in the history: " + ended.message());
  return report.exit_code;
}

base::Result<pid_t> spawn_job(const Store& store, const QueuedJob& job, const CommandLine& line, JobOutput output) {
  const SpawnSetup setup(job.lock.descriptor(), output);
  std::vector<std::string> command = job_command(store, job, line);
  pid_t process = -1;
  const int error_number = posix_spawn(&process, "/proc/self/exe", setup.files(), setup.attributes(),
                                       argument_list(command).data(), environ);
  if (error_number != 0) return io_error("start", "a process for the job", error_number);
  return process;
}

}  // namespace bulkload
