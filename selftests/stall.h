/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory at which a copy from or to user space stalls until it is allowed to go
 * on.
 *
 * With it a command stands still in the middle for as long as a test likes,
 * while the other side dies, withdraws or is told. It is a page that
 * userfaultfd(2) watches over.
 */
#ifndef STALL_H
#define STALL_H

#include "task.h"

/**
 * struct stall - a page that is not there yet
 * @uffd: the userfaultfd; -1 if the kernel has none
 * @page: its address
 * @size: its size
 */
struct stall {
	int uffd;
	void *page;
	size_t size;
};

/**
 * struct stalled_reply - a reply that stands still
 * @thread: who answers
 * @endpoint: of whom
 * @stall: where the reply comes from
 * @token: of the call
 * @ret: what became of it
 */
struct stalled_reply {
	struct thread thread;
	struct endpoint *endpoint;
	struct stall *stall;
	__u64 token;
	int ret;
};

bool stall_open(struct stall *stall);
void stall_wait(struct stall *stall);
void stall_end(struct stall *stall);
void stall_fill(struct stall *stall, const void *data, size_t size);
void stall_again(struct stall *stall);
void stall_unmap(struct stall *stall);
void stall_close(struct stall *stall);

void stalled_reply_begin(struct stalled_reply *reply, struct endpoint *endpoint,
			 struct stall *stall, __u64 token);
int stalled_reply_end(struct stalled_reply *reply);

#endif /* STALL_H */
