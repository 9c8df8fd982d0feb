/* The fake plugin's data: deterministic rows of all six column types, with NULLs, as Arrow structures. */
#ifndef FAKE_ROWS_H
#define FAKE_ROWS_H

#include "bulk_input/bulk_input.h"

/* Both give 0 or ENOMEM; on failure *out is released. */
int fake_rows_schema(struct ArrowSchema* out);
int fake_rows_batch(struct ArrowArray* out, int64_t first, int64_t rows);

#endif /* FAKE_ROWS_H */
