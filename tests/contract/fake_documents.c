#include "fake_documents.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Errors -------------------------------------------------------------------------------------------- */

int32_t fake_fail(bulk_input_error* error, int32_t code, const char* format, ...) {
  if (error != NULL) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    for (char* at = error->message; *at != 0; ++at) { /* bytes of the configuration may be no UTF-8, or be cut */
      if ((unsigned char)*at >= 0x80) *at = '?';
    }
    error->code = code;
    error->http_status = 0;
    error->resumable = code == BULK_INPUT_ERROR_CANCELLED || code == BULK_INPUT_ERROR_OUT_OF_MEMORY;
    error->retry_at_us = -1;
  }
  return code;
}

int32_t fake_succeed(bulk_input_error* error) { return fake_fail(error, BULK_INPUT_OK, "%s", ""); }

int32_t fake_no_memory(bulk_input_error* error) {
  return fake_fail(error, BULK_INPUT_ERROR_OUT_OF_MEMORY, "memory is exhausted; try again with fewer tasks at once");
}

static uint64_t digest(const char* data, size_t size) { /* FNV-1a */
  uint64_t hash = 14695981039346656037u;
  for (size_t i = 0; i < size; ++i) hash = (hash ^ (unsigned char)data[i]) * 1099511628211u;
  return hash;
}

/* ---- Configuration ------------------------------------------------------------------------------------- */

static const struct option {
  const char* name;
  size_t offset;
  int64_t min, max;
} options[] = {
    {"rows", offsetof(fake_settings, rows), 0, 100000000},
    {"first_row", offsetof(fake_settings, first_row), 0, 100000000},
    {"fail_at", offsetof(fake_settings, fail_at), 0, 100000000},
    {"hang", offsetof(fake_settings, hang), 0, 1},
    {"wait_sec", offsetof(fake_settings, wait_sec), 0, 86400},
};

typedef struct token {
  const char* data;
  int size, line;
} token;

/* The next word or quoted text; YAML's and JSON's punctuation counts as space. */
static token next_token(const char** at, const char* end, int* line) {
  token found = {NULL, 0, 0};
  while (*at < end && strchr(" \t\r\n{},:", **at) != NULL && **at != 0) *line += *(*at)++ == '\n';
  const int quoted = *at < end && **at == '"';
  *at += quoted;
  found.data = *at;
  found.line = *line;
  while (*at < end && (**at == 0 || strchr(quoted ? "\"" : " \t\r\n{},:\"", **at) == NULL)) ++*at;
  found.size = (int)(*at - found.data);
  *at += quoted && *at < end;
  return found;
}

static int is_text(token found, const char* text) {
  return (size_t)found.size == strlen(text) && memcmp(found.data, text, (size_t)found.size) == 0;
}

/* Puts one `key: value` into `out`; gives what is wrong with it, or NULL. */
static const char* apply(token key, token value, fake_settings* out) {
  if (is_text(key, "type")) return is_text(value, "fake") ? NULL : "another plugin's; use `type: fake`";
  if (is_text(key, "token")) out->account = digest(value.data, (size_t)value.size);
  if (is_text(key, "token") || is_text(value, "null")) return NULL;
  for (size_t i = 0; i < sizeof options / sizeof *options; ++i) {
    if (!is_text(key, options[i].name)) continue;
    char digits[20] = "", *rest = digits;
    if (value.size < (int)sizeof digits) memcpy(digits, value.data, (size_t)value.size);
    const int64_t number = is_text(value, "true") ? 1 : strtoll(digits, &rest, 10);
    const int is_number = is_text(value, "true") || is_text(value, "false") || (rest != digits && *rest == 0);
    if (!is_number || number < options[i].min || number > options[i].max) return "not in range; see config_schema";
    memcpy((char*)out + options[i].offset, &number, sizeof number);
    return NULL;
  }
  return "unknown key; known are rows, first_row, token, fail_at, hang, wait_sec";
}

int32_t fake_parse_settings(const char* text, size_t size, fake_settings* out, bulk_input_error* error) {
  char problems[BULK_INPUT_ERROR_MESSAGE_BYTES] = "";
  size_t used = 0;
  const fake_settings defaults = {-1, 0, -1, 0, 0, 0};
  *out = defaults;
  const char *at = text, *const end = text + size;
  int line = 1;
  for (token key = next_token(&at, end, &line); key.size > 0; key = next_token(&at, end, &line)) {
    const char* problem = apply(key, next_token(&at, end, &line), out);
    if (problem == NULL || used >= sizeof problems) continue;
    used += (size_t)snprintf(problems + used, sizeof problems - used, "%sline %d: %.*s: %s", used > 0 ? "\n" : "",
                             key.line, key.size, key.data, problem);
  }
  if (out->rows < 0 && used < sizeof problems) {
    used += (size_t)snprintf(problems + used, sizeof problems - used, "%sline 1: rows: missing; say how many",
                             used > 0 ? "\n" : "");
  }
  if (out->first_row > out->rows) out->first_row = out->rows;
  return used > 0 ? fake_fail(error, BULK_INPUT_ERROR_CONFIG, "%s", problems) : fake_succeed(error);
}

/* ---- Tasks --------------------------------------------------------------------------------------------- */

void fake_format_task(const fake_settings* settings, fake_task task, char out[FAKE_TASK_BYTES]) {
  const int64_t rows[2] = {settings->first_row, settings->rows};
  const int size = snprintf(out, FAKE_TASK_BYTES,
                            "{\"v\":1,\"source\":\"fake\",\"config\":\"%016" PRIx64 "\",\"account\":\"%016" PRIx64
                            "\",\"from\":%" PRId64 ",\"to\":%" PRId64 ",\"at\":%" PRId64,
                            digest((const char*)rows, sizeof rows), settings->account, task.from, task.to, task.at);
  snprintf(out + size, FAKE_TASK_BYTES - (size_t)size, ",\"check\":\"%016" PRIx64 "\"}", digest(out, (size_t)size));
}

/* Reads the numbers, writes the document anew, and compares: whatever was changed in it, it is not the same text. */
int32_t fake_parse_task(const fake_settings* settings, const char* text, size_t size, fake_task* out,
                        bulk_input_error* error) {
  char copy[FAKE_TASK_BYTES] = "", expected[FAKE_TASK_BYTES];
  int version = 0;
  if (size < sizeof copy) memcpy(copy, text, size);
  const int fields = sscanf(copy,
                            "{\"v\":%4d,\"source\":\"fake\",\"config\":\"%*16[0-9a-f]\",\"account\":\"%*16[0-9a-f]\","
                            "\"from\":%12" SCNd64 ",\"to\":%12" SCNd64 ",\"at\":%12" SCNd64,
                            &version, &out->from, &out->to, &out->at);
  if (version > 1)
    return fake_fail(error, BULK_INPUT_ERROR_CONFIG, "task: version %d is newer than this plugin", version);
  if (fields == 4) fake_format_task(settings, *out, expected);
  if (fields != 4 || size != strlen(expected) || memcmp(expected, text, size) != 0) {
    return fake_fail(error, BULK_INPUT_ERROR_CONFIG,
                     "task: damaged, or of another configuration or account; plan anew");
  }
  return fake_succeed(error);
}
