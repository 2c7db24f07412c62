// SPDX-License-Identifier: GPL-2.0-only
/* A process that does as it is told. */
#include <sys/mman.h>

#include "actor.h"

/**
 * struct actor_room - what an actor shares with the test
 * @act: what it is to do
 * @ret: what came of it
 * @arg: what it does it with
 */
struct actor_room {
	actor_act *act;
	long ret;
	__u64 arg[ACTOR_ROOM / 8];
};

/* What it is told, and what it answers */
enum word {
	END = 1,
	ACT,
	DONE,
};

static void act(int sock, void *arg)
{
	struct actor_room *room = arg;

	while (hear(sock) == ACT) {
		room->ret = room->act(room->arg);
		tell(sock, DONE);
	}
}

/* It has all the files that are open now. */
void actor_open(struct actor *actor)
{
	actor->room = mmap(NULL, sizeof(*actor->room), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must_errno((void *)actor->room == MAP_FAILED ? -1 : 0);
	child_start(&actor->child, CHILD_SHARES, act, actor->room);
}

static void forget(struct actor *actor)
{
	munmap(actor->room, sizeof(*actor->room));
	actor->room = NULL;
}

/* Lets it end by itself. */
void actor_close(struct actor *actor)
{
	tell(actor->child.sock, END);
	must(child_end(&actor->child));
	forget(actor);
}

void actor_kill(struct actor *actor)
{
	child_kill(&actor->child);
	forget(actor);
}

/* Lets it do something that may wait. @arg must stay until actor_end(). */
void actor_begin(struct actor *actor, actor_act *act, void *arg, size_t size)
{
	check(size <= ACTOR_ROOM);
	actor->arg = arg;
	actor->size = size;
	actor->room->act = act;
	memcpy(actor->room->arg, arg, size);
	tell(actor->child.sock, ACT);
}

long actor_end(struct actor *actor)
{
	check(hear(actor->child.sock) == DONE);
	memcpy(actor->arg, actor->room->arg, actor->size);
	return actor->room->ret;
}

long actor_do(struct actor *actor, actor_act *act, void *arg, size_t size)
{
	actor_begin(actor, act, arg, size);
	return actor_end(actor);
}

static long do_ioctl(void *arg)
{
	struct actor_ioctl *order = arg;

	return kipc(order->fd, order->command, order->arg);
}

int actor_kipc(struct actor *actor, int fd, unsigned long command, void *arg)
{
	struct actor_ioctl order = { .fd = fd, .command = command };
	int ret;

	check(_IOC_SIZE(command) <= sizeof(order.arg));
	memcpy(order.arg, arg, _IOC_SIZE(command));
	ret = (int)actor_do(actor, do_ioctl, &order, sizeof(order));
	memcpy(arg, order.arg, _IOC_SIZE(command));
	return ret;
}

static long do_close(void *arg)
{
	return close(*(int *)arg) ? -errno : 0;
}

int actor_close_fd(struct actor *actor, int fd)
{
	return (int)actor_do(actor, do_close, &fd, sizeof(fd));
}
