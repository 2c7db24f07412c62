// SPDX-License-Identifier: GPL-2.0-only
/* Views that are made from views, passed on, and revoked. */
#include <kselftest_harness.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "mailbox.h"
#include "passing.h"
#include "region.h"

#define PAGES	8

FIXTURE(view) {
	struct live live;
	int fd;
	size_t size;
	__u32 *words;
};

FIXTURE_SETUP(view) {
	size_t i;

	ASSERT_EQ(0, live_begin(&self->live));
	self->size = PAGES * PAGE;
	self->fd = region_make(NULL, self->size);
	self->words = region_map(self->fd, self->size, PROT_READ | PROT_WRITE);
	for (i = 0; i < PAGES; i++)
		self->words[i * PAGE / 4] = (__u32)i;
}

FIXTURE_TEARDOWN(view) {
	munmap(self->words, self->size);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F(view, narrower) {
	int part = region_view(self->fd, R_BOTH, 2 * PAGE, 3 * PAGE, NULL);
	int inner = region_view(part, R_READ, PAGE, 0, NULL);
	__u32 *words;

	ASSERT_LE(0, part);
	ASSERT_LE(0, inner);
	EXPECT_EQ(FD_CLOEXEC, fcntl(part, F_GETFD));
	EXPECT_EQ(2 * PAGE, region_info(part).offset);
	EXPECT_EQ(3 * PAGE, region_info(part).size);
	EXPECT_EQ(3 * PAGE, region_info(inner).offset);
	EXPECT_EQ(2 * PAGE, region_info(inner).size);
	words = region_map(part, 3 * PAGE, PROT_READ);
	EXPECT_EQ(2, words[0]);
	munmap(words, 3 * PAGE);
	words = region_map(inner, 2 * PAGE, PROT_READ);
	EXPECT_EQ(3, words[0]);
	EXPECT_EQ(4, words[PAGE / 4]);
	munmap(words, 2 * PAGE);
	EXPECT_EQ(-EINVAL, region_map_error(inner, 3 * PAGE, PROT_READ,
					    MAP_SHARED, 0));
	EXPECT_EQ(-EACCES, region_map_error(inner, PAGE, PROT_WRITE, MAP_SHARED,
					    0));
}

/* With more nothing is made: neither rights, nor range, nor power over others. */
TEST_F(view, never_more) {
	int part = region_view(self->fd, R_READ, PAGE, 2 * PAGE, NULL);

	EXPECT_EQ(-EACCES, region_view(part, R_BOTH, 0, 0, NULL));
	EXPECT_EQ(-EINVAL, region_view(part, R_READ, 0, 3 * PAGE, NULL));
	EXPECT_EQ(-EINVAL, region_view(part, R_READ, PAGE, 2 * PAGE, NULL));
	EXPECT_EQ(-EINVAL, region_view(part, R_READ, 2 * PAGE, 0, NULL));
	EXPECT_EQ(-EINVAL, region_view(part, R_READ, 0UL - PAGE, 2 * PAGE,
				       NULL));
	EXPECT_EQ(-EINVAL, region_view(part, R_READ, 1, PAGE, NULL));
	EXPECT_EQ(-EINVAL, region_view(part, R_READ, 0, 1, NULL));
	EXPECT_EQ(-EINVAL, region_view(part, 0, 0, 0, NULL));
	EXPECT_EQ(-EINVAL, region_view(part, KIPC_REGION_WRITE, 0, 0, NULL));
	EXPECT_EQ(-EINVAL, region_view(part, R_OWN, 0, 0, NULL));
	EXPECT_EQ(2, region_info(part).views);
}

TEST_F(view, too_deep) {
	int fd = self->fd, next, i;

	for (i = 0; i < KIPC_DEPTH_MAX; i++) {
		next = region_view(fd, R_READ, 0, 0, NULL);
		ASSERT_LE(0, next);
		if (i)
			close(fd);
		fd = next;
	}
	EXPECT_EQ(-ELOOP, region_view(fd, R_READ, 0, 0, NULL));
}

/* One subtree is revoked, and nothing else. */
TEST_F(view, subtree) {
	__u64 id[4];
	int fd[4], i;
	__u32 *words[4], word;

	fd[0] = region_view(self->fd, R_BOTH, 0, 0, &id[0]);
	fd[1] = region_view(fd[0], R_BOTH, 0, 0, &id[1]);
	fd[2] = region_view(fd[1], R_READ, 0, 0, &id[2]);
	fd[3] = region_view(fd[0], R_READ, 0, 0, &id[3]);
	for (i = 0; i < 4; i++) {
		words[i] = region_map(fd[i], self->size, PROT_READ);
		EXPECT_EQ(1, words[i][PAGE / 4]);
	}
	EXPECT_EQ(0, region_revoke(fd[0], id[1]));
	for (i = 0; i < 4; i++) {
		bool revoked = i == 1 || i == 2;

		EXPECT_EQ(!revoked, region_reads(words[i] + PAGE / 4, &word));
		/* Not touched before */
		EXPECT_EQ(!revoked,
			  region_reads(words[i] + 5 * PAGE / 4, &word));
		EXPECT_EQ(revoked, region_info(fd[i]).revoked);
		EXPECT_EQ(revoked ? POLLERR | POLLHUP : 0,
			  region_polled(fd[i]));
		EXPECT_EQ(revoked ? -EKEYREVOKED : 0,
			  region_map_error(fd[i], PAGE, PROT_READ, MAP_SHARED,
					   0));
		munmap(words[i], self->size);
	}
	EXPECT_EQ(-EKEYREVOKED, region_view(fd[1], R_READ, 0, 0, NULL));
	EXPECT_EQ(-EKEYREVOKED, region_revoke(fd[1], 0));
	EXPECT_EQ(-EKEYREVOKED, region_seal(fd[1], KIPC_REGION_SEAL_SEAL));
	EXPECT_EQ(-ENXIO, region_revoke(fd[0], id[1]));
	EXPECT_EQ(3, region_info(self->fd).views);
	EXPECT_EQ(1, self->words[PAGE / 4]);
}

/* Who may: only those from which it was made, and the owner. */
TEST_F(view, by_whom) {
	__u64 first, second, inner;
	int a = region_view(self->fd, R_BOTH, 0, 0, &first);
	int b = region_view(self->fd, R_BOTH, 0, 0, &second);
	int c = region_view(a, R_BOTH, 0, 0, &inner);

	EXPECT_EQ(-ENXIO, region_revoke(a, first));
	EXPECT_EQ(-ENXIO, region_revoke(a, second));
	EXPECT_EQ(-ENXIO, region_revoke(b, inner));
	EXPECT_EQ(-ENXIO, region_revoke(c, first));
	EXPECT_EQ(-ENXIO, region_revoke(self->fd,
					region_info(self->fd).view));
	EXPECT_EQ(-ENXIO, region_revoke(self->fd, 1000));
	EXPECT_EQ(-ENXIO, region_revoke(self->fd, ~0ULL));
	EXPECT_EQ(4, region_info(self->fd).views);
	EXPECT_EQ(0, region_revoke(b, 0));
	EXPECT_EQ(4, region_info(self->fd).views);
	EXPECT_EQ(0, region_revoke(self->fd, inner));
	EXPECT_EQ(1, region_info(c).revoked);
	EXPECT_EQ(0, region_revoke(self->fd, 0));
	EXPECT_EQ(1, region_info(a).revoked);
	EXPECT_EQ(1, region_info(b).revoked);
	EXPECT_EQ(0, region_info(self->fd).revoked);
	EXPECT_EQ(1, region_info(self->fd).views);
}

/* Views that others opened by name are the owner's to revoke, by any of its own. */
TEST_F(view, of_the_owner) {
	static const char name[] = "region.view";
	int maker = region_make(name, PAGE), other = region_join(name, R_BOTH);
	int owner = region_join(name, R_OWN);
	__u32 *words = region_map(other, PAGE, PROT_READ), word;

	must(region_unlink(name));
	EXPECT_EQ(-ENXIO, region_revoke(other, region_info(owner).view));
	EXPECT_EQ(0, region_revoke(other, 0));
	close(maker);
	EXPECT_EQ(0, region_revoke(owner, region_info(other).view));
	EXPECT_FALSE(region_reads(words, &word));
	munmap(words, PAGE);
}

/* What was made from a view that is closed belongs to where that was made from. */
TEST_F(view, bequeathed) {
	__u64 first, inner;
	int a = region_view(self->fd, R_BOTH, 0, 0, &first);
	int b = region_view(a, R_BOTH, 0, 0, NULL);
	int c = region_view(b, R_READ, 0, 0, &inner);

	close(b);
	EXPECT_EQ(3, region_info(self->fd).views);
	EXPECT_EQ(0, region_revoke(a, inner));
	EXPECT_EQ(1, region_info(c).revoked);
	c = region_view(a, R_READ, 0, 0, NULL);
	close(a);
	EXPECT_EQ(-ENXIO, region_revoke(self->fd, first));
	EXPECT_EQ(0, region_revoke(self->fd, 0));
	EXPECT_EQ(1, region_info(c).revoked);
}

TEST_F(view, listed) {
	struct kipc_view_entry entries[4];
	struct kipc_region_views views = {
		.count = 2,
		.views = PTR(entries),
	};
	__u64 id[3];
	int a = region_view(self->fd, R_BOTH, 0, 0, &id[0]);
	int b = region_view(a, R_READ, PAGE, 2 * PAGE, &id[1]);

	region_view(self->fd, R_READ, 0, 0, &id[2]);
	ASSERT_EQ(0, kipc(self->fd, KIPC_REGION_VIEWS, &views));
	ASSERT_EQ(2, views.listed);
	EXPECT_EQ(id[0], entries[0].id);
	EXPECT_EQ(region_info(self->fd).view, entries[0].parent);
	EXPECT_EQ(R_BOTH, entries[0].flags);
	EXPECT_EQ((__u32)getpid(), entries[0].pid);
	EXPECT_EQ(0, entries[0].uid);
	EXPECT_EQ(id[1], entries[1].id);
	EXPECT_EQ(id[0], entries[1].parent);
	EXPECT_EQ(PAGE, entries[1].offset);
	EXPECT_EQ(2 * PAGE, entries[1].size);
	EXPECT_EQ(R_READ, entries[1].flags);
	ASSERT_NE(0, views.cursor);
	ASSERT_EQ(0, kipc(self->fd, KIPC_REGION_VIEWS, &views));
	EXPECT_EQ(1, views.listed);
	EXPECT_EQ(id[2], entries[0].id);
	EXPECT_EQ(0, views.cursor);
	/* Each sees only what it can revoke. */
	ASSERT_EQ(0, kipc(a, KIPC_REGION_VIEWS, &views));
	EXPECT_EQ(1, views.listed);
	EXPECT_EQ(id[1], entries[0].id);
	ASSERT_EQ(0, kipc(b, KIPC_REGION_VIEWS, &views));
	EXPECT_EQ(0, views.listed);
	views.count = 0;
	EXPECT_EQ(-EINVAL, kipc(a, KIPC_REGION_VIEWS, &views));
	must(region_revoke(self->fd, id[0]));
	views.count = 4;
	EXPECT_EQ(-EKEYREVOKED, kipc(a, KIPC_REGION_VIEWS, &views));
}

static void touch_in_child(int sock, void *arg)
{
	__u32 *words = arg, word;

	tell(sock, region_reads(words, &word));
	hear(sock);
	tell(sock, region_reads(words, &word));
}

/* Mappings are gone in all processes, wherever they were moved to. */
TEST_F(view, forked_and_moved) {
	__u64 id;
	int view = region_view(self->fd, R_BOTH, 0, 0, &id);
	__u32 *words = region_map(view, self->size, PROT_READ | PROT_WRITE);
	__u32 *moved, *copy, word;
	struct child child;

	EXPECT_EQ(1, words[PAGE / 4]);
	moved = mremap(words, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		       mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0));
	ASSERT_NE(MAP_FAILED, (void *)moved);
	copy = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, view, 0);
	ASSERT_NE(MAP_FAILED, (void *)copy);
	copy[0] = 99;
	child_start(&child, CHILD_SHARES, touch_in_child, words + PAGE / 4);
	EXPECT_EQ(1, hear(child.sock));
	EXPECT_EQ(0, region_revoke(self->fd, id));
	tell(child.sock, 1);
	EXPECT_EQ(0, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
	EXPECT_FALSE(region_reads(moved, &word));
	EXPECT_FALSE(region_writes(moved, 1));
	EXPECT_FALSE(region_reads(words + PAGE / 4, &word));
	/* Copies that a private mapping made are gone as well. */
	EXPECT_FALSE(region_reads(copy, &word));
	munmap(moved, PAGE);
	munmap(copy, PAGE);
	munmap(words + PAGE / 4, self->size - PAGE);
}

/* The kernel does not copy there either; what is lent already stays what it was. */
TEST_F(view, kernel_copies) {
	__u64 id;
	int view = region_view(self->fd, R_BOTH, 0, 0, &id);
	__u8 *bytes = region_map(view, PAGE, PROT_READ | PROT_WRITE);
	struct iovec vec = { .iov_base = bytes, .iov_len = 4 };
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC), pipes[2];
	char got[4];

	memcpy(bytes, "abcd", 4);
	ASSERT_EQ(0, pipe(pipes));
	ASSERT_EQ(4, vmsplice(pipes[1], &vec, 1, 0));
	EXPECT_EQ(0, region_revoke(self->fd, id));
	EXPECT_EQ(-1, read(zero, bytes, 4));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, vmsplice(pipes[1], &vec, 1, 0));
	EXPECT_EQ(4, read(pipes[0], got, sizeof(got)));
	EXPECT_EQ(0, memcmp(got, "abcd", 4));
	EXPECT_EQ(0, memcmp(self->words, "abcd", 4));
	munmap(bytes, PAGE);
}

/* A page that a pipe has outlives the region, and nobody else gets it. */
TEST_F(view, pinned) {
	int fd = region_make(NULL, PAGE), other, pipes[2];
	__u8 *bytes = region_map(fd, PAGE, PROT_READ | PROT_WRITE), *more;
	struct iovec vec = { .iov_base = bytes, .iov_len = 4 };
	char got[4];
	int i;

	memcpy(bytes, "abcd", 4);
	ASSERT_EQ(0, pipe(pipes));
	ASSERT_EQ(4, vmsplice(pipes[1], &vec, 1, 0));
	munmap(bytes, PAGE);
	close(fd);
	for (i = 0; i < 64; i++) {
		other = region_make(NULL, PAGE);
		more = region_map(other, PAGE, PROT_READ | PROT_WRITE);
		memcpy(more, "wxyz", 4);
		munmap(more, PAGE);
		close(other);
	}
	EXPECT_EQ(4, read(pipes[0], got, sizeof(got)));
	EXPECT_EQ(0, memcmp(got, "abcd", 4));
}

/* Gone: none is left but this one; there was no other before. */
TEST_F(view, peer_gone) {
	int view;

	EXPECT_EQ(0, region_polled(self->fd));
	view = region_derive(self->fd, R_READ);
	EXPECT_EQ(0, region_polled(self->fd));
	EXPECT_EQ(0, region_polled(view));
	close(view);
	EXPECT_EQ(POLLHUP, region_polled(self->fd));
	view = region_derive(self->fd, R_READ);
	EXPECT_EQ(0, region_polled(self->fd));
	close(view);
}

static void poll_until(void *arg)
{
	struct pollfd pollfd = { .fd = *(int *)arg };

	check(poll(&pollfd, 1, 20000) == 1);
	check(pollfd.revents & POLLHUP);
}

/* Who sleeps in poll() is woken: when the other side is gone, and when it is revoked. */
TEST_F(view, poll_wakes) {
	struct thread thread;
	int view = region_derive(self->fd, R_READ), inner;
	__u64 id;

	thread_start(&thread, poll_until, &self->fd);
	wait_blocked_in(thread.tid, SYS_poll);
	close(view);
	thread_join(&thread);
	view = region_view(self->fd, R_READ, 0, 0, &id);
	inner = region_derive(view, R_READ);
	thread_start(&thread, poll_until, &inner);
	wait_blocked_in(thread.tid, SYS_poll);
	EXPECT_EQ(0, region_revoke(self->fd, id));
	thread_join(&thread);
}

static void receive_view(int sock, void *arg)
{
	__u32 *words = region_map(fd_recv(*(int *)arg), PAGE, PROT_READ), word;

	tell(sock, words[0]);
	hear(sock);
	tell(sock, region_reads(words, &word));
}

/* Passed on by a socket, used elsewhere, and revoked from here */
TEST_F(view, by_socket) {
	struct child child;
	int sock[2], view;
	__u64 id;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sock));
	child_start(&child, CHILD_SHARES, receive_view, &sock[1]);
	self->words[0] = 77;
	view = region_view(self->fd, R_READ, 0, PAGE, &id);
	fd_send(sock[0], view);
	close(view);
	EXPECT_EQ(77, hear(child.sock));
	EXPECT_EQ(0, region_revoke(self->fd, id));
	tell(child.sock, 1);
	EXPECT_EQ(0, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
}

/* By a mailbox; and that it is on its way does not end it. */
TEST_F(view, by_mailbox) {
	int mailbox = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 2);
	struct kipc_attachment attachment = { .type = KIPC_ATTACH_FD };
	struct kipc_mailbox_send send = {
		.attachments = PTR(&attachment),
		.attachment_count = 1,
		.endpoint = -1,
	};
	struct kipc_mailbox_recv recv = {
		.attachments = PTR(&attachment),
		.attachments_max = 1,
		.endpoint = -1,
	};
	__u32 *words;
	__u64 id;

	attachment.id = (__u32)region_view(self->fd, R_READ, PAGE, PAGE, &id);
	ASSERT_EQ(0, kipc(mailbox, KIPC_MAILBOX_SEND, &send));
	close((int)attachment.id);
	EXPECT_EQ(2, region_info(self->fd).views);
	ASSERT_EQ(0, kipc(mailbox, KIPC_MAILBOX_RECV, &recv));
	words = region_map((int)attachment.id, PAGE, PROT_READ);
	EXPECT_EQ(1, words[0]);
	EXPECT_EQ(id, region_info((int)attachment.id).view);
	munmap(words, PAGE);
}

/* By a message to a node */
TEST_F(view, by_message) {
	struct pair pair;
	struct kipc_attachment out = { .type = KIPC_ATTACH_FD };
	struct kipc_message message;
	int view = region_derive(self->fd, R_READ), got;

	pair_open(&pair, POOL);
	out.id = (__u32)view;
	ASSERT_EQ(0, send_attached(&pair.client, pair.handle, &out, 1));
	ASSERT_EQ(0, recv_now(&pair.server, &message));
	got = (int)came(&pair.server, &message, 0)->id;
	EXPECT_EQ(region_info(view).view, region_info(got).view);
	close(got);
	message_free(&pair.server, &message);
	pair_close(&pair);
}

TEST_HARNESS_MAIN
