/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tap: what the kernel's tracepoints tell from now on, in the order in which
 * it happened.
 *
 * Each CPU has a buffer of its own in the kernel. They are emptied one after the
 * other, so what is newer than the beginning of that is held back until the next
 * time: something older may come from another CPU.
 */
#ifndef TOOL_TAP_H
#define TOOL_TAP_H

#include <stdint.h>

#include "event.h"

struct tap;

/**
 * typedef tap_take - take an event
 * @event: valid until this returns
 * @context: as given to tap_read()
 *
 * Return: 0 to go on; else the rest is dropped.
 */
typedef int (*tap_take)(const struct event *event, void *context);

/**
 * tap_open() - begin to trace
 * @types: which events, EVENT_BIT() of each
 * @tap: where the tap goes
 *
 * Errors: EACCES, EPERM (not for this user), ENOENT (no tracefs), ENOPROTOOPT
 * (no such tracepoints), ENOMEM.
 * Return: 0 or -errno.
 */
int tap_open(unsigned int types, struct tap **tap);

/**
 * tap_why() - what an error of tap_open() means, and what to do
 * @error: -errno
 *
 * Return: a constant text.
 */
const char *tap_why(int error);

/**
 * tap_status() - the exit status for an error of tap_open()
 * @error: -errno
 *
 * Return: an enum tool_status.
 */
int tap_status(int error);

/**
 * tap_read() - take the events that are there
 * @tap: the tap
 * @last: nothing is held back
 * @take: called for each
 * @context: for @take
 *
 * Does not wait.
 *
 * Return: 0, -ENOMEM, or what @take returned.
 */
int tap_read(struct tap *tap, bool last, tap_take take, void *context);

/**
 * tap_lost() - how many events were lost so far, because nobody took them in
 *	time
 * @tap: the tap
 *
 * Return: how many.
 */
uint64_t tap_lost(struct tap *tap);

/**
 * tap_close() - end it, and leave nothing behind
 * @tap: the tap; NULL does nothing
 */
void tap_close(struct tap *tap);

/**
 * tap_now() - the time on the clock of the events
 *
 * Return: CLOCK_MONOTONIC in nanoseconds.
 */
uint64_t tap_now(void);

#endif
