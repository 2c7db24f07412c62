/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread that does nothing but use up a CPU, at some priority.
 *
 * What is less urgent than it does not run on that CPU until the hog ends. So the
 * test itself must run on another one, and the kernel must not throttle real-time
 * threads: hog_prepare() sees to both.
 */
#ifndef HOG_H
#define HOG_H

#include "policy.h"

/* Where hogs run, and where the test runs */
#define HOG_CPU		0
#define TEST_CPU	1

/**
 * struct hog - a thread that uses up HOG_CPU
 * @thread: the thread
 * @policy: at which it runs
 * @limit: time of the CPU, in nanoseconds, after which it sleeps until stopped
 * @begin: once this is set the limit begins to count
 * @stop: tells it to end
 * @running: it is there
 * @ended: it does not use the CPU any more
 */
struct hog {
	struct thread thread;
	struct policy policy;
	__u64 limit;
	int begin;
	int stop;
	int running;
	int ended;
};

bool hog_prepare(void);
void hog_restore(void);
void hog_start(struct hog *hog, struct policy policy, __u64 limit);
void hog_stop(struct hog *hog);

#endif /* HOG_H */
