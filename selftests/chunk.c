// SPDX-License-Identifier: GPL-2.0-only
/* Chunks of regions, as the tests loan, send, lease and release them. */
#include <sys/syscall.h>

#include "chunk.h"

/* Makes a region of so many chunks, which must be new. Returns the owner's view. */
int chunks_make(const char *name, __u32 chunks, __u32 leases_max)
{
	struct kipc_region_open arg = {
		.flags = R_MAKE,
		.mode = 0666,
		.size = chunks * CHUNK,
		.chunk_size = CHUNK,
		.leases_max = leases_max,
	};

	return (int)must(region_open(name, &arg));
}

/* Opens one by name, as another user, and holds it. Returns what came of the latter. */
int chunks_join(const char *name, __u32 uid, __u32 leases)
{
	int fd;

	must_errno((int)syscall(SYS_setresuid, -1, uid, -1));
	fd = (int)must(region_join(name, R_READ));
	must_errno((int)syscall(SYS_setresuid, -1, 0, -1));
	return region_hold(fd, leases, 0);
}

int region_hold(int fd, __u32 leases, __u64 cookie)
{
	struct kipc_region_hold hold = { .leases = leases, .cookie = cookie };

	return kipc(fd, KIPC_REGION_HOLD, &hold);
}

__u32 chunks_free(int fd)
{
	return region_info(fd).chunks_free;
}

/* Loans and leases that are had through this view */
__u32 chunks_held(int fd)
{
	return region_info(fd).leases;
}

/* Returns the number of the chunk, or a negative errno. */
int chunk_loan(int fd, __u32 *lease)
{
	struct kipc_chunk_loan loan = { 0 };
	int ret = kipc(fd, KIPC_CHUNK_LOAN, &loan);

	*lease = loan.lease;
	return ret ? ret : (int)loan.chunk;
}

/* Takes a loan of any chunk, which must be there, and returns its number. */
__u32 chunk_take(int fd)
{
	__u32 lease;

	must(chunk_loan(fd, &lease));
	check(lease);
	return lease;
}

int chunk_release_some(int fd, const __u32 *leases, __u32 count,
		       __u32 *released)
{
	struct kipc_chunk_release release = {
		.count = count,
		.leases = PTR(leases),
		/* It comes back, whatever it was. */
		.released = ~0U,
	};
	int ret = kipc(fd, KIPC_CHUNK_RELEASE, &release);

	*released = release.released;
	return ret;
}

int chunk_release(int fd, __u32 lease)
{
	__u32 released;
	int ret = chunk_release_some(fd, &lease, 1, &released);

	check(ret || released == 1);
	return ret;
}

/* How many have a chunk in that way, or messages with it if they are what is asked for */
__u32 chunk_listed(int fd, __u32 chunk, __u32 state)
{
	struct kipc_chunk_entry entries[64];
	struct kipc_chunk_list list = {
		.count = ARRAY_SIZE(entries),
		.entries = PTR(entries),
	};
	__u32 sum = 0, i;

	do {
		must(kipc(fd, KIPC_CHUNK_LIST, &list));
		for (i = 0; i < list.listed; i++)
			if (entries[i].chunk == chunk &&
			    entries[i].state == state)
				sum += entries[i].count;
	} while (list.cursor);
	return sum;
}

/* A chunk, to be attached */
struct kipc_attachment chunk_of(int fd, __u32 lease)
{
	return (struct kipc_attachment) {
		.type = KIPC_ATTACH_CHUNK,
		.id = (__u32)fd,
		.lease = lease,
	};
}

/* The same, lent */
struct kipc_attachment chunk_lent(int fd, __u32 lease)
{
	struct kipc_attachment attachment = chunk_of(fd, lease);

	attachment.rights = KIPC_RIGHT_BORROW;
	return attachment;
}

struct kipc_attachment view_lent(int fd)
{
	return (struct kipc_attachment) {
		.type = KIPC_ATTACH_FD,
		.id = (__u32)fd,
		.rights = KIPC_RIGHT_BORROW,
	};
}

/* Posts it without payload, and does not wait. */
int chunk_mail(int mailbox, int fd, __u32 lease)
{
	struct kipc_attachment attachment = chunk_of(fd, lease);
	struct kipc_mailbox_send send = {
		.flags = KIPC_NONBLOCK,
		.attachments = PTR(&attachment),
		.attachment_count = 1,
		.endpoint = -1,
	};

	return kipc(mailbox, KIPC_MAILBOX_SEND, &send);
}

static int receive(int mailbox, __u32 flags, struct kipc_attachment *got,
		   __u64 *token)
{
	struct kipc_mailbox_recv recv = {
		.flags = flags,
		.attachments = PTR(got),
		.attachments_max = 1,
		.endpoint = -1,
		.deadline = flags ? 0 : after(SOON),
	};
	int ret = kipc(mailbox, KIPC_MAILBOX_RECV, &recv);

	*token = recv.mail.token;
	return ret;
}

/* Takes what is there. */
int chunk_recv_token(int mailbox, struct kipc_attachment *got, __u64 *token)
{
	return receive(mailbox, KIPC_NONBLOCK, got, token);
}

int chunk_recv(int mailbox, struct kipc_attachment *got)
{
	__u64 token;

	return chunk_recv_token(mailbox, got, &token);
}

/* Makes a view of its own from that one, and holds the region through it. */
long lease_join_act(void *arg)
{
	struct lease *lease = arg;
	int fd = region_derive(lease->fd, R_READ);
	int ret = region_hold(fd, lease->count, PTR(lease));

	lease->fd = fd;
	return ret;
}

long lease_recv_act(void *arg)
{
	struct lease *lease = arg;

	return receive(lease->mailbox, KIPC_NONBLOCK, &lease->got,
		       &lease->token);
}

/* The same of what may come later */
long lease_wait_act(void *arg)
{
	struct lease *lease = arg;

	return receive(lease->mailbox, 0, &lease->got, &lease->token);
}

long lease_release_act(void *arg)
{
	struct lease *lease = arg;

	return chunk_release(lease->fd, lease->got.lease);
}

long lease_close_act(void *arg)
{
	struct lease *lease = arg;

	return close(lease->fd) ? -errno : 0;
}

long lease_map_act(void *arg)
{
	struct lease *lease = arg;
	size_t size = (size_t)region_info(lease->fd).size;

	lease->words = region_map(lease->fd, size, PROT_READ);
	return 0;
}

/* 0, or EFAULT for SIGBUS */
long lease_read_act(void *arg)
{
	struct lease *lease = arg;

	return region_reads(lease->words + lease->got.id * CHUNK / 4,
			    &lease->word) ? 0 : -EFAULT;
}

/* Tries to get a mapping that it can write to: whether it did. */
long lease_write_act(void *arg)
{
	struct lease *lease = arg;

	return !region_map_error(lease->fd, PAGE, PROT_WRITE, MAP_SHARED, 0) ||
	       !mprotect(lease->words, PAGE, PROT_READ | PROT_WRITE);
}

/* It has a view of its own, made from @fd, and holds the region. */
void subscriber_open(struct subscriber *subscriber, int fd, int mailbox,
		     __u32 count)
{
	subscriber->lease = (struct lease) {
		.fd = fd,
		.mailbox = mailbox,
		.count = count,
	};
	actor_open(&subscriber->actor);
	must(subscriber_do(subscriber, lease_join_act));
}

long subscriber_do(struct subscriber *subscriber, actor_act *act)
{
	return actor_do(&subscriber->actor, act, &subscriber->lease,
			sizeof(subscriber->lease));
}

/* What it got is in @subscriber->lease.got. */
int subscriber_recv(struct subscriber *subscriber)
{
	return (int)subscriber_do(subscriber, lease_recv_act);
}

int subscriber_release(struct subscriber *subscriber, __u32 lease)
{
	subscriber->lease.got.lease = lease;
	return (int)subscriber_do(subscriber, lease_release_act);
}

void subscriber_close(struct subscriber *subscriber)
{
	actor_close(&subscriber->actor);
}

void subscriber_kill(struct subscriber *subscriber)
{
	actor_kill(&subscriber->actor);
}
