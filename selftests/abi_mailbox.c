// SPDX-License-Identifier: GPL-2.0-only
/* How commands of mailboxes are brought to succeed. */
#include "abi_prepare.h"

static const char name[] = "abi.mailbox";

static struct kipc_mailbox_send sends[1];
static struct kipc_mailbox_recv recvs[1];
static struct kipc_attachment came_in[1];
static __u64 tokens[1];

void abi_prepare_mailbox_open(struct abi_world *world, void *arg)
{
	struct kipc_mailbox_open *open = arg;

	(void)world;
	open->flags = BOTH | KIPC_MAILBOX_CREATE;
	open->name = PTR(name);
	open->name_size = sizeof(name) - 1;
	open->mode = 0600;
	open->messages_max = 4;
	open->dead_letter = -1;
}

void abi_undo_mailbox_open(struct abi_world *world, void *arg)
{
	struct kipc_mailbox_open *open = arg;

	check(open->created == 1);
	must(name_unpublish(&world->pair.client, name));
	must_errno(close(open->fd));
}

/* With an attachment that comes home to the server */
void abi_prepare_mailbox_send(struct abi_world *world, void *arg)
{
	struct kipc_mailbox_send *send = arg;

	send->flags = KIPC_NONBLOCK;
	send->data = PTR(world->data);
	send->data_size = sizeof(world->data);
	send->attachments = PTR(&world->to_server);
	send->attachment_count = 1;
	send->endpoint = world->pair.client.fd;
}

void abi_prepare_mailbox_send_batch(struct abi_world *world, void *arg)
{
	struct kipc_mailbox_send_batch *batch = arg;

	abi_prepare_mailbox_send(world, &sends[0]);
	sends[0].flags = 0;
	batch->flags = KIPC_NONBLOCK;
	batch->messages = PTR(sends);
	batch->count = 1;
}

static void post(struct abi_world *world)
{
	struct kipc_mailbox_send send = { 0 };

	abi_prepare_mailbox_send(world, &send);
	must(kipc(world->mailbox, KIPC_MAILBOX_SEND, &send));
}

static void fill_recv(struct abi_world *world, struct kipc_mailbox_recv *recv)
{
	recv->data = PTR(world->buffer);
	recv->data_size = sizeof(world->buffer);
	recv->attachments = PTR(came_in);
	recv->attachments_max = 1;
	recv->endpoint = world->pair.server.fd;
}

/* Takes out all there is. */
void abi_drain_mailbox(struct abi_world *world, void *arg)
{
	struct kipc_mailbox_recv recv = { .flags = KIPC_NONBLOCK };

	(void)arg;
	fill_recv(world, &recv);
	while (!kipc(world->mailbox, KIPC_MAILBOX_RECV, &recv))
		must(lease_ack(world->mailbox, recv.mail.token));
}

void abi_prepare_mailbox_recv(struct abi_world *world, void *arg)
{
	struct kipc_mailbox_recv *recv = arg;

	post(world);
	fill_recv(world, recv);
	recv->flags = KIPC_NONBLOCK;
}

void abi_undo_mailbox_recv(struct abi_world *world, void *arg)
{
	struct kipc_mailbox_recv *recv = arg;

	check(recv->mail.size == sizeof(world->data));
	must(lease_ack(world->mailbox, recv->mail.token));
	abi_drain_mailbox(world, arg);
}

void abi_prepare_mailbox_recv_batch(struct abi_world *world, void *arg)
{
	struct kipc_mailbox_recv_batch *batch = arg;

	post(world);
	fill_recv(world, &recvs[0]);
	batch->flags = KIPC_NONBLOCK;
	batch->messages = PTR(recvs);
	batch->count = 1;
}

void abi_undo_mailbox_recv_batch(struct abi_world *world, void *arg)
{
	(void)arg;
	abi_undo_mailbox_recv(world, &recvs[0]);
}

/* Posts to the mailbox itself, behind what it receives. */
void abi_prepare_mailbox_send_recv(struct abi_world *world, void *arg)
{
	struct kipc_mailbox_send_recv *both = arg;

	abi_prepare_mailbox_recv(world, &both->recv);
	both->to = world->mailbox;
	both->send.flags = KIPC_NONBLOCK;
	both->send.data = PTR(world->data);
	both->send.data_size = sizeof(world->data);
	both->send.endpoint = -1;
}

void abi_undo_mailbox_send_recv(struct abi_world *world, void *arg)
{
	struct kipc_mailbox_send_recv *both = arg;

	abi_undo_mailbox_recv(world, &both->recv);
}

void abi_prepare_mailbox_peek(struct abi_world *world, void *arg)
{
	struct kipc_mailbox_peek *peek = arg;

	post(world);
	peek->data = PTR(world->buffer);
	peek->data_size = sizeof(world->buffer);
}

void abi_prepare_mailbox_lease(struct abi_world *world, void *arg)
{
	struct kipc_mailbox_recv recv = { .flags = KIPC_NONBLOCK };
	struct kipc_mailbox_lease *lease = arg;

	post(world);
	fill_recv(world, &recv);
	must(kipc(world->mailbox, KIPC_MAILBOX_RECV, &recv));
	tokens[0] = recv.mail.token;
	lease->tokens = PTR(tokens);
	lease->count = 1;
}

void abi_prepare_mailbox_purge(struct abi_world *world, void *arg)
{
	(void)arg;
	post(world);
}

void abi_prepare_mailbox_notify(struct abi_world *world, void *arg)
{
	struct kipc_mailbox_notify *notify = arg;

	notify->eventfd = world->eventfd;
}

void abi_undo_mailbox_notify(struct abi_world *world, void *arg)
{
	struct kipc_mailbox_notify notify = { .eventfd = -1 };

	(void)arg;
	must(kipc(world->mailbox, KIPC_MAILBOX_NOTIFY, &notify));
}
