/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What travels in a message, and what both sides do with it.
 *
 * A benchmark that loses or mixes up its messages must not report anything,
 * and one that never looks at them hides what looking costs (page faults in a
 * mapped pool, for example). So once per system and size the whole payload is
 * filled, echoed and compared; and in every counted round trip the client
 * stamps the first word of each page, the server reads these words, and the
 * client compares them in the reply. This is the same work for all systems,
 * and small: at most two or three instructions per page and step.
 */
#ifndef BENCH_PAYLOAD_H
#define BENCH_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fill a payload with bytes that depend on the seed and the position. */
void payload_fill(void *payload, size_t size, unsigned int seed);

/* Whether all of it is as payload_fill() made it. */
bool payload_is_filled(const void *payload, size_t size, unsigned int seed);

/* The client, before each request: write the number into each page. */
void payload_stamp(void *payload, size_t size, uint64_t number);

/* The number that was written, if there is room for one. */
uint64_t payload_number(const void *payload);

/* The client, after each reply: whether each page has the number. */
bool payload_is_stamped(const void *payload, size_t size, uint64_t number);

/* The server, after each request: read a word of each page. */
void payload_read(const void *payload, size_t size);

#endif /* BENCH_PAYLOAD_H */
