/* The fake plugin's texts: errors, the configuration, and the task document. */
#ifndef FAKE_DOCUMENTS_H
#define FAKE_DOCUMENTS_H

#include "bulk_input/bulk_input.h"

#define FAKE_TASK_BYTES 256

typedef struct fake_settings { /* one row of the option table in fake_documents.c each */
  int64_t rows, first_row, fail_at, hang, wait_sec;
  uint64_t account; /* digest of the token, which is not kept */
} fake_settings;

typedef struct fake_task { /* rows [from, to), read up to `at` */
  int64_t from, to, at;
} fake_task;

/* Fill *error, unless it is NULL, and give its code. */
int32_t fake_fail(bulk_input_error* error, int32_t code, const char* format, ...);
int32_t fake_succeed(bulk_input_error* error);
int32_t fake_no_memory(bulk_input_error* error);

/* BULK_INPUT_ERROR_CONFIG lists every problem with its line. */
int32_t fake_parse_settings(const char* text, size_t size, fake_settings* out, bulk_input_error* error);

void fake_format_task(const fake_settings* settings, fake_task task, char out[FAKE_TASK_BYTES]);

/* BULK_INPUT_ERROR_CONFIG when the text is damaged, newer, or belongs to other settings. */
int32_t fake_parse_task(const fake_settings* settings, const char* text, size_t size, fake_task* out,
                        bulk_input_error* error);

#endif /* FAKE_DOCUMENTS_H */
