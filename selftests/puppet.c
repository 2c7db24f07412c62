// SPDX-License-Identifier: GPL-2.0-only
/* A thread that issues one command after the other, as it is told. */
#include <sys/socket.h>

#include "puppet.h"

/* What a puppet is told, and what it answers */
enum word {
	END = 1,
	ACT,
	DONE,
};

static void act(void *arg)
{
	struct puppet *puppet = arg;

	while (hear(puppet->sock[1]) == ACT) {
		puppet->ret = kipc(puppet->fd, puppet->command, puppet->arg);
		tell(puppet->sock[1], DONE);
	}
}

void puppet_open(struct puppet *puppet)
{
	must_errno(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
			      puppet->sock));
	thread_start(&puppet->thread, act, puppet);
}

/* Lets the thread end; its command must have ended. */
void puppet_close(struct puppet *puppet)
{
	tell(puppet->sock[0], END);
	thread_join(&puppet->thread);
	close(puppet->sock[0]);
	close(puppet->sock[1]);
}

/* Lets it issue a command on that file. @arg must stay until puppet_end(). */
void puppet_begin_on(struct puppet *puppet, int fd, unsigned long command,
		     void *arg)
{
	puppet->fd = fd;
	puppet->command = command;
	puppet->arg = arg;
	tell(puppet->sock[0], ACT);
}

void puppet_begin(struct puppet *puppet, struct endpoint *endpoint,
		  unsigned long command, void *arg)
{
	puppet_begin_on(puppet, endpoint->fd, command, arg);
}

/* Lets it issue a command that waits, and waits until it does. */
void puppet_block(struct puppet *puppet, struct endpoint *endpoint,
		  unsigned long command, void *arg)
{
	puppet_begin(puppet, endpoint, command, arg);
	wait_blocked(puppet->thread.tid, command);
}

/* Waits for the end of its command, and returns what it did. */
int puppet_end(struct puppet *puppet)
{
	check(hear(puppet->sock[0]) == DONE);
	return puppet->ret;
}

/* Lets it issue a command that ends, on that file. */
int puppet_do_on(struct puppet *puppet, int fd, unsigned long command, void *arg)
{
	puppet_begin_on(puppet, fd, command, arg);
	return puppet_end(puppet);
}

int puppet_do(struct puppet *puppet, struct endpoint *endpoint,
	      unsigned long command, void *arg)
{
	puppet_begin(puppet, endpoint, command, arg);
	return puppet_end(puppet);
}

/* Lets it wait for a call, and returns its token. */
__u64 puppet_recv_call(struct puppet *puppet, struct endpoint *endpoint)
{
	struct kipc_recv recv = { .deadline = after(20 * SECOND) };

	must(puppet_do(puppet, endpoint, KIPC_RECV, &recv));
	check(recv.message.kind == KIPC_MSG_CALL);
	message_free(endpoint, &recv.message);
	return recv.message.token;
}

/* Lets it take what is there. */
int puppet_recv_now(struct puppet *puppet, struct endpoint *endpoint,
		    struct kipc_message *message)
{
	struct kipc_recv recv = { .flags = KIPC_NONBLOCK };
	int ret = puppet_do(puppet, endpoint, KIPC_RECV, &recv);

	*message = recv.message;
	return ret;
}

/* Lets it answer a call with nothing. */
int puppet_reply(struct puppet *puppet, struct endpoint *endpoint, __u64 token)
{
	struct kipc_reply reply = { .token = token };

	return puppet_do(puppet, endpoint, KIPC_REPLY, &reply);
}
