/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread that issues one command after the other, as it is told.
 *
 * Where it matters which thread receives, calls or answers, the test is written as
 * one story, and puppets act in it. puppet_begin() lets one issue a command which
 * may wait, puppet_end() tells what came of it.
 */
#ifndef PUPPET_H
#define PUPPET_H

#include "message.h"

/**
 * struct puppet - a thread that does as it is told
 * @thread: the thread
 * @sock: the test's end and the thread's end of a socket pair
 * @fd: of the endpoint, or the mailbox, on which the command is issued
 * @command: its number
 * @arg: its struct
 * @ret: 0 or a negative errno
 */
struct puppet {
	struct thread thread;
	int sock[2];
	int fd;
	unsigned long command;
	void *arg;
	int ret;
};

void puppet_open(struct puppet *puppet);
void puppet_close(struct puppet *puppet);
void puppet_begin_on(struct puppet *puppet, int fd, unsigned long command,
		     void *arg);
void puppet_begin(struct puppet *puppet, struct endpoint *endpoint,
		  unsigned long command, void *arg);
void puppet_block(struct puppet *puppet, struct endpoint *endpoint,
		  unsigned long command, void *arg);
int puppet_end(struct puppet *puppet);
int puppet_do_on(struct puppet *puppet, int fd, unsigned long command,
		 void *arg);
int puppet_do(struct puppet *puppet, struct endpoint *endpoint,
	      unsigned long command, void *arg);

__u64 puppet_recv_call(struct puppet *puppet, struct endpoint *endpoint);
int puppet_recv_now(struct puppet *puppet, struct endpoint *endpoint,
		    struct kipc_message *message);
int puppet_reply(struct puppet *puppet, struct endpoint *endpoint, __u64 token);

#endif /* PUPPET_H */
