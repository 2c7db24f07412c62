// SPDX-License-Identifier: GPL-2.0-only
/* Regions that are cut into chunks: which, who may loan them, and what is told of them. */
#include <kselftest_harness.h>
#include <poll.h>
#include <sys/syscall.h>

#include "chunk.h"

#define CHUNKS	8U

FIXTURE(chunk) {
	struct live live;
	int fd;
	int mailbox;
};

FIXTURE_SETUP(chunk) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->fd = chunks_make(NULL, CHUNKS, 0);
	self->mailbox = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 64);
}

FIXTURE_TEARDOWN(chunk) {
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

static int cut(__u64 size, __u64 chunk_size, __u32 leases_max)
{
	struct kipc_region_open arg = {
		.flags = R_BOTH | KIPC_REGION_CREATE,
		.size = size,
		.chunk_size = chunk_size,
		.leases_max = leases_max,
	};

	return region_open(NULL, &arg);
}

TEST_F(chunk, cut) {
	struct kipc_region_info info;
	int fd;

	/* What is left over belongs to none. */
	fd = cut(PAGE, 3 * KIPC_CHUNK_ALIGN, KIPC_LEASES_MAX);
	ASSERT_LE(0, fd);
	info = region_info(fd);
	EXPECT_EQ(3 * KIPC_CHUNK_ALIGN, info.chunk_size);
	EXPECT_EQ(PAGE / (3 * KIPC_CHUNK_ALIGN), info.chunks);
	EXPECT_EQ(info.chunks, info.chunks_free);
	EXPECT_EQ(0, info.leases);
	EXPECT_EQ(KIPC_LEASES_MAX, info.leases_max);
	fd = cut(PAGE, PAGE, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(1, region_info(fd).chunks);
	EXPECT_EQ(KIPC_LEASES_DEFAULT, region_info(fd).leases_max);
	fd = cut((__u64)KIPC_CHUNKS_MAX * KIPC_CHUNK_ALIGN, KIPC_CHUNK_ALIGN, 1);
	ASSERT_LE(0, fd);
	EXPECT_EQ(KIPC_CHUNKS_MAX, region_info(fd).chunks);
	EXPECT_EQ(KIPC_CHUNKS_MAX, region_info(fd).chunks_free);
}

TEST_F(chunk, cut_badly) {
	struct kipc_region_open arg = { .flags = R_READ, .chunk_size = PAGE };

	EXPECT_EQ(-EINVAL, cut(PAGE, 1, 0));
	EXPECT_EQ(-EINVAL, cut(PAGE, KIPC_CHUNK_ALIGN + 8, 0));
	EXPECT_EQ(-EINVAL, cut(PAGE, PAGE + KIPC_CHUNK_ALIGN, 0));
	EXPECT_EQ(-EINVAL, cut(PAGE, ~0ULL, 0));
	EXPECT_EQ(-EINVAL, cut(PAGE, 0ULL - KIPC_CHUNK_ALIGN, 0));
	EXPECT_EQ(-EINVAL, cut(KIPC_REGION_SIZE_MAX, KIPC_CHUNK_ALIGN, 0));
	EXPECT_EQ(-EINVAL, cut((__u64)KIPC_CHUNKS_MAX * KIPC_CHUNK_ALIGN + PAGE,
			       KIPC_CHUNK_ALIGN, 0));
	EXPECT_EQ(-EINVAL, cut(PAGE, PAGE, KIPC_LEASES_MAX + 1));
	EXPECT_EQ(-EINVAL, cut(PAGE, 0, 1));
	/* Only who makes a region says how it is cut. */
	EXPECT_EQ(-EINVAL, region_open("chunk.none", &arg));
	arg.chunk_size = 0;
	arg.leases_max = 1;
	EXPECT_EQ(-EINVAL, region_open("chunk.none", &arg));
}

/* A region that is not cut has none of this. */
TEST_F(chunk, not_cut) {
	struct kipc_chunk_entry entry;
	struct kipc_chunk_list list = { .count = 1, .entries = PTR(&entry) };
	int fd = region_make(NULL, PAGE);
	__u32 lease;

	EXPECT_EQ(0, region_info(fd).chunk_size);
	EXPECT_EQ(0, region_info(fd).leases_max);
	EXPECT_EQ(-EPROTOTYPE, region_hold(fd, 1, 0));
	EXPECT_EQ(-ENOTCONN, chunk_loan(fd, &lease));
	EXPECT_EQ(-ENXIO, chunk_release(fd, 1));
	EXPECT_EQ(-EPROTOTYPE, kipc(fd, KIPC_CHUNK_LIST, &list));
	EXPECT_EQ(-ENXIO, chunk_mail(self->mailbox, fd, 1));
	EXPECT_EQ(0, region_polled(fd) & POLLOUT);
}

/* Who says so has none any more, though he has the view. */
TEST_F(chunk, no_longer) {
	__u32 lease;

	EXPECT_EQ(-ENOTCONN, region_hold(self->fd, 0, 0));
	EXPECT_EQ(0, region_hold(self->fd, 2, 0));
	must(chunk_loan(self->fd, &lease));
	EXPECT_EQ(0, region_hold(self->fd, 0, 0));
	EXPECT_EQ(-ENOTCONN, region_hold(self->fd, 0, 0));
	EXPECT_EQ(-ENXIO, chunk_release(self->fd, lease));
	EXPECT_EQ(region_info(self->fd).chunks,
		  region_info(self->fd).chunks_free);
	EXPECT_EQ(0, region_hold(self->fd, 1, 0));
}

TEST_F(chunk, held_once) {
	int other = chunks_make(NULL, 1, 0), own = dup(self->fd);
	int view = region_derive(self->fd, R_BOTH);
	struct actor actor;
	struct kipc_region_hold hold = { .leases = 1 };

	EXPECT_EQ(-EINVAL, region_hold(self->fd, 0, 1));
	EXPECT_EQ(-EINVAL, region_hold(self->fd, KIPC_LEASES_MAX + 1, 0));
	EXPECT_EQ(-EINVAL, region_hold(self->fd, ~0U, 0));
	/* The owner has as many as it likes. */
	EXPECT_EQ(0, region_hold(self->fd, KIPC_LEASES_MAX, 0));
	EXPECT_EQ(-EEXIST, region_hold(self->fd, 1, 0));
	EXPECT_EQ(-EEXIST, region_hold(own, 1, 0));
	EXPECT_EQ(-EEXIST, region_hold(view, 1, 0));
	EXPECT_EQ(0, region_hold(other, 1, 0));
	actor_open(&actor);
	EXPECT_EQ(-EBUSY, actor_kipc(&actor, self->fd, KIPC_REGION_HOLD, &hold));
	EXPECT_EQ(0, actor_kipc(&actor, view, KIPC_REGION_HOLD, &hold));
	EXPECT_EQ(-EBUSY, actor_kipc(&actor, self->fd, KIPC_REGION_HOLD, &hold));
	/* It is over with the last descriptor, and then another one may. */
	EXPECT_EQ(0, actor_close_fd(&actor, view));
	EXPECT_EQ(-EBUSY, actor_kipc(&actor, self->fd, KIPC_REGION_HOLD, &hold));
	close(self->fd);
	EXPECT_EQ(-EBUSY, actor_kipc(&actor, self->fd, KIPC_REGION_HOLD, &hold));
	close(own);
	EXPECT_EQ(0, actor_kipc(&actor, self->fd, KIPC_REGION_HOLD, &hold));
	EXPECT_EQ(0, region_hold(view, 1, 0));
	actor_close(&actor);
}

TEST_F(chunk, revoked) {
	struct kipc_chunk_entry entry;
	struct kipc_chunk_list list = { .count = 1, .entries = PTR(&entry) };
	__u64 id;
	int view = region_view(self->fd, R_READ, 0, 0, &id);
	__u32 lease;

	ASSERT_EQ(0, region_hold(view, 1, 0));
	ASSERT_EQ(0, region_revoke(self->fd, id));
	EXPECT_EQ(-EKEYREVOKED, region_hold(view, 1, 0));
	EXPECT_EQ(-EKEYREVOKED, chunk_release(view, 2049));
	EXPECT_EQ(-EKEYREVOKED, chunk_mail(self->mailbox, view, 2049));
	EXPECT_EQ(-EKEYREVOKED, kipc(view, KIPC_CHUNK_LIST, &list));
	/* Another view is free to be held through. */
	EXPECT_EQ(0, region_hold(self->fd, 1, 0));
	lease = chunk_take(self->fd);
	EXPECT_EQ(0, chunk_release(self->fd, lease));
	EXPECT_EQ(0, chunks_held(view));
}

/* One view of the owner revokes another, through which loans are had. */
TEST_F(chunk, owner_revoked) {
	static const char name[] = "chunk.owners";
	int fd = chunks_make(name, 2, 0), other = region_join(name, R_OWN);
	__u32 first, lease;

	must(region_unlink(name));
	ASSERT_EQ(0, region_hold(other, 2, 0));
	first = chunk_take(other);
	chunk_take(other);
	EXPECT_EQ(-EAGAIN, chunk_loan(other, &lease));
	ASSERT_EQ(0, region_revoke(fd, region_info(other).view));
	EXPECT_EQ(2, chunks_free(fd));
	EXPECT_EQ(-EKEYREVOKED, chunk_loan(other, &lease));
	EXPECT_EQ(-EKEYREVOKED, chunk_release(other, first));
	EXPECT_EQ(-EKEYREVOKED, chunk_mail(self->mailbox, other, first));
}

TEST_F(chunk, loans) {
	__u32 leases[CHUNKS], lease, seen = 0, i;

	EXPECT_EQ(-ENOTCONN, chunk_loan(self->fd, &lease));
	ASSERT_EQ(0, region_hold(self->fd, CHUNKS, 0));
	for (i = 0; i < CHUNKS; i++) {
		int chunk = chunk_loan(self->fd, &leases[i]);

		ASSERT_LE(0, chunk);
		ASSERT_GT(CHUNKS, (__u32)chunk);
		seen |= 1U << chunk;
		EXPECT_NE(0, leases[i]);
		EXPECT_EQ(CHUNKS - 1 - i, chunks_free(self->fd));
		EXPECT_EQ(i + 1, chunks_held(self->fd));
		EXPECT_EQ(1, chunk_listed(self->fd, (__u32)chunk,
					  KIPC_CHUNK_LOANED));
	}
	EXPECT_EQ((1U << CHUNKS) - 1, seen);
	EXPECT_EQ(-EAGAIN, chunk_loan(self->fd, &lease));
	for (i = 0; i < CHUNKS; i++)
		EXPECT_EQ(0, chunk_release(self->fd, leases[i]));
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
	EXPECT_EQ(0, chunks_held(self->fd));
}

/* The one that was freed last is warm, and is taken first. */
TEST_F(chunk, last_freed_first) {
	__u32 first, second, third;
	int chunk;

	ASSERT_EQ(0, region_hold(self->fd, CHUNKS, 0));
	chunk_take(self->fd);
	chunk = chunk_loan(self->fd, &second);
	chunk_take(self->fd);
	ASSERT_LE(0, chunk);
	EXPECT_EQ(0, chunk_release(self->fd, second));
	EXPECT_EQ(chunk, chunk_loan(self->fd, &third));
	/* A number is not soon another's. */
	EXPECT_NE(second, third);
	EXPECT_EQ(-ENXIO, chunk_release(self->fd, second));
	EXPECT_EQ(0, chunk_release(self->fd, third));
	EXPECT_LE(0, chunk_loan(self->fd, &first));
}

/* A struct can be used again as it came back. */
TEST_F(chunk, loan_again) {
	struct kipc_chunk_loan loan = { 0 };
	__u32 first;

	ASSERT_EQ(0, region_hold(self->fd, CHUNKS, 0));
	ASSERT_EQ(0, kipc(self->fd, KIPC_CHUNK_LOAN, &loan));
	first = loan.lease;
	EXPECT_EQ(0, kipc(self->fd, KIPC_CHUNK_LOAN, &loan));
	EXPECT_NE(first, loan.lease);
	EXPECT_EQ(2, chunks_held(self->fd));
}

TEST_F(chunk, loan_and_release) {
	struct kipc_chunk_loan loan = { .release = 4711 };
	__u32 first, chunk;

	ASSERT_EQ(0, region_hold(self->fd, 1, 0));
	EXPECT_EQ(-ENXIO, kipc(self->fd, KIPC_CHUNK_LOAN, &loan));
	first = chunk_take(self->fd);
	loan.release = 0;
	EXPECT_EQ(-EDQUOT, kipc(self->fd, KIPC_CHUNK_LOAN, &loan));
	loan.release = first;
	ASSERT_EQ(0, kipc(self->fd, KIPC_CHUNK_LOAN, &loan));
	EXPECT_NE(first, loan.lease);
	EXPECT_EQ(1, chunks_held(self->fd));
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
	EXPECT_EQ(-ENXIO, chunk_release(self->fd, first));
	/* One that is on its way is not free by that. */
	ASSERT_EQ(0, chunk_mail(self->mailbox, self->fd, loan.lease));
	chunk = loan.chunk;
	loan.release = loan.lease;
	loan.lease = 0;
	loan.chunk = 0;
	ASSERT_EQ(0, kipc(self->fd, KIPC_CHUNK_LOAN, &loan));
	EXPECT_NE(chunk, loan.chunk);
	EXPECT_EQ(1, chunk_listed(self->fd, chunk, KIPC_CHUNK_SENT));
	EXPECT_EQ(0, chunk_listed(self->fd, chunk, KIPC_CHUNK_LOANED));
	EXPECT_EQ(CHUNKS - 2, chunks_free(self->fd));
}

/* With none left: if it fails, nothing is released. */
TEST_F(chunk, loan_fails) {
	struct kipc_chunk_loan loan = { 0 };
	int fd = chunks_make(NULL, 1, 0);
	__u32 lease;

	ASSERT_EQ(0, region_hold(fd, 2, 0));
	lease = chunk_take(fd);
	ASSERT_EQ(0, chunk_mail(self->mailbox, fd, lease));
	loan.release = lease;
	EXPECT_EQ(-EAGAIN, kipc(fd, KIPC_CHUNK_LOAN, &loan));
	EXPECT_EQ(0, chunk_release(fd, lease));
	EXPECT_EQ(0, chunks_free(fd));
	EXPECT_EQ(1, mail_purge(self->mailbox));
	EXPECT_EQ(1, chunks_free(fd));
}

TEST_F(chunk, loan_by_whom) {
	static const char name[] = "chunk.whom";
	int fd = chunks_make(name, 2, 0), view = region_derive(fd, R_BOTH);
	int reader = region_join(name, R_READ | KIPC_REGION_OWN);
	struct kipc_chunk_loan loan = { 0 };
	struct actor actor;
	__u32 lease;

	must(region_unlink(name));
	EXPECT_EQ(-EPERM, chunk_loan(view, &lease));
	EXPECT_EQ(-EPERM, chunk_loan(reader, &lease));
	ASSERT_EQ(0, region_hold(view, 1, 0));
	EXPECT_EQ(-EPERM, chunk_loan(view, &lease));
	close(view);
	ASSERT_EQ(0, region_hold(fd, 2, 0));
	lease = chunk_take(fd);
	/* Another process has the view, and not what is had through it. */
	actor_open(&actor);
	EXPECT_EQ(-ENOTCONN, actor_kipc(&actor, fd, KIPC_CHUNK_LOAN, &loan));
	actor_close(&actor);
	EXPECT_EQ(0, chunk_release(fd, lease));
	EXPECT_EQ(POLLOUT, region_polled(fd) & POLLOUT);
	EXPECT_EQ(0, region_polled(reader) & POLLOUT);
}

TEST_F(chunk, release_refused) {
	__u32 leases[4], released;
	__u64 id;
	int view = region_view(self->fd, R_READ, 0, 0, &id);

	ASSERT_EQ(0, region_hold(self->fd, 4, 0));
	EXPECT_EQ(-ENXIO, chunk_release(self->fd, 0));
	EXPECT_EQ(-ENXIO, chunk_release(self->fd, 1));
	EXPECT_EQ(-ENXIO, chunk_release(self->fd, ~0U));
	leases[0] = chunk_take(self->fd);
	leases[1] = chunk_take(self->fd);
	EXPECT_EQ(-ENXIO, chunk_release(view, leases[0]));
	EXPECT_EQ(-ENXIO, chunk_release(self->fd, leases[0] + (1U << 11)));
	EXPECT_EQ(-ENXIO, chunk_release(self->fd, leases[0] - (1U << 11)));
	EXPECT_EQ(-EINVAL, chunk_release_some(self->fd, leases, 0, &released));
	EXPECT_EQ(-E2BIG, chunk_release_some(self->fd, leases,
					     KIPC_BATCH_MAX + 1, &released));
	EXPECT_EQ(-EFAULT, chunk_release_some(self->fd, NULL, 1, &released));
	EXPECT_EQ(0, released);
	EXPECT_EQ(2, chunks_held(self->fd));
	/* Those before one that is bad are released. */
	leases[2] = leases[0];
	EXPECT_EQ(-ENXIO, chunk_release_some(self->fd, leases, 3, &released));
	EXPECT_EQ(2, released);
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

TEST_F(chunk, attach_refused) {
	struct kipc_attachment got, bad;
	int pipes[2], view = region_derive(self->fd, R_READ);
	struct kipc_mailbox_send send = {
		.flags = KIPC_NONBLOCK,
		.attachments = PTR(&bad),
		.attachment_count = 1,
		.endpoint = -1,
	};
	__u32 lease;

	ASSERT_EQ(0, pipe(pipes));
	EXPECT_EQ(-ENXIO, chunk_mail(self->mailbox, self->fd, 1));
	ASSERT_EQ(0, region_hold(self->fd, 4, 0));
	lease = chunk_take(self->fd);
	EXPECT_EQ(-EBADF, chunk_mail(self->mailbox, -1, lease));
	EXPECT_EQ(-EPROTOTYPE, chunk_mail(self->mailbox, pipes[0], lease));
	EXPECT_EQ(-EPROTOTYPE, chunk_mail(self->mailbox, self->mailbox, lease));
	EXPECT_EQ(-ENXIO, chunk_mail(self->mailbox, view, lease));
	EXPECT_EQ(-ENXIO, chunk_mail(self->mailbox, self->fd, lease + 1));
	EXPECT_EQ(-EINVAL, chunk_mail(self->mailbox, self->fd, 0));
	bad = chunk_of(self->fd, lease);
	bad.rights = KIPC_RIGHT_BORROW;
	EXPECT_EQ(-EINVAL, kipc(self->mailbox, KIPC_MAILBOX_SEND, &send));
	bad.rights = KIPC_RIGHT_CALL;
	EXPECT_EQ(-EINVAL, kipc(self->mailbox, KIPC_MAILBOX_SEND, &send));
	bad = chunk_of(self->fd, lease);
	bad.cookie = 1;
	EXPECT_EQ(-EINVAL, kipc(self->mailbox, KIPC_MAILBOX_SEND, &send));
	bad = chunk_of(self->fd, lease);
	bad.type = KIPC_ATTACH_FD;
	EXPECT_EQ(-EINVAL, kipc(self->mailbox, KIPC_MAILBOX_SEND, &send));
	bad.type = KIPC_ATTACH_CHUNK + 1;
	EXPECT_EQ(-EINVAL, kipc(self->mailbox, KIPC_MAILBOX_SEND, &send));
	/* A lease is not a loan. */
	ASSERT_EQ(0, chunk_mail(self->mailbox, self->fd, lease));
	ASSERT_EQ(0, chunk_recv(self->mailbox, &got));
	EXPECT_NE(lease, got.lease);
	EXPECT_EQ(-ENXIO, chunk_mail(self->mailbox, self->fd, got.lease));
	EXPECT_EQ(2, chunks_held(self->fd));
	EXPECT_EQ(0, mailbox_info(self->mailbox).messages);
	EXPECT_EQ(0, chunk_release(self->fd, lease));
	EXPECT_EQ(0, chunk_release(self->fd, got.lease));
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

/* Loans that are attached are released by whoever has them, and stay attached. */
TEST_F(chunk, several_in_one) {
	struct kipc_attachment attachments[3], got[3];
	struct kipc_mailbox_send send = {
		.attachments = PTR(attachments),
		.attachment_count = 3,
		.endpoint = -1,
	};
	struct kipc_mailbox_recv recv = {
		.attachments = PTR(got),
		.attachments_max = 3,
		.endpoint = -1,
	};
	__u32 lease, i;

	ASSERT_EQ(0, region_hold(self->fd, 4, COOKIE));
	lease = chunk_take(self->fd);
	/* The same one twice */
	attachments[0] = chunk_of(self->fd, lease);
	attachments[1] = chunk_of(self->fd, chunk_take(self->fd));
	attachments[2] = attachments[0];
	ASSERT_EQ(0, kipc(self->mailbox, KIPC_MAILBOX_SEND, &send));
	EXPECT_EQ(0, chunk_release(self->fd, lease));
	EXPECT_EQ(0, chunk_release(self->fd, attachments[1].lease));
	EXPECT_EQ(CHUNKS - 2, chunks_free(self->fd));
	ASSERT_EQ(0, kipc(self->mailbox, KIPC_MAILBOX_RECV, &recv));
	EXPECT_EQ(got[0].id, got[2].id);
	EXPECT_NE(got[0].id, got[1].id);
	EXPECT_NE(got[0].lease, got[2].lease);
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(KIPC_ATTACH_CHUNK, got[i].type);
		EXPECT_EQ(0, got[i].rights);
		EXPECT_EQ(COOKIE, got[i].cookie);
		EXPECT_EQ(0, chunk_release(self->fd, got[i].lease));
	}
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

static void poll_for_chunk(void *arg)
{
	struct pollfd pollfd = { .fd = *(int *)arg, .events = POLLOUT };

	check(poll(&pollfd, 1, 20000) == 1);
	check(pollfd.revents == POLLOUT);
}

TEST_F(chunk, poll) {
	int fd = chunks_make(NULL, 2, 0);
	struct thread thread;
	__u32 first, second;

	EXPECT_EQ(POLLOUT, region_polled(fd));
	ASSERT_EQ(0, region_hold(fd, 2, 0));
	first = chunk_take(fd);
	EXPECT_EQ(POLLOUT, region_polled(fd));
	second = chunk_take(fd);
	EXPECT_EQ(0, region_polled(fd));
	thread_start(&thread, poll_for_chunk, &fd);
	wait_blocked_in(thread.tid, SYS_poll);
	ASSERT_EQ(0, chunk_mail(self->mailbox, fd, first));
	EXPECT_EQ(0, chunk_release(fd, first));
	EXPECT_EQ(0, region_polled(fd));
	/* The last that has it is a message. */
	EXPECT_EQ(1, mail_purge(self->mailbox));
	thread_join(&thread);
	EXPECT_EQ(POLLOUT, region_polled(fd));
	EXPECT_EQ(0, chunk_release(fd, second));
}

TEST_HARNESS_MAIN
