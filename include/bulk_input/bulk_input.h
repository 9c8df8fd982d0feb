/* bulk_input: the contract between a bulk-load host and an input plugin, version 1.
 *
 * An input plugin is a shared library that exports ONE symbol, `bulk_input_plugin_v1`. The host opens the
 * library with dlopen, calls that function and gets a constant table of functions. This header is all that
 * either side needs; it is C99 and C++.
 *
 *     host                                   plugin
 *     ----                                   ------
 *     dlopen, bulk_input_plugin_v1()   ->    table
 *     init(configuration)              ->    input              no network
 *     schema(input)                    ->    columns            no network
 *     plan(input, max_tasks)           ->    task documents     no network
 *     for each task (any thread, process or machine):
 *       run(input, task)               ->    reader + ArrowArrayStream
 *       stream.get_next ... until end        network; rows come as Arrow record batches
 *         checkpoint(reader)           ->    task document, advanced past the batches handed out
 *       checkpoint(reader) after the end ->  the task's report
 *       reader_close(reader)
 *     commit what was written
 *     next_config(input, reports)      ->    configuration diff for the next run
 *     close(input)
 *
 * The one document. A task is a self-contained JSON text. The same document is the unit of distribution, the
 * checkpoint, the resume point and the report:
 *     run(task)           begins it, or goes on where a checkpoint was taken
 *     checkpoint(reader)  the task advanced past every batch that get_next has handed out
 *     report              the checkpoint taken after the end of the stream
 * It holds no credentials. The host stores it as it is and never looks inside. A document that is damaged, of a
 * newer version, or belongs to another source, configuration or account is refused with
 * BULK_INPUT_ERROR_CONFIG; it is never taken as "start over".
 *
 * Conventions, for every function unless it says otherwise:
 *  - RESULT. Functions return BULK_INPUT_OK (0) or a BULK_INPUT_ERROR_* code, and fill *error when `error` is not
 *    NULL. Any other pointer parameter that is NULL gives BULK_INPUT_ERROR_ABI, never a crash.
 *  - ERRORS are caller-owned structures with fixed buffers. They need no release, outlive every handle and work
 *    when memory is exhausted. On success the message is the empty string. Messages are UTF-8 text, one problem a
 *    line (only `init` gives several), and never hold a secret.
 *  - OWNERSHIP. Parameters going in are borrowed for the call. Structures coming out (bulk_input_text,
 *    bulk_input_texts, Arrow structures) belong to the caller, carry `release`, and outlive the handle they came
 *    from. `release` may be called once; it sets itself to NULL. On failure, outputs have release == NULL
 *    (handles: NULL).
 *  - struct_size comes first in every structure that the caller fills or provides. The caller sets it to the
 *    sizeof that it was compiled with. A size smaller than that of version 1 is BULK_INPUT_ERROR_ABI, and the
 *    structure is left as it is; of a larger one the part that is known is used.
 *  - GROWTH. Members are only ever appended. A breaking change gets a new symbol name.
 *  - THREADS. A handle (input, reader and its stream) is used by one thread at a time; different handles may be
 *    used by different threads at once, readers of one input included. `progress` and `cancel` may be called from
 *    any thread at any time while the input is open.
 *  - LIFETIME. Handles close in any order: a reader stays usable after its input was closed, and a stream after
 *    its reader was closed. NULL is closed without complaint.
 *  - FORK. A handle used in a forked child gives BULK_INPUT_ERROR_ABI; close, reader_close and release do nothing
 *    there. The parent is not affected. A child may call `init` for handles of its own.
 *  - NOTHING LEAKS OUT. No exception, signal, abort, exit, or write to standard output or error crosses the
 *    boundary; locale, environment, working directory, umask and signal handlers are left alone. Logging goes
 *    through the host's callback.
 *  - The library stays loaded: dlclose is allowed at any time when no handle is open, and has no effect.
 */
#ifndef BULK_INPUT_BULK_INPUT_H
#define BULK_INPUT_BULK_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "arrow_c_data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The name of the exported function, for dlsym. */
#define BULK_INPUT_PLUGIN_SYMBOL "bulk_input_plugin_v1"

/* ---- Result codes -------------------------------------------------------------------------------------- */

/* Returned as int32_t. What a host does with each is in the right column. */
#define BULK_INPUT_OK 0
#define BULK_INPUT_ERROR_CONFIG 1           /* wrong configuration or task; nothing was sent     | do not retry  */
#define BULK_INPUT_ERROR_AUTH 2             /* the service refused the credentials               | do not retry  */
#define BULK_INPUT_ERROR_REMOTE_FATAL 3     /* the service refused the request for good          | do not retry  */
#define BULK_INPUT_ERROR_REMOTE_TRANSIENT 4 /* retries are used up; the service may recover      | resume later  */
#define BULK_INPUT_ERROR_RATE_LIMITED 5     /* the service asks for a longer wait than allowed   | resume at     */
                                            /*   bulk_input_error.retry_at_us                    |               */
#define BULK_INPUT_ERROR_DATA 6             /* an answer that cannot be taken whole was refused  | do not retry  */
#define BULK_INPUT_ERROR_LOCAL_IO 7         /* a local file could not be read or written         | resume later  */
#define BULK_INPUT_ERROR_OUT_OF_MEMORY 8    /* memory is exhausted                               | resume later  */
#define BULK_INPUT_ERROR_CANCELLED 9        /* `cancel` was called                               | resume later  */
#define BULK_INPUT_ERROR_BUSY 10            /* another run holds what this one needs             | later         */
#define BULK_INPUT_ERROR_ABI 11             /* the call itself is wrong (NULL, size, order, fork)| fix the host  */
#define BULK_INPUT_ERROR_INTERNAL 12        /* a defect of the plugin                            | report it     */

#define BULK_INPUT_ERROR_MESSAGE_BYTES 4096

/* What went wrong. The caller provides it with struct_size set; the plugin overwrites the rest. */
typedef struct bulk_input_error {
  uint32_t struct_size;
  int32_t code;                                 /* BULK_INPUT_*; equals the returned value */
  int32_t http_status;                          /* status of the answer that led to it, 0 when there was none */
  int32_t resumable;                            /* 1: run(checkpoint) may succeed later; 0: it will fail the same way.
                                                   With _DATA, 1 means: throw away what was gathered and begin anew */
  int64_t retry_at_us;                          /* when to go on, microseconds since 1970-01-01 UTC; -1 unknown */
  char message[BULK_INPUT_ERROR_MESSAGE_BYTES]; /* NUL-terminated UTF-8, cut at a character border */
} bulk_input_error;

/* ---- Texts that the plugin gives out ------------------------------------------------------------------- */

/* A UTF-8 text. `data` is NUL-terminated; `size` leaves the NUL out. */
typedef struct bulk_input_text {
  const char* data;
  size_t size;
  void (*release)(struct bulk_input_text* self);
  void* private_data;
} bulk_input_text;

/* Several texts, released together. The elements' own `release` is NULL. */
typedef struct bulk_input_texts {
  const bulk_input_text* items;
  size_t count;
  void (*release)(struct bulk_input_texts* self);
  void* private_data;
} bulk_input_texts;

/* ---- What the host provides ---------------------------------------------------------------------------- */

#define BULK_INPUT_LOG_TRACE 0
#define BULK_INPUT_LOG_DEBUG 1
#define BULK_INPUT_LOG_INFO 2
#define BULK_INPUT_LOG_WARN 3
#define BULK_INPUT_LOG_ERROR 4

/* Services of the host. Every function is optional (NULL) and may be called from any thread of the plugin, also
 * between two calls of the host, until the last handle made with it is closed. The structure itself is copied by
 * `init`; `context` is not, and must outlive those handles. No callback may call back into the plugin, throw, or
 * jump out. */
typedef struct bulk_input_host {
  uint32_t struct_size;
  int32_t log_level; /* messages below this level are not sent: BULK_INPUT_LOG_* */
  void* context;     /* passed to every callback */
  /* One log line, without newline; `message` is NUL-terminated UTF-8, valid during the call. */
  void (*log)(void* context, int32_t level, const char* message);
  /* The time of day: microseconds since 1970-01-01 UTC. NULL: the system clock. */
  int64_t (*now_us)(void* context);
  /* Waits up to `duration_us` microseconds; may return early. NULL: the plugin sleeps by itself. Given together
   * with now_us it lets a test run in virtual time: waits then advance the host's clock. */
  void (*sleep_us)(void* context, int64_t duration_us);
} bulk_input_host;

/* ---- Handles ------------------------------------------------------------------------------------------- */

typedef struct bulk_input_input bulk_input_input;   /* a validated configuration and its network */
typedef struct bulk_input_reader bulk_input_reader; /* one task being read */

/* Counters of an input since init, over all its readers. -1 means unknown. */
typedef struct bulk_input_progress {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t rows;               /* rows handed out in batches */
  int64_t rows_skipped;       /* rows received and not handed out: outside the window, or delivered before */
  int64_t odd_values;         /* cells whose value does not fit their column; see the plugin's documentation */
  int64_t bytes_received;     /* of answer bodies, as they came over the wire */
  int64_t requests;           /* sent, retries included */
  int64_t retries;            /* requests sent again */
  int64_t throttled;          /* answers that refused a request because of its rate */
  int64_t rate_limit_wait_us; /* time spent waiting so as to keep the rate, or because the service asked to */
  int64_t window_from_us;     /* the time window that the run covers, microseconds since 1970 */
  int64_t window_to_us;
  int64_t window_at_us; /* the time up to which it has been read */
} bulk_input_progress;

/* ---- The plugin ---------------------------------------------------------------------------------------- */

typedef struct bulk_input_plugin {
  uint32_t struct_size;      /* sizeof(bulk_input_plugin) of the plugin's build; >= that of version 1 */
  uint32_t reserved;         /* 0 */
  const char* name;          /* the `type:` of the `in:` section, e.g. "klaviyo" */
  const char* version;       /* e.g. "1.2.3" */
  const char* config_schema; /* JSON Schema (draft 2020-12) of the `in:` section. The plugin's sources, when it has
                                several, are listed under the key "x-sources": objects with `name`, and where they have
                                some `aliases` (names), `columns`, `parent` (the source whose rows it is read below),
                                `beta` and `report` (true); a host's "all sources" are those without the last three. */

  /* Parses and validates a configuration: `size` bytes of YAML or JSON text of the `in:` section. Blocks: no.
   * Network: none. On BULK_INPUT_ERROR_CONFIG the message lists ALL problems, one a line, each as
   * "line N: key: what is wrong and what to do" (line counted from 1 within `config`).
   * `host` may be NULL: no logging, system clock. */
  int32_t (*init)(const bulk_input_host* host, const char* config, size_t size, bulk_input_input** out,
                  bulk_input_error* error);

  /* The columns of every batch, as a struct-typed ArrowSchema. Blocks: no. Network: none. Types: utf8 (u), int64
   * (l), float64 (g), bool (b), timestamp in microseconds UTC (tsu:UTC), and JSON as utf8 with the field metadata
   * ARROW:extension:name = arrow.json. The schema's metadata names the `source`, its `revision`, its `time`
   * (the column that start_time and end_time are about; empty: none; it is a column even where it was not selected)
   * and its `order`: `time` when a checkpoint can be gone on from exactly; `none` when the rows have no order to rely
   * on, so that a run that is gone on with may fail with _DATA and resumable = 1, and has to begin anew: keep its rows
   * apart until it is complete. Its `key` names the columns that tell rows apart, joined by ',' ("list_id,id"; "id"
   * when it is missing; columns also where they were not selected). Its `whole` is `true` when the run reads every row
   * that the source has, so that rows that were there before and do not come are gone; else it names the keys of the
   * configuration that leave rows out, joined by ','. The columns depend on the configuration alone, never on the data.
   * A stream's own schema may say more: where the service counts days on a clock of its own, timestamps have the field
   * metadata `timezone`, which get_schema of the stream may use the network for. */
  int32_t (*schema)(bulk_input_input* input, struct ArrowSchema* out, bulk_input_error* error);

  /* 1 to max_tasks tasks that together cover the run exactly once; fewer than max_tasks when the run cannot be cut
   * further. max_tasks 0 is BULK_INPUT_ERROR_ABI, SIZE_MAX asks for as many as make sense. Blocks: no. Network:
   * none. Deterministic: the same input gives the same tasks. */
  int32_t (*plan)(bulk_input_input* input, size_t max_tasks, bulk_input_texts* out, bulk_input_error* error);

  /* At most `max_rows` rows (exactly that many when the source has them in its first small page), read with one
   * small request. The network is used when the stream is pulled. Never waits and never retries: a refusal by rate or a
   * server error fails at once. An empty source is an empty stream. max_rows below 1 and checkpoint(reader) of a
   * preview are BULK_INPUT_ERROR_ABI. */
  int32_t (*preview)(bulk_input_input* input, int64_t max_rows, bulk_input_reader** out,
                     struct ArrowArrayStream* stream, bulk_input_error* error);

  /* Begins a task of `plan`, or goes on with a checkpoint of one. Blocks: no; stream.get_next blocks, uses the
   * network, retries and keeps the service's rate limits. A batch has at most 10,000 rows, and closes at 8 MiB. Each
   * child array owns its buffers. get_next returns 0 or an errno value, and then for ever the same; the whole error
   * is in reader_error. After the end of the stream, get_next keeps giving the end. */
  int32_t (*run)(bulk_input_input* input, const char* task, size_t task_size, bulk_input_reader** out,
                 struct ArrowArrayStream* stream, bulk_input_error* error);

  /* Why the stream failed: fills *error and returns its code; BULK_INPUT_OK when it did not fail. */
  int32_t (*reader_error)(bulk_input_reader* reader, bulk_input_error* error);

  /* The task, advanced past every batch that get_next has handed out. Blocks: no. Network: none. May be called
   * between any two get_next calls, by the thread that pulls the stream, also after a failure or cancel. */
  int32_t (*checkpoint)(bulk_input_reader* reader, bulk_input_text* out, bulk_input_error* error);

  /* Gives the reader up. Its stream, when still open, goes on until it is released. */
  void (*reader_close)(bulk_input_reader* reader);

  /* The configuration diff for the next run, a JSON object to be merged over the `in:` section (null un-sets a
   * key), from the reports of all tasks of the plan. To be made durable after the rows. Blocks: no. Network: none.
   * Never empty. Reports of unfinished tasks are BULK_INPUT_ERROR_CONFIG. */
  int32_t (*next_config)(bulk_input_input* input, const bulk_input_text* reports, size_t count, bulk_input_text* out,
                         bulk_input_error* error);

  /* Counters so far. Any thread; never blocks. The caller sets out->struct_size. */
  int32_t (*progress)(bulk_input_input* input, bulk_input_progress* out);

  /* Ends every call of the input and its readers with BULK_INPUT_ERROR_CANCELLED, within one second, now and in
   * future. Irrevocable. Any thread; never blocks. Still answered as before are checkpoint, reader_error, progress
   * and cancel itself; a stream that has ended or failed stays so. */
  int32_t (*cancel)(bulk_input_input* input);

  /* Gives the input up. Readers and streams that are still open stay usable. */
  void (*close)(bulk_input_input* input);
} bulk_input_plugin;

typedef const bulk_input_plugin* (*bulk_input_plugin_v1_function)(void);

/* The one exported function. Always gives the same table, never NULL, from any thread. */
#if defined(_WIN32)
#define BULK_INPUT_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define BULK_INPUT_EXPORT __attribute__((visibility("default")))
#else
#define BULK_INPUT_EXPORT
#endif

BULK_INPUT_EXPORT const bulk_input_plugin* bulk_input_plugin_v1(void);

#ifdef __cplusplus
}
#endif

#endif /* BULK_INPUT_BULK_INPUT_H */
