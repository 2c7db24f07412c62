/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that does as it is told, as a puppet is a thread that does.
 *
 * It is a fork of the test, so what it is to do is a function, which finds the files that
 * were open then. What it is told lies in memory that both share.
 */
#ifndef ACTOR_H
#define ACTOR_H

#include "task.h"

/* The most that an act can be told */
#define ACTOR_ROOM	2048

/* Something that is done in an actor's process. Returns 0 or more, or a negative errno. */
typedef long actor_act(void *arg);

/**
 * struct actor - a process that does as it is told
 * @child: the process
 * @room: what it shares with the test
 * @arg: of what it does now; gets the results
 * @size: of that
 */
struct actor {
	struct child child;
	struct actor_room *room;
	void *arg;
	size_t size;
};

void actor_open(struct actor *actor);
void actor_close(struct actor *actor);
void actor_kill(struct actor *actor);

void actor_begin(struct actor *actor, actor_act *act, void *arg, size_t size);
long actor_end(struct actor *actor);
long actor_do(struct actor *actor, actor_act *act, void *arg, size_t size);

/**
 * struct actor_ioctl - a command that points to nothing
 * @fd: on which file
 * @command: its number
 * @arg: its struct
 */
struct actor_ioctl {
	int fd;
	unsigned long command;
	__u64 arg[32];
};

int actor_kipc(struct actor *actor, int fd, unsigned long command, void *arg);
int actor_close_fd(struct actor *actor, int fd);

#endif /* ACTOR_H */
