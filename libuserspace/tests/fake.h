/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A small kernel for the library's own tests: it stands in for src/sys.c, and
 * does what /dev/kipc does, within one process. Both ends of a conversation are
 * the test's own endpoints.
 *
 * It keeps to the letter of <linux/kipc.h> where the library depends on it:
 * slices are freed when a command says so and their bytes are overwritten then,
 * a flag KIPC_FREE_SLICE is cleared once its slice is freed, messages carry
 * KIPC_MSG_NO_IDLE, notices of names coalesce. And it fails on request.
 */
#ifndef KIPC_TESTS_FAKE_H
#define KIPC_TESTS_FAKE_H

#include <stdbool.h>
#include <stdint.h>

/* Forget everything */
void fake_reset(void);
/* The next ioctls of a kind fail with an error, before they do anything */
void fake_fail(unsigned long command, int error, unsigned int times);
/* The next replies fail with an error, be it in KIPC_REPLY or KIPC_REPLY_RECV */
void fake_fail_reply(int error, unsigned int times);
/* The next KIPC_NAME_LIST returns one entry at a time, from now on */
void fake_list_one_by_one(void);
/*
 * When the next message was received, and the library did not look at it yet,
 * call a function
 */
void fake_on_receive(void (*function)(void *argument), void *argument);
/* The kernel says that its ABI has this version */
void fake_set_abi(uint32_t version);

/* How many ioctls of a kind there were */
unsigned int fake_count(unsigned long command);
/* How many endpoints are open */
unsigned int fake_endpoints(void);
/* How many slices an endpoint holds */
unsigned int fake_slices(int fd);
/* How many threads wait for a message there */
unsigned int fake_waiting(int fd);
/* How many uses a handle has there */
unsigned int fake_uses(int fd, uint32_t handle);
/* How many nodes live */
unsigned int fake_nodes(void);
/* How many watches there are, on handles and on names */
unsigned int fake_watches(void);

#endif /* KIPC_TESTS_FAKE_H */
