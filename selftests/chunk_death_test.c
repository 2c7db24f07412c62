// SPDX-License-Identifier: GPL-2.0-only
/* However those who have chunks end, all that they had is free. */
#include <kselftest_harness.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "chunk.h"
#include "passing.h"

#define CHUNKS	8U

FIXTURE(death) {
	struct live live;
	int fd;
	int queue;
	__u32 loan;
};

/* A loan of one chunk, which is attached to some messages */
FIXTURE_SETUP(death) {
	__u32 i;

	ASSERT_EQ(0, live_begin(&self->live));
	self->fd = chunks_make(NULL, CHUNKS, 0);
	self->queue = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 64);
	ASSERT_EQ(0, region_hold(self->fd, CHUNKS, 0));
	self->loan = chunk_take(self->fd);
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, chunk_mail(self->queue, self->fd, self->loan));
}

FIXTURE_TEARDOWN(death) {
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* How many leases there are of the chunk */
static __u32 leases(struct _test_data_death *self)
{
	return chunk_listed(self->fd, 0, KIPC_CHUNK_LEASED);
}

/* It has two leases. */
static void open_with_two(struct _test_data_death *self,
			  struct subscriber *subscriber)
{
	subscriber_open(subscriber, self->fd, self->queue, 4);
	must(subscriber_recv(subscriber));
	must(subscriber_recv(subscriber));
	check(leases(self) == 2);
}

TEST_F(death, subscriber_killed) {
	struct subscriber subscriber;

	open_with_two(self, &subscriber);
	subscriber_kill(&subscriber);
	EXPECT_EQ(0, leases(self));
	EXPECT_EQ(1, region_info(self->fd).views);
	EXPECT_EQ(2, chunk_listed(self->fd, 0, KIPC_CHUNK_SENT));
}

TEST_F(death, subscriber_exits) {
	struct subscriber subscriber;

	open_with_two(self, &subscriber);
	subscriber_close(&subscriber);
	EXPECT_EQ(0, leases(self));
}

static long publish_act(void *arg)
{
	struct lease *lease = arg;
	__u32 first;

	must(region_hold(lease->fd, 3, 0));
	first = chunk_take(lease->fd);
	chunk_take(lease->fd);
	must(chunk_mail(lease->mailbox, lease->fd, first));
	lease->word = first;
	return 0;
}

/* Its loans are over; what it has sent is on its way still. */
TEST_F(death, publisher_killed) {
	struct lease lease = { .mailbox = self->queue };
	int fd = chunks_make(NULL, 2, 0);
	struct kipc_attachment got;
	struct actor actor;

	EXPECT_EQ(4, mail_purge(self->queue));
	lease.fd = fd;
	actor_open(&actor);
	ASSERT_EQ(0, actor_do(&actor, publish_act, &lease, sizeof(lease)));
	EXPECT_EQ(0, chunks_free(fd));
	/* Meanwhile nobody else can use them. */
	EXPECT_EQ(-EBUSY, region_hold(fd, 1, 0));
	EXPECT_EQ(-ENXIO, chunk_release(fd, lease.word));
	EXPECT_EQ(-ENXIO, chunk_mail(self->queue, fd, lease.word));
	actor_kill(&actor);
	EXPECT_EQ(1, chunks_free(fd));
	ASSERT_EQ(0, region_hold(fd, 1, 0));
	ASSERT_EQ(0, chunk_recv(self->queue, &got));
	EXPECT_NE(0, got.lease);
	EXPECT_EQ(1, chunks_free(fd));
	EXPECT_EQ(0, chunk_release(fd, got.lease));
	EXPECT_EQ(2, chunks_free(fd));
}

/* The last descriptor is what counts, not a mapping that stays. */
TEST_F(death, closed_while_mapped) {
	struct subscriber subscriber;
	__u32 mine;

	open_with_two(self, &subscriber);
	mine = subscriber.lease.got.lease;
	subscriber_do(&subscriber, lease_map_act);
	EXPECT_EQ(0, subscriber_do(&subscriber, lease_close_act));
	EXPECT_EQ(0, leases(self));
	EXPECT_EQ(2, region_info(self->fd).views);
	EXPECT_EQ(0, subscriber_do(&subscriber, lease_read_act));
	EXPECT_EQ(-EBADF, subscriber_release(&subscriber, mine));
	/* It holds the region no more. */
	EXPECT_EQ(0, subscriber_recv(&subscriber));
	EXPECT_EQ(0, subscriber.lease.got.lease);
	subscriber_close(&subscriber);
	EXPECT_EQ(1, region_info(self->fd).views);
}

static void stay(int sock, void *arg)
{
	(void)arg;
	(void)sock;
	pause_ms(1000000);
}

static long fork_act(void *arg)
{
	struct child *child = arg;

	child_start(child, CHILD_SHARES, stay, NULL);
	/* Its own end is of no use to the test. */
	return child->pid;
}

/* A child keeps the view, and not what its parent had through it. */
TEST_F(death, child_keeps_the_view) {
	struct subscriber subscriber;
	struct child child = { 0 };
	__u64 end = after(20 * SECOND);

	open_with_two(self, &subscriber);
	subscriber_do(&subscriber, lease_map_act);
	ASSERT_LT(0, actor_do(&subscriber.actor, fork_act, &child,
			      sizeof(child)));
	EXPECT_EQ(0, subscriber_do(&subscriber, lease_close_act));
	EXPECT_EQ(0, leases(self));
	EXPECT_EQ(2, region_info(self->fd).views);
	subscriber_kill(&subscriber);
	/* The child dies with its parent. */
	while (region_info(self->fd).views > 1) {
		ASSERT_GT(end, now());
		pause_ms(1);
	}
}

static long dup_act(void *arg)
{
	struct lease *lease = arg;
	int fd = dup(lease->fd);

	close(lease->fd);
	return lease->fd = fd;
}

static long dup2_act(void *arg)
{
	struct lease *lease = arg;

	/* Another file takes the descriptor's place. */
	return dup2(lease->mailbox, lease->fd);
}

TEST_F(death, last_of_several_descriptors) {
	struct subscriber subscriber;

	open_with_two(self, &subscriber);
	EXPECT_LE(0, subscriber_do(&subscriber, dup_act));
	EXPECT_EQ(2, leases(self));
	EXPECT_EQ(0, subscriber_do(&subscriber, lease_release_act));
	EXPECT_EQ(1, leases(self));
	EXPECT_LE(0, subscriber_do(&subscriber, dup2_act));
	EXPECT_EQ(0, leases(self));
	EXPECT_EQ(1, region_info(self->fd).views);
	subscriber_close(&subscriber);
}

static long range_act(void *arg)
{
	struct lease *lease = arg;

	return close_range((unsigned int)lease->fd, (unsigned int)lease->fd,
			   lease->count) ? -errno : 0;
}

/* A thread table of one's own, and all others closed in it */
TEST_F(death, close_range) {
	struct subscriber subscriber;

	open_with_two(self, &subscriber);
	subscriber.lease.count = CLOSE_RANGE_UNSHARE;
	EXPECT_EQ(0, subscriber_do(&subscriber, range_act));
	EXPECT_EQ(0, leases(self));
	EXPECT_EQ(1, region_info(self->fd).views);
	subscriber_close(&subscriber);
}

/* Close-on-exec descriptors are closed; others stay, and what is had with them. */
static void join_and_execute(int sock, void *arg)
{
	struct lease *lease = arg;
	bool keeps = lease->count == 1;

	lease->count = 4;
	must(lease_join_act(lease));
	must(lease_recv_act(lease));
	if (keeps)
		must_errno(fcntl(lease->fd, F_SETFD, 0));
	tell(sock, 1);
	child_execute(sock);
}

TEST_F(death, executes) {
	struct lease lease = {
		.fd = self->fd,
		.mailbox = self->queue,
	};
	struct child child;
	__u32 keeps;

	for (keeps = 0; keeps < 2; keeps++) {
		lease.count = keeps;
		child_start(&child, CHILD_SHARES, join_and_execute, &lease);
		hear(child.sock);
		child_wait_executed(&child);
		EXPECT_EQ(keeps, leases(self));
		child_kill(&child);
		EXPECT_EQ(0, leases(self));
	}
}

/* A process that shares its table of descriptors: they have the leases together. */
static int share_files(void *arg)
{
	struct lease *lease = arg;

	must_errno(prctl(PR_SET_PDEATHSIG, SIGKILL));
	must(lease_recv_act(lease));
	check(lease->got.lease);
	lease->word = lease->got.lease;
	must(lease_recv_act(lease));
	must(chunk_release(lease->fd, lease->word));
	_exit(0);
}

static long clone_files_act(void *arg)
{
	static __u64 stack[8192];
	pid_t pid = clone(share_files, stack + ARRAY_SIZE(stack),
			  CLONE_VM | CLONE_FILES | SIGCHLD, arg);
	int status;

	must_errno(pid);
	check(waitpid(pid, &status, 0) == pid && !status);
	return 0;
}

TEST_F(death, shared_files) {
	struct subscriber subscriber;

	subscriber_open(&subscriber, self->fd, self->queue, 4);
	ASSERT_EQ(0, subscriber_do(&subscriber, clone_files_act));
	/* The other process is dead, and what it received there still. */
	EXPECT_EQ(1, leases(self));
	EXPECT_EQ(0, subscriber_do(&subscriber, lease_release_act));
	EXPECT_EQ(0, leases(self));
	ASSERT_EQ(0, subscriber_recv(&subscriber));
	subscriber_kill(&subscriber);
	EXPECT_EQ(0, leases(self));
}

static long unshare_act(void *arg)
{
	(void)arg;
	return unshare(CLONE_FILES) ? -errno : 0;
}

static void hold_table(void *arg)
{
	(void)arg;
	pause_ms(1000000);
}

static long thread_act(void *arg)
{
	/* It shares the table until the process ends. */
	static struct thread thread;

	(void)arg;
	thread_start(&thread, hold_table, NULL);
	return 0;
}

/* A thread that leaves the table is none of that process any more. */
TEST_F(death, unshared) {
	struct subscriber subscriber;
	__u32 mine;

	open_with_two(self, &subscriber);
	mine = subscriber.lease.got.lease;
	subscriber_do(&subscriber, thread_act);
	ASSERT_EQ(0, subscriber_do(&subscriber, unshare_act));
	EXPECT_EQ(-ENXIO, subscriber_release(&subscriber, mine));
	ASSERT_EQ(0, subscriber_recv(&subscriber));
	EXPECT_EQ(0, subscriber.lease.got.lease);
	EXPECT_EQ(0, subscriber_do(&subscriber, lease_close_act));
	/* The other thread has it still. */
	EXPECT_EQ(2, leases(self));
	subscriber_kill(&subscriber);
	EXPECT_EQ(0, leases(self));
}

static void join_twice(void *arg)
{
	struct lease *lease = arg;

	must(lease_recv_act(lease));
}

static long receive_in_thread_act(void *arg)
{
	struct thread thread;

	thread_start(&thread, join_twice, arg);
	thread_join(&thread);
	return 0;
}

/* A thread's end ends nothing. */
TEST_F(death, thread_ends) {
	struct subscriber subscriber;

	subscriber_open(&subscriber, self->fd, self->queue, 4);
	ASSERT_EQ(0, subscriber_do(&subscriber, receive_in_thread_act));
	EXPECT_EQ(1, leases(self));
	EXPECT_EQ(0, subscriber_do(&subscriber, lease_release_act));
	EXPECT_EQ(0, leases(self));
	subscriber_close(&subscriber);
}

/* Views are revoked, and those that they were made from. */
TEST_F(death, revoked) {
	struct subscriber subscriber;
	__u64 id;
	int top = region_view(self->fd, R_READ, 0, 0, &id);
	__u32 mine;

	subscriber_open(&subscriber, top, self->queue, 4);
	subscriber_do(&subscriber, lease_map_act);
	must(subscriber_recv(&subscriber));
	mine = subscriber.lease.got.lease;
	EXPECT_EQ(1, leases(self));
	EXPECT_EQ(0, region_revoke(self->fd, id));
	EXPECT_EQ(0, leases(self));
	EXPECT_EQ(-EFAULT, subscriber_do(&subscriber, lease_read_act));
	EXPECT_EQ(-EKEYREVOKED, subscriber_release(&subscriber, mine));
	ASSERT_EQ(0, subscriber_recv(&subscriber));
	EXPECT_EQ(0, subscriber.lease.got.lease);
	subscriber_close(&subscriber);
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
}

/* Passed on by a socket a view is another process's to hold through, when this one is gone. */
static long pass_act(void *arg)
{
	struct lease *lease = arg;

	fd_send(lease->mailbox, lease->fd);
	return close(lease->fd);
}

TEST_F(death, passed_on) {
	struct subscriber subscriber;
	int socks[2], view;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socks));
	open_with_two(self, &subscriber);
	subscriber.lease.mailbox = socks[1];
	ASSERT_EQ(0, subscriber_do(&subscriber, pass_act));
	EXPECT_EQ(0, leases(self));
	view = fd_recv(socks[0]);
	close(self->fd);
	ASSERT_EQ(0, region_hold(view, 1, 0));
	self->fd = view;
	subscriber_close(&subscriber);
}

TEST_HARNESS_MAIN
