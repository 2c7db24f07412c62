/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A small kernel for the library's own tests: it stands in for src/sys.c, and
 * does what /dev/kipc does, within one process. Both ends of a conversation are
 * the test's own endpoints.
 *
 * It keeps to the letter of <linux/kipc.h> where the library depends on it:
 * slices are freed when a command says so and their bytes are overwritten then,
 * a flag KIPC_FREE_SLICE is cleared once its slice is freed, messages carry
 * KIPC_MSG_NO_IDLE, one-way messages for a node are received one at a time,
 * nested calls go to the thread that waits, notices coalesce. And it fails on
 * request.
 *
 * Of mailboxes the library knows nothing but how to ask. So the fake kernel has
 * none: any number is one, all succeeds, and what comes back is what the test said.
 */
#ifndef KIPC_TESTS_FAKE_H
#define KIPC_TESTS_FAKE_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/kipc.h>

/* The security label of every sender, without a terminating 0 byte */
#define FAKE_LABEL	"user_u:test"

/* Forget everything */
void fake_reset(void);
/* The next ioctls of a kind fail with an error, before they do anything */
void fake_fail(unsigned long command, int error, unsigned int times);
/*
 * What comes back from the next ioctl of a kind on a mailbox, or one that fails: the
 * argument as a whole
 */
void fake_answer(unsigned long command, const void *argument);
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
/* Let the deadlines pass of all threads that wait for a message */
void fake_time_out(void);
/* The next one-way message gets KIPC_SENT_SPAM */
void fake_spam_next(void);

/* How many ioctls of a kind there were */
unsigned int fake_count(unsigned long command);
/* The argument of the last ioctl of a kind, as it was issued */
void fake_last(unsigned long command, void *argument);
/* And the file descriptor that it was issued on */
int fake_last_fd(unsigned long command);
/* How many endpoints are open */
unsigned int fake_endpoints(void);
/* How many slices an endpoint holds */
unsigned int fake_slices(int fd);
/* How many threads wait for a message there */
unsigned int fake_waiting(int fd);
/* How many messages are queued there */
unsigned int fake_queued(int fd);
/* How many uses a handle has there */
unsigned int fake_uses(int fd, uint32_t handle);
/* How many nodes live */
unsigned int fake_nodes(void);
/* As what a node was made */
void fake_node(uint32_t node, struct kipc_node_create *create);
/* How many watches there are, on handles, on names and on freezing */
unsigned int fake_watches(void);
/* How many calls are not over, or were left by their callers */
unsigned int fake_calls(void);

#endif /* KIPC_TESTS_FAKE_H */
