/* SPDX-License-Identifier: GPL-2.0-only */
/* The worker processes, as the coordinator sees them. */
#ifndef DEMO_CREW_H
#define DEMO_CREW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <kipc.h>

/**
 * enum member_state - where a worker is in its life
 * @MEMBER_STARTED: its process was started
 * @MEMBER_JOINED: it joined and is watched
 * @MEMBER_LEFT: it ended when all was done
 * @MEMBER_DEAD: it died before that
 */
enum member_state {
	MEMBER_STARTED,
	MEMBER_JOINED,
	MEMBER_LEFT,
	MEMBER_DEAD,
};

/**
 * struct member - one worker
 * @number: 1 for the first; for people
 * @pid: its process
 * @state: where it is in its life
 * @handle: handle for its node
 * @watch: on that handle
 * @waiting: its call that is not going to be answered; or NULL
 * @pieces: how many pieces it did
 * @bytes: how much text was in them
 * @words: how many words
 */
struct member {
	unsigned int number;
	pid_t pid;
	enum member_state state;
	uint32_t handle;
	struct kipc_watch *watch;
	struct kipc_request *waiting;
	size_t pieces;
	uint64_t bytes;
	uint64_t words;
};

/**
 * struct crew - all workers
 * @members: the workers
 * @count: how many
 */
struct crew {
	struct member *members;
	unsigned int count;
};

/**
 * crew_start() - start the worker processes
 * @crew: where they go
 * @count: how many
 * @name: name of the coordinator's node, for which they wait
 *
 * To be called before this process opens an endpoint or starts a thread. The
 * workers end with this process.
 *
 * Return: 0 or -errno.
 */
int crew_start(struct crew *crew, unsigned int count, const char *name);

/**
 * crew_find() - the worker that has this process
 * @crew: the workers
 * @pid: the process
 *
 * Return: the worker; NULL if there is none.
 */
struct member *crew_find(const struct crew *crew, pid_t pid);

/**
 * crew_find_handle() - the worker that has the node of this handle
 * @crew: the workers
 * @handle: the handle
 *
 * Return: the worker; NULL if there is none.
 */
struct member *crew_find_handle(const struct crew *crew, uint32_t handle);

/**
 * crew_alive() - workers that did not die
 * @crew: the workers
 *
 * Return: how many.
 */
unsigned int crew_alive(const struct crew *crew);

/**
 * crew_end() - wait until all worker processes ended
 * @crew: the workers
 * @victim: the one that was killed; NULL if none was
 *
 * Return: true if the victim ended by SIGKILL and all others successfully.
 */
bool crew_end(const struct crew *crew, const struct member *victim);

/**
 * crew_free() - free the memory
 * @crew: the workers
 */
void crew_free(struct crew *crew);

#endif
