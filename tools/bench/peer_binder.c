// SPDX-License-Identifier: GPL-2.0-only
/*
 * Binder: the server is the context manager, which clients reach as handle 0
 * without any look-up. Payloads are received where the driver maps them, and
 * are answered from there. The buffer that was received last is given back
 * along with the next command, so that the client makes one system call per
 * round trip. The server makes two: in Binder a reply always comes back with
 * its own "complete" before the next request can be waited for. So it costs
 * least if the client, once woken by the reply, preempts the server: then the
 * next request is there already when the server makes its second call.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/android/binder.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "payload.h"
#include "peer.h"

#define DEVICE		"/dev/binder"
#define MAPPED_SIZE	(1024 * 1024)
#define METHOD		1

/* So many "complete" fit what is read at once. */
#define UNREAD_MAX	16

/* How long a context manager that was killed may take to be gone. */
#define MANAGER_TRIES	500
#define MANAGER_PAUSE	10000 /* us */

/*
 * A transaction or a reply, and then the release of a buffer, as the driver
 * reads them: from @send on, without any padding.
 */
struct commands {
	uint32_t unused;
	uint32_t send;
	struct binder_transaction_data data;
	uint32_t free;
	/* a binder_uintptr_t that is not aligned */
	uint32_t buffer[2];
};

#define COMMANDS_START		offsetof(struct commands, send)
#define COMMANDS_SEND_SIZE	(offsetof(struct commands, free) - COMMANDS_START)
#define COMMANDS_SIZE		(COMMANDS_SEND_SIZE + 3 * sizeof(uint32_t))

struct binder {
	int fd;
	void *mapped;
	/* the buffer that was received last, or 0 */
	binder_uintptr_t held;
	struct commands commands;
	/* messages whose "complete" was not read yet */
	unsigned int unread;
	uint32_t returned[64];
};

static int binder_open(struct binder *binder)
{
	binder->fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (binder->fd < 0) {
		warn(DEVICE);
		return -1;
	}
	binder->mapped = mmap(NULL, MAPPED_SIZE, PROT_READ,
			      MAP_PRIVATE | MAP_NORESERVE, binder->fd, 0);
	return binder->mapped == MAP_FAILED ? -1 : 0;
}

/* One system call. Returns how many bytes of commands came back. */
static size_t write_read(struct binder *binder, const void *commands,
			 size_t size)
{
	struct binder_write_read io = {
		.write_size = size,
		.write_buffer = (uintptr_t)commands,
		.read_size = sizeof(binder->returned),
		.read_buffer = (uintptr_t)binder->returned,
	};

	if (ioctl(binder->fd, BINDER_WRITE_READ, &io) < 0)
		err(EXIT_FAILURE, "binder: write and read");
	return io.read_consumed;
}

/* Where the data of a command is in what came back, or NULL. */
static const void *find(struct binder *binder, size_t size, uint32_t wanted)
{
	const char *at = (const char *)binder->returned;
	const char *end = at + size;
	uint32_t command;

	while (at < end) {
		memcpy(&command, at, sizeof(command));
		at += sizeof(command);
		if (command == wanted)
			return at;
		if (command != BR_NOOP && command != BR_TRANSACTION_COMPLETE)
			errx(EXIT_FAILURE, "binder: command %#x came back",
			     command);
		at += _IOC_SIZE(command);
	}
	return NULL;
}

/* Write the commands and read until the wanted one comes; hold its buffer. */
static const void *exchange(struct binder *binder, const void *commands,
			    size_t write_size, uint32_t wanted,
			    size_t payload_size)
{
	struct binder_transaction_data data;
	const void *found;

	do {
		found = find(binder, write_read(binder, commands, write_size),
			     wanted);
		write_size = 0;
	} while (!found);

	memcpy(&data, found, sizeof(data));
	if (data.data_size != payload_size)
		errx(EXIT_FAILURE, "binder: %llu bytes came",
		     (unsigned long long)data.data_size);
	binder->held = data.data.ptr.buffer;
	return (const void *)(uintptr_t)binder->held;
}

/*
 * Say what to send, and to give back the buffer that is held. The payload is
 * copied before the buffer is given back, so it may be the same.
 */
static size_t prepare(struct binder *binder, uint32_t send, const void *payload,
		      size_t size)
{
	struct commands *commands = &binder->commands;

	commands->send = send;
	commands->data.data_size = size;
	commands->data.data.ptr.buffer = (uintptr_t)payload;
	commands->free = BC_FREE_BUFFER;
	memcpy(commands->buffer, &binder->held, sizeof(binder->held));
	return binder->held ? COMMANDS_SIZE : COMMANDS_SEND_SIZE;
}

static int become_manager(struct binder *binder)
{
	int tries = 0;
	int ret;

	do {
		ret = ioctl(binder->fd, BINDER_SET_CONTEXT_MGR, 0);
		if (ret == 0 || errno != EBUSY)
			break;
		usleep(MANAGER_PAUSE);
	} while (++tries < MANAGER_TRIES);
	return ret;
}

static int listen(struct peer *peer)
{
	struct binder *binder = peer->state;
	uint32_t enter = BC_ENTER_LOOPER;
	struct binder_write_read io = {
		.write_size = sizeof(enter),
		.write_buffer = (uintptr_t)&enter,
	};

	if (binder_open(binder) < 0 || become_manager(binder) < 0)
		return -1;
	return ioctl(binder->fd, BINDER_WRITE_READ, &io);
}

static int connect(struct peer *peer)
{
	struct binder *binder = peer->state;

	binder->commands.data.code = METHOD;
	return binder_open(binder);
}

static void serve(struct peer *peer)
{
	struct binder *binder = peer->state;
	const void *payload;
	size_t size = 0;

	for (;;) {
		payload = exchange(binder, &binder->commands.send, size,
				   BR_TRANSACTION, peer->size);
		payload_read(payload, peer->size);
		size = prepare(binder, BC_REPLY, payload, peer->size);
	}
}

static const void *roundtrip(struct peer *peer)
{
	struct binder *binder = peer->state;
	size_t size;

	size = prepare(binder, BC_TRANSACTION, peer->request, peer->size);
	return exchange(binder, &binder->commands.send, size, BR_REPLY,
			peer->size);
}

/*
 * Each message is sent at once. But the driver's "complete" of each, which says
 * nothing if all is well, costs less if many of them are read together.
 */
static void post(struct peer *peer)
{
	struct binder *binder = peer->state;
	struct binder_write_read io = {
		.write_buffer = (uintptr_t)&binder->commands.send,
	};

	binder->commands.data.flags = TF_ONE_WAY;
	io.write_size = prepare(binder, BC_TRANSACTION, peer->request,
				peer->size);
	if (ioctl(binder->fd, BINDER_WRITE_READ, &io) < 0)
		err(EXIT_FAILURE, "binder: write");
	if (++binder->unread == UNREAD_MAX) {
		find(binder, write_read(binder, NULL, 0), 0);
		binder->unread = 0;
	}
}

static const void *take(struct peer *peer)
{
	struct binder *binder = peer->state;
	size_t size = 0;

	if (binder->held) {
		prepare(binder, 0, NULL, 0);
		size = COMMANDS_SIZE - COMMANDS_SEND_SIZE;
	}
	return exchange(binder, &binder->commands.free, size, BR_TRANSACTION,
			peer->size);
}

static void teardown(struct peer *peer)
{
	struct binder *binder = peer->state;

	if (binder->mapped && binder->mapped != MAP_FAILED)
		munmap(binder->mapped, MAPPED_SIZE);
	if (binder->fd > 0)
		close(binder->fd);
}

const struct peer_ops peer_binder = {
	.name = "binder",
	.state_size = sizeof(struct binder),
	.preempts = true,
	.listen = listen,
	.serve = serve,
	.connect = connect,
	.roundtrip = roundtrip,
	.teardown = teardown,
	.post = post,
	.take = take,
};
