/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory for payloads. */
#ifndef BENCH_BUFFER_H
#define BENCH_BUFFER_H

#include <stddef.h>

/* Room before each buffer, for a header that has to stand right before it. */
#define BUFFER_HEADROOM	4096

/*
 * All 0, and whole pages are aligned. BUFFER_HEADROOM bytes before it and one
 * byte behind it are there. Ends the program if there is no memory.
 */
void *buffer_new(size_t size);

/* NULL is nothing to free. */
void buffer_free(void *buffer);

#endif /* BENCH_BUFFER_H */
