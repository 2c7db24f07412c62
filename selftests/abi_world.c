// SPDX-License-Identifier: GPL-2.0-only
/* The state in which the commands of the ABI's table are issued. */
#include <sys/eventfd.h>

#include "abi_table.h"
#include "chunk.h"

static void echo(void *arg)
{
	echo_serve(arg);
}

void abi_world_open(struct abi_world *world)
{
	pair_open(&world->pair, POOL);
	endpoint_open(&world->echo, POOL);
	world->echo_handle = connect_to(&world->pair.client, &world->echo,
					node_create(&world->echo, 0),
					KIPC_RIGHTS_ALL);
	thread_start(&world->echo_thread, echo, &world->echo);
	wait_blocked(world->echo_thread.tid, KIPC_REPLY_RECV);
	world->to_echo.type = KIPC_ATTACH_HANDLE;
	world->to_echo.id = world->echo_handle;
	world->to_echo.rights = KIPC_RIGHT_CALL;
	world->to_server.type = KIPC_ATTACH_HANDLE;
	world->to_server.id = world->pair.handle;
	world->to_server.rights = KIPC_RIGHT_CALL;
	world->to_client.type = KIPC_ATTACH_NODE;
	world->to_client.id = world->pair.node;
	world->to_client.rights = KIPC_RIGHT_CALL;
	world->mailbox = mailbox_make(NULL, KIPC_MAILBOX_WORK, 8);
	world->eventfd = eventfd(0, EFD_CLOEXEC);
	must_errno(world->eventfd);
	world->view = chunks_make(NULL, 1, 0);
	world->held = chunks_make(NULL, 4, 0);
	must(region_hold(world->held, 4, 0));
	world->loan = chunk_take(world->held);
}

void abi_world_close(struct abi_world *world)
{
	echo_stop(&world->pair.client, world->echo_handle);
	thread_join(&world->echo_thread);
	endpoint_close(&world->echo);
	pair_close(&world->pair);
	close(world->mailbox);
	close(world->eventfd);
	close(world->view);
	close(world->held);
}

int abi_world_fd(struct abi_world *world, const struct abi_command *command)
{
	switch (command->by) {
	case ABI_SERVER:
		return world->pair.server.fd;
	case ABI_MAILBOX:
		return world->mailbox;
	case ABI_VIEW:
		return world->view;
	case ABI_HELD:
		return world->held;
	default:
		return world->pair.client.fd;
	}
}

const struct abi_command *abi_find(const char *name, size_t length)
{
	const struct abi_command *command;

	for (command = abi_commands; command->name; command++) {
		if (strlen(command->name) == length &&
		    !memcmp(command->name, name, length))
			return command;
	}
	return NULL;
}

void abi_field_set(void *arg, const struct abi_field *field, __u64 value)
{
	__u32 word = (__u32)value;

	if (field->size == sizeof(word))
		memcpy((char *)arg + field->offset, &word, sizeof(word));
	else
		memcpy((char *)arg + field->offset, &value, sizeof(value));
}

__u64 abi_field_get(const void *arg, const struct abi_field *field)
{
	__u64 value = 0;

	memcpy(&value, (const char *)arg + field->offset, field->size);
	return value;
}
