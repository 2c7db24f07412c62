// SPDX-License-Identifier: GPL-2.0-only
/* Who sent a message, as the receiver's own namespaces see it. */
#include <kselftest_harness.h>
#include <grp.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "message.h"

FIXTURE(creds) {
	struct live live;
	struct pair pair;
};

FIXTURE_SETUP(creds) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
}

FIXTURE_TEARDOWN(creds) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void send_one(struct pair *pair)
{
	must(send_bytes(&pair->client, pair->handle, NULL, 0));
}

struct sender {
	struct thread thread;
	struct pair *pair;
	int may_end;
};

static void send_from_thread(void *arg)
{
	struct sender *sender = arg;

	send_one(sender->pair);
	while (!__atomic_load_n(&sender->may_end, __ATOMIC_ACQUIRE))
		pause_ms(1);
}

TEST_F(creds, thread) {
	struct sender sender = { .pair = &self->pair };
	struct kipc_message message;

	thread_start(&sender.thread, send_from_thread, &sender);
	ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
	EXPECT_EQ((__u32)getpid(), message.pid);
	EXPECT_EQ((__u32)sender.thread.tid, message.tid);
	EXPECT_NE(message.pid, message.tid);
	__atomic_store_n(&sender.may_end, 1, __ATOMIC_RELEASE);
	thread_join(&sender.thread);
}

/* A number may be another thread's soon: the thread that is gone has none. */
TEST_F(creds, thread_is_gone) {
	struct sender sender = { .pair = &self->pair, .may_end = 1 };
	struct kipc_message message;
	char path[64];

	thread_start(&sender.thread, send_from_thread, &sender);
	thread_join(&sender.thread);
	sprintf(path, "/proc/self/task/%d", (int)sender.thread.tid);
	while (!access(path, F_OK))
		pause_ms(1);
	ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
	EXPECT_EQ((__u32)getpid(), message.pid);
	EXPECT_EQ(0, message.tid);
}

/* The effective ids count, and those of the moment of sending. */
TEST_F(creds, effective_when_sent) {
	struct kipc_message message;

	must_errno(setresgid(0, 4711, 0));
	must_errno(setresuid(0, 4712, 0));
	send_one(&self->pair);
	must_errno(setresuid(0, 0, 0));
	must_errno(setresgid(0, 0, 0));
	send_one(&self->pair);
	ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
	EXPECT_EQ(4712, message.euid);
	EXPECT_EQ(4711, message.egid);
	message_free(&self->pair.server, &message);
	ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
	EXPECT_EQ(0, message.euid);
	EXPECT_EQ(0, message.egid);
}

/* Not who opened the endpoint, but who uses it. */
static void call_as_user(int sock, void *arg)
{
	struct pair *pair = arg;

	become(USER, NOBODY);
	tell(sock, (__u64)thread_id());
	must(call_empty(&pair->client, pair->handle));
}

TEST_F(creds, user_of_a_shared_endpoint) {
	struct kipc_message message;
	struct child child;

	child_start(&child, CHILD_SHARES, call_as_user, &self->pair);
	hear(child.sock);
	ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
	EXPECT_EQ((__u32)child.pid, message.pid);
	EXPECT_EQ((__u32)child.pid, message.tid);
	EXPECT_EQ(USER, message.euid);
	EXPECT_EQ(NOBODY, message.egid);
	EXPECT_EQ(0, reply_empty(&self->pair.server, message.token));
	EXPECT_EQ(0, child_end(&child));
}

/* A process that is gone has no number either, but its user is known still. */
static void send_and_end(int sock, void *arg)
{
	(void)sock;
	become(USER, USER);
	send_one(arg);
}

TEST_F(creds, sender_is_gone) {
	struct kipc_message message;
	struct child child;

	child_start(&child, CHILD_SHARES, send_and_end, &self->pair);
	EXPECT_EQ(0, child_end(&child));
	ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
	EXPECT_EQ(0, message.pid);
	EXPECT_EQ(0, message.tid);
	EXPECT_EQ(USER, message.euid);
	EXPECT_EQ(USER, message.egid);
}

/* Inside a PID namespace it is 1; from outside it has a number there. */
static void send_from_pid_ns(int sock, void *arg)
{
	tell(sock, (__u64)getpid());
	send_one(arg);
	hear(sock);
}

TEST_F(creds, sender_in_pid_namespace) {
	struct kipc_message message;
	struct child child;

	must_errno(unshare(CLONE_NEWPID));
	child_start(&child, CHILD_SHARES, send_from_pid_ns, &self->pair);
	EXPECT_EQ(1, hear(child.sock));
	ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
	EXPECT_EQ((__u32)child.pid, message.pid);
	EXPECT_EQ((__u32)child.pid, message.tid);
	EXPECT_NE(1, message.pid);
	tell(child.sock, 1);
	EXPECT_EQ(0, child_end(&child));
}

static void receive_in_pid_ns(int sock, void *arg)
{
	struct kipc_message message;
	struct pair *pair = arg;

	/* From outside: not seen here. */
	must(recv_soon(&pair->server, &message));
	check(message.kind == KIPC_MSG_SEND);
	check(message.pid == 0);
	check(message.tid == 0);
	message_free(&pair->server, &message);
	/* From this process itself: it is number 1. */
	send_one(pair);
	must(recv_soon(&pair->server, &message));
	check(message.pid == 1);
	check(message.tid == 1);
	tell(sock, 1);
}

TEST_F(creds, receiver_in_pid_namespace) {
	struct child child;

	must_errno(unshare(CLONE_NEWPID));
	send_one(&self->pair);
	child_start(&child, CHILD_SHARES, receive_in_pid_ns, &self->pair);
	EXPECT_EQ(1, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
}

/* In a user namespace that maps one user only, others are nobody. */
static void receive_in_user_ns(int sock, void *arg)
{
	struct kipc_message message;
	struct kipc_stat stat;
	struct pair *pair = arg;

	must_errno(unshare(CLONE_NEWUSER));
	tell(sock, 1);
	hear(sock);
	must(recv_soon(&pair->server, &message));
	check(message.euid == 5);
	check(message.egid == 6);
	message_free(&pair->server, &message);
	must(recv_soon(&pair->server, &message));
	check(message.euid == NOBODY);
	check(message.egid == NOBODY);
	stat_get(&pair->server, &stat);
	check(stat.uid == NOBODY);
}

static void map_id(const struct child *child, const char *which,
		   const char *map)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)child->pid, which);
	must(file_write(path, map));
}

TEST_F(creds, receiver_in_user_namespace) {
	struct child child;

	child_start(&child, CHILD_SHARES, receive_in_user_ns, &self->pair);
	hear(child.sock);
	map_id(&child, "uid_map", "5 1000 1\n");
	map_id(&child, "gid_map", "6 1000 1\n");
	tell(child.sock, 1);
	must_errno(setresgid(0, USER, 0));
	must_errno(setresuid(0, USER, 0));
	send_one(&self->pair);
	must_errno(setresuid(0, 0, 0));
	must_errno(setresgid(0, 0, 0));
	send_one(&self->pair);
	EXPECT_EQ(0, child_end(&child));
}

/* Usage belongs to who opened the endpoint, whoever reads it. */
static void read_stat(int sock, void *arg)
{
	struct pair *pair = arg;
	struct kipc_stat stat;

	become(USER, USER);
	stat_get(&pair->server, &stat);
	check(stat.uid == 0);
	check(stat.endpoints.used == 2);
	tell(sock, 1);
}

TEST_F(creds, stat_of_a_shared_endpoint) {
	struct child child;

	child_start(&child, CHILD_SHARES, read_stat, &self->pair);
	hear(child.sock);
	EXPECT_EQ(0, child_end(&child));
}

/*
 * A new process that has a number which another had before. It does nothing, and
 * dies with this one. The number is free a moment after its owner was last seen.
 */
static pid_t fork_as(pid_t number)
{
	struct clone_args args = {
		.set_tid = PTR(&number),
		.set_tid_size = 1,
		.exit_signal = SIGCHLD,
	};
	__u64 end = after(20 * SECOND);
	pid_t pid;

	do
		pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	while (pid < 0 && errno == EEXIST && now() < end);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	must_errno(pid);
	check(pid == number);
	check(!kill(number, 0));
	return pid;
}

static void end(pid_t pid)
{
	must_errno(kill(pid, SIGKILL));
	must_errno(waitpid(pid, NULL, 0));
}

/* The number of a sender that is gone is another's: that one is not blamed. */
TEST_F(creds, number_of_another) {
	struct kipc_message message;
	struct child child;
	pid_t another;

	child_start(&child, CHILD_SHARES, send_and_end, &self->pair);
	EXPECT_EQ(0, child_end(&child));
	another = fork_as(child.pid);
	ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
	EXPECT_EQ(0, message.pid);
	EXPECT_EQ(0, message.tid);
	EXPECT_EQ(USER, message.euid);
	message_free(&self->pair.server, &message);
	end(another);
}

/* The same of a thread whose process lives. */
TEST_F(creds, number_of_another_thread) {
	struct sender sender = { .pair = &self->pair, .may_end = 1 };
	struct kipc_message message;
	char path[64];
	pid_t another;

	thread_start(&sender.thread, send_from_thread, &sender);
	thread_join(&sender.thread);
	sprintf(path, "/proc/self/task/%d", (int)sender.thread.tid);
	while (!access(path, F_OK))
		pause_ms(1);
	another = fork_as(sender.thread.tid);
	ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
	EXPECT_EQ((__u32)getpid(), message.pid);
	EXPECT_EQ(0, message.tid);
	message_free(&self->pair.server, &message);
	end(another);
}

/* As long as its parent has not waited for it the number stays its own. */
TEST_F(creds, sender_is_a_zombie) {
	struct kipc_message message;
	struct child child;
	siginfo_t info;

	child_start(&child, CHILD_SHARES, send_and_end, &self->pair);
	ASSERT_EQ(0, waitid(P_PID, (id_t)child.pid, &info, WEXITED | WNOWAIT));
	ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
	EXPECT_EQ((__u32)child.pid, message.pid);
	EXPECT_EQ((__u32)child.pid, message.tid);
	message_free(&self->pair.server, &message);
	EXPECT_EQ(0, child_end(&child));
}

static void send_and_execute(int sock, void *arg)
{
	must_errno(setresuid(0, 4711, 0));
	send_one(arg);
	must_errno(setresuid(0, 0, 0));
	child_execute(sock);
}

/*
 * The number is that of the process that sent, whatever it executes since; the
 * user is the one that it was then.
 */
TEST_F(creds, sender_executes) {
	struct kipc_message message;
	struct child child;

	child_start(&child, CHILD_SHARES, send_and_execute, &self->pair);
	child_wait_executed(&child);
	ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
	EXPECT_EQ((__u32)child.pid, message.pid);
	EXPECT_EQ((__u32)child.pid, message.tid);
	EXPECT_EQ(4711, message.euid);
	message_free(&self->pair.server, &message);
	child_kill(&child);
}

struct executer {
	struct pair *pair;
	int sock;
};

static void send_and_execute_in_thread(void *arg)
{
	struct executer *executer = arg;

	send_one(executer->pair);
	child_execute(executer->sock);
}

static void execute_in_thread(int sock, void *arg)
{
	struct executer executer = { .pair = arg, .sock = sock };
	struct thread thread;

	thread_start(&thread, send_and_execute_in_thread, &executer);
	for (;;)
		pause();
}

/* A thread that executes becomes the first of its process, and has its number. */
TEST_F(creds, thread_executes) {
	struct kipc_message message;
	struct child child;

	child_start(&child, CHILD_SHARES, execute_in_thread, &self->pair);
	child_wait_executed(&child);
	ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
	EXPECT_EQ((__u32)child.pid, message.pid);
	EXPECT_EQ(0, message.tid);
	message_free(&self->pair.server, &message);
	child_kill(&child);
}

/* Calls come with the same as one-way messages. */
static void call_as_mapped(int sock, void *arg)
{
	struct pair *pair = arg;

	(void)sock;
	must_errno(setresgid(0, USER, 0));
	must_errno(setresuid(0, USER, 0));
	must(call_empty(&pair->client, pair->handle));
}

static void serve_in_namespaces(int sock, void *arg)
{
	struct kipc_message message;
	struct pair *pair = arg;

	must_errno(unshare(CLONE_NEWUSER));
	tell(sock, 1);
	hear(sock);
	must(recv_soon(&pair->server, &message));
	check(message.kind == KIPC_MSG_CALL);
	check(message.pid == 0 && message.tid == 0);
	check(message.euid == 5 && message.egid == 6);
	message_free(&pair->server, &message);
	must(reply_empty(&pair->server, message.token));
}

TEST_F(creds, call_into_namespaces) {
	struct child server, client;

	child_start(&client, CHILD_SHARES, call_as_mapped, &self->pair);
	must_errno(unshare(CLONE_NEWPID));
	child_start(&server, CHILD_SHARES, serve_in_namespaces, &self->pair);
	hear(server.sock);
	map_id(&server, "uid_map", "5 1000 1\n");
	map_id(&server, "gid_map", "6 1000 1\n");
	tell(server.sock, 1);
	EXPECT_EQ(0, child_end(&server));
	EXPECT_EQ(0, child_end(&client));
}

TEST_F(creds, call_from_pid_namespace) {
	struct kipc_message message;
	struct child client;

	must_errno(unshare(CLONE_NEWPID));
	child_start(&client, CHILD_SHARES, call_as_mapped, &self->pair);
	ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
	EXPECT_EQ((__u32)client.pid, message.pid);
	EXPECT_EQ((__u32)client.pid, message.tid);
	EXPECT_NE(1, message.pid);
	EXPECT_EQ(USER, message.euid);
	EXPECT_EQ(USER, message.egid);
	message_free(&self->pair.server, &message);
	EXPECT_EQ(0, reply_empty(&self->pair.server, message.token));
	EXPECT_EQ(0, child_end(&client));
}

TEST_HARNESS_MAIN
