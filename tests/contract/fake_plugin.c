/* A second plugin: the whole contract in plain C99, over rows that it makes up. It proves that the ABI is C, keeps
 * the contract tests honest, and shows how little a plugin needs.
 *
 * Configuration, as `key: value` lines or one flat JSON object:
 *   rows: 25000       required: how many rows there are
 *   first_row: 100    rows before it are not read (this is what next_config sets)
 *   token: secret     stands for credentials; tasks of another token are refused
 *   fail_at: 300      the source refuses to give that row
 *   hang: true        the source never answers
 *   wait_sec: 600     the source asks for that pause before each batch
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fake_documents.h"
#include "fake_rows.h"

#define BATCH_ROWS 10000

struct bulk_input_input { /* lives until the host's handle and every reader is gone */
  int references;
  int cancelled;
  pid_t process;
  pthread_mutex_t mutex; /* guards the two above and `progress` */
  pthread_cond_t cancel_requested;
  bulk_input_host host;
  fake_settings settings;
  bulk_input_progress progress;
};

struct bulk_input_reader { /* lives until the host's handle and the stream are gone */
  int references;          /* guarded by the input's mutex */
  int is_preview;
  int ended;
  bulk_input_input* input;
  fake_task task;
  bulk_input_error error; /* why the stream failed; code 0: it did not */
};

/* ---- Errors -------------------------------------------------------------------------------------------- */

/* Whether `error` may be written to; a NULL one is simply not filled. */
static int is_error_usable(const bulk_input_error* error) {
  return error == NULL || error->struct_size >= sizeof *error;
}

static int is_cancelled(bulk_input_input* input) {
  pthread_mutex_lock(&input->mutex);
  const int cancelled = input->cancelled;
  pthread_mutex_unlock(&input->mutex);
  return cancelled;
}

/* What every call on an input checks first. */
static int32_t enter(bulk_input_input* input, int pointers_given, bulk_input_error* error) {
  if (!is_error_usable(error)) return BULK_INPUT_ERROR_ABI;
  if (input == NULL || !pointers_given)
    return fake_fail(error, BULK_INPUT_ERROR_ABI, "a pointer is NULL; pass a valid one");
  if (input->process != getpid()) {
    return fake_fail(error, BULK_INPUT_ERROR_ABI, "the handle belongs to the parent process; call init in this one");
  }
  if (is_cancelled(input)) return fake_fail(error, BULK_INPUT_ERROR_CANCELLED, "cancelled by the host");
  return fake_succeed(error);
}

/* ---- Texts --------------------------------------------------------------------------------------------- */

static void release_text(bulk_input_text* text) {
  free(text->private_data);
  memset(text, 0, sizeof *text);
}

static int32_t give_text(const char* data, bulk_input_text* out, bulk_input_error* error) {
  const size_t size = strlen(data);
  char* copy = malloc(size + 1);
  if (copy == NULL) return fake_no_memory(error);
  memcpy(copy, data, size + 1);
  out->data = copy;
  out->size = size;
  out->release = release_text;
  out->private_data = copy;
  return fake_succeed(error);
}

/* ---- Streams ------------------------------------------------------------------------------------------- */

static void drop_input(bulk_input_input* input) {
  pthread_mutex_lock(&input->mutex);
  const int left = --input->references;
  pthread_mutex_unlock(&input->mutex);
  if (left > 0) return;
  pthread_cond_destroy(&input->cancel_requested);
  pthread_mutex_destroy(&input->mutex);
  free(input);
}

static void drop_reader(bulk_input_reader* reader) {
  bulk_input_input* input = reader->input;
  pthread_mutex_lock(&input->mutex);
  const int left = --reader->references;
  pthread_mutex_unlock(&input->mutex);
  if (left > 0) return;
  free(reader);
  drop_input(input);
}

static void log_line(const bulk_input_input* input, int32_t level, const char* what, int64_t row) {
  char line[128];
  if (input->host.log == NULL || level < input->host.log_level) return;
  snprintf(line, sizeof line, "fake: %s %" PRId64, what, row);
  input->host.log(input->host.context, level, line);
}

static int64_t now_us(const bulk_input_input* input) {
  struct timespec now;
  if (input->host.now_us != NULL) return input->host.now_us(input->host.context);
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Waits in slices of at most a second, until `duration_us` (-1: for ever) has passed or `cancel` was called. */
static void wait_us(bulk_input_input* input, int64_t duration_us) {
  const int64_t until_us = now_us(input) + duration_us;
  int64_t left_us = duration_us;
  while (left_us != 0 && !is_cancelled(input)) {
    const int64_t slice_us = left_us > 0 && left_us < 1000000 ? left_us : 1000000;
    if (input->host.sleep_us != NULL && duration_us > 0) {
      input->host.sleep_us(input->host.context, slice_us);
    } else {
      struct timespec wake;
      clock_gettime(CLOCK_REALTIME, &wake);
      const int64_t wake_ns = wake.tv_nsec + slice_us * 1000;
      wake.tv_sec += (time_t)(wake_ns / 1000000000);
      wake.tv_nsec = (long)(wake_ns % 1000000000);
      pthread_mutex_lock(&input->mutex);
      if (!input->cancelled) pthread_cond_timedwait(&input->cancel_requested, &input->mutex, &wake);
      pthread_mutex_unlock(&input->mutex);
    }
    if (duration_us > 0) left_us = until_us > now_us(input) ? until_us - now_us(input) : 0;
  }
}

/* "Requests" the next rows: gives how many there are, 0 at the end, -1 when reader->error says why not. */
static int64_t fetch(bulk_input_reader* reader) {
  bulk_input_input* input = reader->input;
  const fake_settings* settings = &input->settings;
  int64_t rows = reader->task.to - reader->task.at;
  if (rows > BATCH_ROWS) rows = BATCH_ROWS;
  if (settings->fail_at >= reader->task.at && settings->fail_at < reader->task.at + rows) {
    rows = settings->fail_at - reader->task.at;
    if (rows == 0) {
      log_line(input, BULK_INPUT_LOG_ERROR, "the source refused row", settings->fail_at);
      fake_fail(&reader->error, BULK_INPUT_ERROR_REMOTE_FATAL, "the source refused row %" PRId64 "; leave out fail_at",
                settings->fail_at);
    }
  }
  pthread_mutex_lock(&input->mutex);
  ++input->progress.requests;
  pthread_mutex_unlock(&input->mutex);
  if (settings->hang) wait_us(input, -1);
  if (settings->wait_sec > 0 && !reader->is_preview) wait_us(input, settings->wait_sec * 1000000);
  if (is_cancelled(input)) fake_fail(&reader->error, BULK_INPUT_ERROR_CANCELLED, "cancelled by the host");
  return reader->error.code == BULK_INPUT_OK ? rows : -1;
}

static int stream_schema(struct ArrowArrayStream* stream, struct ArrowSchema* out) {
  if (stream == NULL || out == NULL) return EINVAL;
  return fake_rows_schema(out);
}

static int stream_next(struct ArrowArrayStream* stream, struct ArrowArray* out) {
  if (stream == NULL || out == NULL) return EINVAL;
  bulk_input_reader* reader = stream->private_data;
  bulk_input_input* input = reader->input;
  memset(out, 0, sizeof *out);
  if (input->process != getpid()) return EINVAL;
  const int64_t rows = reader->error.code != BULK_INPUT_OK ? -1 : reader->ended ? 0 : fetch(reader);
  if (rows > 0 && fake_rows_batch(out, reader->task.at, rows) != 0) fake_no_memory(&reader->error);
  if (reader->error.code != BULK_INPUT_OK) return reader->error.code == BULK_INPUT_ERROR_CANCELLED ? ECANCELED : EIO;
  reader->ended = rows == 0;
  reader->task.at += rows;
  pthread_mutex_lock(&input->mutex);
  input->progress.rows += rows;
  pthread_mutex_unlock(&input->mutex);
  log_line(input, BULK_INPUT_LOG_DEBUG, "read up to row", reader->task.at);
  return 0;
}

static const char* stream_last_error(struct ArrowArrayStream* stream) {
  return ((bulk_input_reader*)stream->private_data)->error.message;
}

static void stream_release(struct ArrowArrayStream* stream) {
  bulk_input_reader* reader = stream->private_data;
  if (reader->input->process == getpid()) drop_reader(reader);
  memset(stream, 0, sizeof *stream);
}

static int32_t open_reader(bulk_input_input* input, fake_task task, int is_preview, bulk_input_reader** out,
                           struct ArrowArrayStream* stream, bulk_input_error* error) {
  bulk_input_reader* reader = calloc(1, sizeof *reader);
  if (reader == NULL) return fake_no_memory(error);
  reader->references = 2; /* the host's handle and the stream */
  reader->input = input;
  reader->task = task;
  reader->is_preview = is_preview;
  reader->error.struct_size = sizeof reader->error;
  fake_succeed(&reader->error);
  pthread_mutex_lock(&input->mutex);
  ++input->references;
  pthread_mutex_unlock(&input->mutex);
  stream->get_schema = stream_schema;
  stream->get_next = stream_next;
  stream->get_last_error = stream_last_error;
  stream->release = stream_release;
  stream->private_data = reader;
  *out = reader;
  log_line(input, BULK_INPUT_LOG_INFO, "reading from row", task.at);
  return fake_succeed(error);
}

/* ---- The table's functions ----------------------------------------------------------------------------- */

static int32_t plugin_init(const bulk_input_host* host, const char* config, size_t size, bulk_input_input** out,
                           bulk_input_error* error) {
  fake_settings settings;
  if (out != NULL) *out = NULL;
  if (!is_error_usable(error)) return BULK_INPUT_ERROR_ABI;
  if (config == NULL || out == NULL || size > PTRDIFF_MAX || (host != NULL && host->struct_size < sizeof *host)) {
    return fake_fail(error, BULK_INPUT_ERROR_ABI, "init: a pointer is NULL or a size is wrong");
  }
  const int32_t code = fake_parse_settings(config, size, &settings, error);
  if (code != BULK_INPUT_OK) return code;
  bulk_input_input* input = calloc(1, sizeof *input);
  if (input == NULL) return fake_no_memory(error);
  if (host != NULL) input->host = *host;
  input->references = 1;
  input->process = getpid();
  input->settings = settings;
  input->progress.window_from_us = input->progress.window_to_us = input->progress.window_at_us = -1;
  pthread_mutex_init(&input->mutex, NULL);
  pthread_cond_init(&input->cancel_requested, NULL);
  *out = input;
  return fake_succeed(error);
}

static int32_t plugin_schema(bulk_input_input* input, struct ArrowSchema* out, bulk_input_error* error) {
  if (out != NULL) memset(out, 0, sizeof *out);
  const int32_t code = enter(input, out != NULL, error);
  if (code != BULK_INPUT_OK) return code;
  return fake_rows_schema(out) == 0 ? fake_succeed(error) : fake_no_memory(error);
}

static void release_texts(bulk_input_texts* texts) {
  free(texts->private_data);
  memset(texts, 0, sizeof *texts);
}

static int32_t plugin_plan(bulk_input_input* input, size_t max_tasks, bulk_input_texts* out, bulk_input_error* error) {
  if (out != NULL) memset(out, 0, sizeof *out);
  const int32_t code = enter(input, out != NULL, error);
  if (code != BULK_INPUT_OK) return code;
  if (max_tasks == 0) return fake_fail(error, BULK_INPUT_ERROR_ABI, "plan: max_tasks is 0; ask for at least one task");
  const int64_t first = input->settings.first_row, rows = input->settings.rows - first;
  size_t count = max_tasks < 8 ? max_tasks : 8;
  if ((int64_t)count > rows) count = rows > 0 ? (size_t)rows : 1;
  bulk_input_text* items = calloc(count, sizeof *items + FAKE_TASK_BYTES);
  if (items == NULL) return fake_no_memory(error);
  char* text = (char*)(items + count);
  for (size_t i = 0; i < count; ++i, text += FAKE_TASK_BYTES) {
    const int64_t from = first + rows * (int64_t)i / (int64_t)count;
    const fake_task task = {from, first + rows * (int64_t)(i + 1) / (int64_t)count, from};
    fake_format_task(&input->settings, task, text);
    items[i].data = text;
    items[i].size = strlen(text);
  }
  out->items = out->private_data = items;
  out->count = count;
  out->release = release_texts;
  return fake_succeed(error);
}

static int32_t plugin_preview(bulk_input_input* input, int64_t max_rows, bulk_input_reader** out,
                              struct ArrowArrayStream* stream, bulk_input_error* error) {
  if (out != NULL) *out = NULL;
  if (stream != NULL) memset(stream, 0, sizeof *stream);
  const int32_t code = enter(input, out != NULL && stream != NULL, error);
  if (code != BULK_INPUT_OK) return code;
  if (max_rows < 1)
    return fake_fail(error, BULK_INPUT_ERROR_ABI, "preview: max_rows is below 1; ask for at least one row");
  const int64_t from = input->settings.first_row, rows = input->settings.rows - from;
  const fake_task task = {from, from + (rows < max_rows ? rows : max_rows), from};
  return open_reader(input, task, 1, out, stream, error);
}

static int32_t plugin_run(bulk_input_input* input, const char* text, size_t size, bulk_input_reader** out,
                          struct ArrowArrayStream* stream, bulk_input_error* error) {
  fake_task task;
  if (out != NULL) *out = NULL;
  if (stream != NULL) memset(stream, 0, sizeof *stream);
  int32_t code = enter(input, text != NULL && out != NULL && stream != NULL, error);
  if (code == BULK_INPUT_OK) code = fake_parse_task(&input->settings, text, size, &task, error);
  return code == BULK_INPUT_OK ? open_reader(input, task, 0, out, stream, error) : code;
}

/* Checks what every call on a reader does; a cancelled one still answers. */
static int32_t enter_reader(bulk_input_reader* reader, int pointers_given, bulk_input_error* error) {
  const int32_t code = enter(reader != NULL ? reader->input : NULL, pointers_given, error);
  return code == BULK_INPUT_ERROR_CANCELLED ? fake_succeed(error) : code;
}

static int32_t plugin_reader_error(bulk_input_reader* reader, bulk_input_error* error) {
  const int32_t code = enter_reader(reader, 1, error);
  if (code != BULK_INPUT_OK || error == NULL) return code != BULK_INPUT_OK ? code : reader->error.code;
  const uint32_t size = error->struct_size;
  *error = reader->error;
  error->struct_size = size;
  return error->code;
}

static int32_t plugin_checkpoint(bulk_input_reader* reader, bulk_input_text* out, bulk_input_error* error) {
  char text[FAKE_TASK_BYTES];
  if (out != NULL) memset(out, 0, sizeof *out);
  const int32_t code = enter_reader(reader, out != NULL, error);
  if (code != BULK_INPUT_OK) return code;
  if (reader->is_preview) return fake_fail(error, BULK_INPUT_ERROR_ABI, "checkpoint: a preview has none; use run");
  fake_format_task(&reader->input->settings, reader->task, text);
  return give_text(text, out, error);
}

static void plugin_reader_close(bulk_input_reader* reader) {
  if (reader != NULL && reader->input->process == getpid()) drop_reader(reader);
}

static int32_t plugin_next_config(bulk_input_input* input, const bulk_input_text* reports, size_t count,
                                  bulk_input_text* out, bulk_input_error* error) {
  char diff[64];
  if (out != NULL) memset(out, 0, sizeof *out);
  int32_t code = enter(input, reports != NULL && out != NULL, error);
  if (code != BULK_INPUT_OK) return code;
  int64_t covered = input->settings.first_row; /* the reports, in any order, reach from the first row to the last */
  for (size_t round = 0, done = 0; round < count && done <= round; ++round) {
    for (size_t i = 0; i < count; ++i) {
      fake_task report;
      if (reports[i].data == NULL)
        return fake_fail(error, BULK_INPUT_ERROR_ABI, "next_config: a report's data is NULL");
      code = fake_parse_task(&input->settings, reports[i].data, reports[i].size, &report, error);
      if (code != BULK_INPUT_OK) return code;
      if (report.at != report.to) return fake_fail(error, BULK_INPUT_ERROR_CONFIG, "next_config: a task is unfinished");
      if (report.from == covered) covered = report.to;
    }
  }
  if (count == 0 || covered != input->settings.rows) {
    return fake_fail(error, BULK_INPUT_ERROR_CONFIG,
                     "next_config: a task's report is missing; pass those of all tasks");
  }
  snprintf(diff, sizeof diff, "{\"first_row\":%" PRId64 "}", covered);
  return give_text(diff, out, error);
}

static int32_t plugin_progress(bulk_input_input* input, bulk_input_progress* out) {
  if (input == NULL || out == NULL || out->struct_size < sizeof *out) return BULK_INPUT_ERROR_ABI;
  if (input->process != getpid()) return BULK_INPUT_ERROR_ABI;
  const uint32_t size = out->struct_size;
  pthread_mutex_lock(&input->mutex);
  *out = input->progress;
  pthread_mutex_unlock(&input->mutex);
  out->struct_size = size;
  return BULK_INPUT_OK;
}

static int32_t plugin_cancel(bulk_input_input* input) {
  if (input == NULL || input->process != getpid()) return BULK_INPUT_ERROR_ABI;
  pthread_mutex_lock(&input->mutex);
  input->cancelled = 1;
  pthread_cond_broadcast(&input->cancel_requested);
  pthread_mutex_unlock(&input->mutex);
  return BULK_INPUT_OK;
}

static void plugin_close(bulk_input_input* input) {
  if (input != NULL && input->process == getpid()) drop_input(input);
}

const bulk_input_plugin* bulk_input_plugin_v1(void) {
  static const bulk_input_plugin table = {
      sizeof(bulk_input_plugin),
      0,
      "fake",
      "1.0.0",
      "{\"type\":\"object\",\"required\":[\"rows\"],\"properties\":{\"rows\":{\"type\":\"integer\",\"minimum\":0},"
      "\"first_row\":{\"type\":\"integer\"},\"token\":{\"type\":\"string\"},\"fail_at\":{\"type\":\"integer\"},"
      "\"hang\":{\"type\":\"boolean\"},\"wait_sec\":{\"type\":\"integer\",\"maximum\":86400}}}",
      plugin_init,
      plugin_schema,
      plugin_plan,
      plugin_preview,
      plugin_run,
      plugin_reader_error,
      plugin_checkpoint,
      plugin_reader_close,
      plugin_next_config,
      plugin_progress,
      plugin_cancel,
      plugin_close};
  return &table;
}
