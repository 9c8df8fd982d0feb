/* Arrow C Data and C Stream interfaces.
 *
 * The three structures below are declared from the published specification
 * (https://arrow.apache.org/docs/format/CDataInterface.html and CStreamInterface.html), guarded by the
 * specification's own macros, so that this header can be included beside any other copy of them.
 *
 * Rules that matter to a consumer:
 *  - A structure is released when `release` is NULL. Call `release` once, from the thread that uses it.
 *  - A consumer may move a structure: copy its bytes and set the source's `release` to NULL.
 *  - Children may be moved out of a parent in the same way; the parent's `release` skips them.
 *  - `ArrowArrayStream.get_next` marks the end of the stream by a released array and a return of 0.
 *  - `ArrowArrayStream.get_last_error` is valid until the next call on the stream.
 */
#ifndef BULK_INPUT_ARROW_C_DATA_H
#define BULK_INPUT_ARROW_C_DATA_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};

#endif /* ARROW_C_STREAM_INTERFACE */

#ifdef __cplusplus
}
#endif

#endif /* BULK_INPUT_ARROW_C_DATA_H */
