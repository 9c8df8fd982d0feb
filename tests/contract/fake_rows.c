#include "fake_rows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 6
#define CELL_BYTES 48

static const struct column {
  const char* name;
  const char* format;
  int is_json;
} columns[COLUMNS] = {{"id", "u", 0},   {"number", "l", 0},        {"ratio", "g", 0},
                      {"flag", "b", 0}, {"created", "tsu:UTC", 0}, {"detail", "u", 1}};

static int is_null(int column, int64_t row) { return column > 0 && (row + column) % 7 == 3; }

/* A cell of a text column; gives its size in bytes, less than CELL_BYTES. */
static int text_cell(int column, int64_t row, char* out) {
  const char* format =
      columns[column].is_json ? "{\"row\":%" PRId64 ",\"tags\":[\"\xc3\xa9\",null]}" : "row-%07" PRId64;
  return snprintf(out, CELL_BYTES, format, row);
}

/* A cell of an eight-byte column, as it lies in memory. */
static int64_t word_cell(int column, int64_t row) {
  int64_t word;
  const double ratio = (double)row / 8;
  switch (columns[column].format[0]) {
    case 'l':
      return row % 1000 == 5 ? INT64_MIN + row : row * row - 5;
    case 'g':
      memcpy(&word, &ratio, sizeof word);
      return word;
    default:
      return INT64_C(1600000000000000) + row * 1000003;
  }
}

static void release_array(struct ArrowArray* array) {
  for (int64_t i = 0; array->children != NULL && i < array->n_children; ++i) {
    if (array->children[i] == NULL) continue;
    if (array->children[i]->release != NULL) array->children[i]->release(array->children[i]);
    free(array->children[i]);
  }
  for (int64_t i = 0; array->buffers != NULL && i < array->n_buffers; ++i) free((void*)array->buffers[i]);
  free(array->children);
  free((void*)array->buffers);
  memset(array, 0, sizeof *array);
}

static int fill_column(struct ArrowArray* out, int column, int64_t first, int64_t rows) {
  const int is_text = columns[column].format[0] == 'u';
  memset(out, 0, sizeof *out);
  out->release = release_array;
  out->length = rows;
  out->n_buffers = is_text ? 3 : 2;
  out->buffers = calloc(3, sizeof *out->buffers);
  if (out->buffers == NULL) return ENOMEM;
  uint8_t* validity = calloc((size_t)rows / 8 + 1, 1);
  void* values = calloc((size_t)rows + 1, sizeof(int64_t)); /* room for any of the fixed widths */
  char* text = is_text ? malloc((size_t)rows * CELL_BYTES) : NULL;
  out->buffers[0] = validity;
  out->buffers[1] = values;
  out->buffers[2] = text;
  if (validity == NULL || values == NULL || (is_text && text == NULL)) return ENOMEM;
  int32_t used = 0;
  for (int64_t i = 0; i < rows; ++i) {
    const int64_t row = first + i;
    const uint8_t bit = (uint8_t)(1u << (i % 8));
    const int valid = !is_null(column, row);
    out->null_count += !valid;
    if (valid) validity[i / 8] |= bit;
    if (is_text) {
      if (valid) used += text_cell(column, row, text + used);
      ((int32_t*)values)[i + 1] = used;
    } else if (columns[column].format[0] == 'b') {
      if (valid && row % 3 == 0) ((uint8_t*)values)[i / 8] |= bit;
    } else if (valid) {
      ((int64_t*)values)[i] = word_cell(column, row);
    }
  }
  return 0;
}

int fake_rows_batch(struct ArrowArray* out, int64_t first, int64_t rows) {
  memset(out, 0, sizeof *out);
  out->release = release_array;
  out->length = rows;
  out->n_buffers = 1; /* a struct has a validity bitmap only, and no row is NULL */
  out->n_children = COLUMNS;
  out->buffers = calloc(1, sizeof *out->buffers);
  out->children = calloc(COLUMNS, sizeof *out->children);
  int code = out->buffers != NULL && out->children != NULL ? 0 : ENOMEM;
  for (int i = 0; i < COLUMNS && code == 0; ++i) {
    out->children[i] = malloc(sizeof **out->children);
    code = out->children[i] != NULL ? fill_column(out->children[i], i, first, rows) : ENOMEM;
  }
  if (code != 0) release_array(out);
  return code;
}

/* ---- Schema -------------------------------------------------------------------------------------------- */

static void release_schema(struct ArrowSchema* schema) {
  for (int64_t i = 0; schema->children != NULL && i < schema->n_children; ++i) {
    if (schema->children[i] == NULL) continue;
    if (schema->children[i]->release != NULL) schema->children[i]->release(schema->children[i]);
    free(schema->children[i]);
  }
  free(schema->children);
  free((void*)schema->metadata);
  memset(schema, 0, sizeof *schema);
}

/* Arrow's metadata of one pair: the number of pairs, then size and bytes of key and value, in native order. */
static char* make_metadata(const char* key, const char* value) {
  const int32_t pairs = 1, sizes[2] = {(int32_t)strlen(key), (int32_t)strlen(value)};
  char* bytes = malloc(3 * sizeof pairs + (size_t)sizes[0] + (size_t)sizes[1]);
  if (bytes == NULL) return NULL;
  memcpy(bytes, &pairs, sizeof pairs);
  memcpy(bytes + 4, &sizes[0], sizeof pairs);
  memcpy(bytes + 8, key, (size_t)sizes[0]);
  memcpy(bytes + 8 + sizes[0], &sizes[1], sizeof pairs);
  memcpy(bytes + 12 + sizes[0], value, (size_t)sizes[1]);
  return bytes;
}

int fake_rows_schema(struct ArrowSchema* out) {
  memset(out, 0, sizeof *out);
  out->release = release_schema;
  out->format = "+s";
  out->name = "";
  out->metadata = make_metadata("source", "fake");
  out->n_children = COLUMNS;
  out->children = calloc(COLUMNS, sizeof *out->children);
  int complete = out->metadata != NULL && out->children != NULL;
  for (int i = 0; i < COLUMNS && complete; ++i) {
    struct ArrowSchema* child = out->children[i] = calloc(1, sizeof *child);
    if (child != NULL) {
      child->release = release_schema;
      child->format = columns[i].format;
      child->name = columns[i].name;
      child->flags = i > 0 ? ARROW_FLAG_NULLABLE : 0;
      if (columns[i].is_json) child->metadata = make_metadata("ARROW:extension:name", "arrow.json");
    }
    complete = child != NULL && (!columns[i].is_json || child->metadata != NULL);
  }
  if (!complete) release_schema(out);
  return complete ? 0 : ENOMEM;
}
