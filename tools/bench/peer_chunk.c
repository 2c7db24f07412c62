// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chunks of kipc's regions: each process has a region of its own to publish from, and
 * may read that of the other. What is published is attached to a message in a mailbox, one
 * for each direction. A loan goes back when the next one is taken, which is one system call;
 * leases go back some at a time.
 */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "chunk.h"
#include "kipc_device.h"
#include "mailbox.h"
#include "peer.h"

/* Leases that are released at once */
#define RELEASED	4
/* More than are in use at any time: a loan, the next one, and leases */
#define CHUNKS		8
/* What a process has of each region at most */
#define HOLDS		RELEASED

/**
 * struct direction - what goes from one process to the other
 * @owner: the view of who publishes
 * @reader: the view of who receives, which cannot be written to
 * @mailbox: what carries the chunks
 */
struct direction {
	int owner;
	int reader;
	struct mailbox mailbox;
};

/**
 * struct chunk_pair - both directions, as one of the processes has them
 * @to_server: one
 * @to_client: the other
 * @opened: how many of them there are
 * @size: bytes of a region
 * @mine: the region that this process publishes from
 * @theirs: that of the other process
 * @loan: the last loan, and what it was taken with
 * @chunk: what is attached
 * @leases: those that are not released yet
 * @leased: how many they are
 */
struct chunk_pair {
	struct direction to_server;
	struct direction to_client;
	unsigned int opened;
	size_t size;
	char *mine;
	const char *theirs;
	struct kipc_chunk_loan loan;
	struct kipc_attachment chunk;
	__u32 leases[RELEASED];
	unsigned int leased;
};

static struct direction *out_of(struct peer *peer)
{
	struct chunk_pair *pair = peer->state;

	return peer->is_server ? &pair->to_client : &pair->to_server;
}

static struct direction *into(struct peer *peer)
{
	struct chunk_pair *pair = peer->state;

	return peer->is_server ? &pair->to_server : &pair->to_client;
}

static int open_region(const struct peer *peer, size_t size)
{
	struct kipc_region_open open = {
		.flags = KIPC_REGION_READ | KIPC_REGION_WRITE |
			 KIPC_REGION_CREATE,
		.size = size,
		.chunk_size = peer->size,
	};

	return device_ask(KIPC_REGION_OPEN, &open) < 0 ? -1 : open.fd;
}

static int open_direction(struct direction *direction, const struct peer *peer,
			  size_t size)
{
	struct kipc_region_view view = { .flags = KIPC_REGION_READ };

	direction->owner = open_region(peer, size);
	if (direction->owner < 0)
		return -1;
	if (ioctl(direction->owner, KIPC_REGION_VIEW, &view) < 0 ||
	    mailbox_new(&direction->mailbox, CHUNKS, 0) < 0) {
		close(direction->owner);
		return -1;
	}
	direction->reader = view.fd;
	return 0;
}

static void close_direction(struct direction *direction)
{
	mailbox_close(&direction->mailbox);
	close(direction->reader);
	close(direction->owner);
}

static int setup(struct peer *peer)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct chunk_pair *pair = peer->state;

	pair->size = (CHUNKS * peer->size + page - 1) / page * page;
	if (open_direction(&pair->to_server, peer, pair->size) < 0)
		return -1;
	pair->opened++;
	if (open_direction(&pair->to_client, peer, pair->size) < 0)
		return -1;
	pair->opened++;
	return 0;
}

static int hold(int view)
{
	struct kipc_region_hold hold = { .leases = HOLDS };

	return ioctl(view, KIPC_REGION_HOLD, &hold);
}

static int join(struct peer *peer)
{
	struct chunk_pair *pair = peer->state;
	struct direction *out = out_of(peer), *in = into(peer);

	if (hold(out->owner) < 0 || hold(in->reader) < 0)
		return -1;
	pair->mine = mmap(NULL, pair->size, PROT_READ | PROT_WRITE, MAP_SHARED,
			  out->owner, 0);
	if (pair->mine == MAP_FAILED)
		return -1;
	pair->theirs = mmap(NULL, pair->size, PROT_READ, MAP_SHARED, in->reader,
			    0);
	if (pair->theirs == MAP_FAILED)
		return -1;
	out->mailbox.send.attachments = (uintptr_t)&pair->chunk;
	out->mailbox.send.attachment_count = 1;
	in->mailbox.recv.attachments = (uintptr_t)&pair->chunk;
	in->mailbox.recv.attachments_max = 1;
	return 0;
}

static void *loan(struct peer *peer)
{
	struct chunk_pair *pair = peer->state;

	pair->loan.release = pair->loan.lease;
	device_command(out_of(peer)->owner, KIPC_CHUNK_LOAN, &pair->loan,
		       "take a chunk");
	return pair->mine + pair->loan.chunk * peer->size;
}

static void publish(struct peer *peer, void *chunk)
{
	struct chunk_pair *pair = peer->state;
	struct direction *out = out_of(peer);

	(void)chunk;
	pair->chunk = (struct kipc_attachment) {
		.type = KIPC_ATTACH_CHUNK,
		.id = (__u32)out->owner,
		.lease = pair->loan.lease,
	};
	mailbox_put(&out->mailbox, NULL, 0, 0);
}

static const void *take(struct peer *peer)
{
	struct chunk_pair *pair = peer->state;

	mailbox_take(&into(peer)->mailbox, NULL, 0);
	if (!pair->chunk.lease)
		errx(EXIT_FAILURE, "kipc: a chunk came without a lease");
	return pair->theirs + pair->chunk.id * peer->size;
}

static void release(struct peer *peer, const void *chunk)
{
	struct chunk_pair *pair = peer->state;
	struct kipc_chunk_release release = {
		.count = RELEASED,
		.leases = (uintptr_t)pair->leases,
	};

	(void)chunk;
	pair->leases[pair->leased++] = pair->chunk.lease;
	if (pair->leased < RELEASED)
		return;
	pair->leased = 0;
	device_command(into(peer)->reader, KIPC_CHUNK_RELEASE, &release,
		       "give chunks back");
}

static const struct chunk_ops chunks = {
	.loan = loan,
	.publish = publish,
	.take = take,
	.release = release,
};

static void teardown(struct peer *peer)
{
	struct chunk_pair *pair = peer->state;

	if (pair->mine && pair->mine != MAP_FAILED)
		munmap(pair->mine, pair->size);
	if (pair->theirs && pair->theirs != MAP_FAILED)
		munmap((void *)pair->theirs, pair->size);
	if (pair->opened > 0)
		close_direction(&pair->to_server);
	if (pair->opened > 1)
		close_direction(&pair->to_client);
}

const struct peer_ops peer_chunk = {
	.name = "kipc-chunk",
	.state_size = sizeof(struct chunk_pair),
	.setup = setup,
	.listen = join,
	.connect = join,
	.teardown = teardown,
	.chunks = &chunks,
};
