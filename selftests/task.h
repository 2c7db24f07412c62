/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads and children of a test, and how to know what they are doing.
 *
 * Nothing here waits for a time to pass: wait_blocked() looks into /proc until
 * a thread sleeps in the command in question, and tell() and hear() are words
 * through a socket pair.
 */
#ifndef TASK_H
#define TASK_H

#include <pthread.h>
#include <sys/types.h>

#include "selftest.h"

/**
 * struct thread - a thread of the test's own process
 * @thread: for pthread_join()
 * @tid: for /proc
 * @run: what it does; it must not use the harness's macros
 * @arg: passed to @run
 * @started: set once @tid is valid
 */
struct thread {
	pthread_t thread;
	pid_t tid;
	void (*run)(void *arg);
	void *arg;
	int started;
};

void thread_start(struct thread *thread, void (*run)(void *arg), void *arg);
void thread_join(struct thread *thread);

/**
 * struct child - a child process
 * @pid: of the child
 * @sock: the parent's end of a socket pair; the child's end is passed to what
 *	it runs
 */
struct child {
	pid_t pid;
	int sock;
};

/**
 * enum child_files - what a child keeps of its parent's files
 * @CHILD_CLOSES: nothing but the standard ones and its socket
 * @CHILD_SHARES: all, endpoints included
 */
enum child_files {
	CHILD_CLOSES,
	CHILD_SHARES,
};

void child_start(struct child *child, enum child_files files,
		 void (*run)(int sock, void *arg), void *arg);
int child_end(struct child *child);
void child_kill(struct child *child);
void child_execute(int sock);
void child_wait_executed(const struct child *child);

void tell(int sock, __u64 word);
__u64 hear(int sock);

void become(uid_t uid, gid_t gid);
pid_t thread_id(void);
void wait_blocked(pid_t tid, unsigned long command);
void wait_blocked_in(pid_t tid, long number);
long context_switches(pid_t tid);

#endif /* TASK_H */
