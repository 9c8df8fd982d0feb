/* Reads all that a plugin gives for a configuration: a whole host, in C99, on one page.
 *
 *     pull_batches PLUGIN.so CONFIG.yml
 *
 * CONFIG.yml holds the `in:` section alone. Prints the columns, a preview, the rows of each task, what the run cost,
 * and the configuration diff for the next run. */
#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bulk_input/bulk_input.h"

static const bulk_input_plugin* plugin;
static bulk_input_input* input;
static bulk_input_error error = {sizeof error, 0, 0, 0, 0, ""};

static void quit(const char* why) {
  fprintf(stderr, "pull_batches: %s\n", why);
  exit(EXIT_FAILURE);
}

/* Ends the program when a call did not succeed; `error` says why. */
static void check(int32_t code, const char* what) {
  if (code == BULK_INPUT_OK) return;
  fprintf(stderr, "%s failed with code %" PRId32 ":\n", what, code);
  if (input != NULL) plugin->cancel(input); /* wakes readers in other threads, had we any */
  quit(error.message);
}

static const bulk_input_plugin* load_plugin(const char* path) {
  bulk_input_plugin_v1_function function;
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  void* symbol = library != NULL ? dlsym(library, BULK_INPUT_PLUGIN_SYMBOL) : NULL;
  if (symbol == NULL) quit(dlerror());
  memcpy(&function, &symbol, sizeof function); /* C has no cast from an object to a function */
  return function();
}

static size_t read_file(const char* path, char* text, size_t capacity) {
  FILE* file = fopen(path, "rb");
  const size_t size = file != NULL ? fread(text, 1, capacity, file) : 0;
  if (file == NULL || ferror(file) || size == capacity) quit("the configuration cannot be read, or is too long");
  fclose(file);
  return size;
}

/* Pulls a stream to its end, batch by batch; gives the number of rows. */
static int64_t pull(bulk_input_reader* reader, struct ArrowArrayStream* stream) {
  struct ArrowArray batch;
  int64_t rows = 0;
  while (stream->get_next(stream, &batch) == 0 && batch.release != NULL) {
    rows += batch.length; /* a cell lies in batch.children[column]->buffers; write it to the destination here */
    batch.release(&batch);
  }
  check(plugin->reader_error(reader, &error), "reading");
  stream->release(stream);
  return rows;
}

int main(int argc, char** argv) {
  static char config[1 << 20];
  struct ArrowSchema schema;
  struct ArrowArrayStream stream;
  bulk_input_reader* reader;
  bulk_input_texts tasks;
  bulk_input_text next;
  bulk_input_progress progress = {.struct_size = sizeof progress};
  if (argc != 3) quit("usage: pull_batches PLUGIN.so CONFIG.yml");
  plugin = load_plugin(argv[1]);
  check(plugin->init(NULL, config, read_file(argv[2], config, sizeof config), &input, &error), "init");

  check(plugin->schema(input, &schema, &error), "schema");
  for (int64_t i = 0; i < schema.n_children; ++i) printf("%s%s", i > 0 ? ", " : "columns: ", schema.children[i]->name);
  schema.release(&schema);
  check(plugin->preview(input, 15, &reader, &stream, &error), "preview");
  printf("\npreview: %" PRId64 " rows\n", pull(reader, &stream));
  plugin->reader_close(reader);

  check(plugin->plan(input, 4, &tasks, &error), "plan");
  bulk_input_text* reports = calloc(tasks.count, sizeof *reports);
  if (reports == NULL) quit("memory is exhausted");
  for (size_t i = 0; i < tasks.count; ++i) { /* a host may give each task to a thread or machine of its own */
    check(plugin->run(input, tasks.items[i].data, tasks.items[i].size, &reader, &stream, &error), "run");
    printf("task %zu of %zu: %" PRId64 " rows\n", i + 1, tasks.count, pull(reader, &stream));
    check(plugin->checkpoint(reader, &reports[i], &error), "checkpoint");
    plugin->reader_close(reader);
  }
  check(plugin->progress(input, &progress), "progress");
  printf("all in all: %" PRId64 " rows, %" PRId64 " requests\n", progress.rows, progress.requests);
  check(plugin->next_config(input, reports, tasks.count, &next, &error), "next_config");
  printf("next config: %s\n", next.data); /* to be merged over CONFIG.yml once the rows are safe */
  next.release(&next);
  for (size_t i = 0; i < tasks.count; ++i) reports[i].release(&reports[i]);
  free(reports);
  tasks.release(&tasks);
  plugin->close(input);
  return EXIT_SUCCESS;
}
