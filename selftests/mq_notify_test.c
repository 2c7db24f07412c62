// SPDX-License-Identifier: GPL-2.0-only
/* POSIX message queues, also as mailboxes: being told of messages. */
#include <kselftest_harness.h>
#include <dirent.h>
#include <pthread.h>

#include "posix_mq.h"

/* How long a notification that is not to come is waited for */
#define NEVER_MS	300
#define SOON_MS		20000

FIXTURE(mq_notify) {
	mqd_t queue;
	sigset_t signals;
};

FIXTURE_SETUP(mq_notify) {
	mq_unlink(QUEUE);
	self->queue = queue_make(QUEUE, O_RDWR | O_NONBLOCK, 0, 0);
	ASSERT_LE(0, self->queue);
	sigemptyset(&self->signals);
	sigaddset(&self->signals, SIGUSR1);
	sigaddset(&self->signals, SIGRTMIN + 3);
	sigprocmask(SIG_BLOCK, &self->signals, NULL);
}

FIXTURE_TEARDOWN(mq_notify) {
	mq_unlink(QUEUE);
}

static int ask(mqd_t queue, int signal)
{
	const struct sigevent event = {
		.sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = signal,
		.sigev_value.sival_int = 42,
	};

	return mq(mq_notify(queue, &event));
}

static int ask_nothing(mqd_t queue)
{
	const struct sigevent event = { .sigev_notify = SIGEV_NONE };

	return mq(mq_notify(queue, &event));
}

/* The signal that comes within that time, or -EAGAIN */
static int wait_signal(const sigset_t *signals, siginfo_t *info, long ms)
{
	const struct timespec time = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * (long)MILLISECOND,
	};

	return mq(sigtimedwait(signals, info, &time));
}

static int signal_soon(const sigset_t *signals)
{
	siginfo_t info;

	return wait_signal(signals, &info, SOON_MS);
}

static int signal_never(const sigset_t *signals)
{
	siginfo_t info;

	return wait_signal(signals, &info, NEVER_MS);
}

static void send_and_stay(int sock, void *arg)
{
	must(queue_send(*(mqd_t *)arg, 'a', 0));
	hear(sock);
}

TEST_F(mq_notify, sends_a_signal) {
	struct child child;
	siginfo_t info;

	EXPECT_EQ(0, ask(self->queue, SIGRTMIN + 3));
	child_start(&child, CHILD_SHARES, send_and_stay, &self->queue);
	memset(&info, 0, sizeof(info));
	EXPECT_EQ(SIGRTMIN + 3, wait_signal(&self->signals, &info, SOON_MS));
	EXPECT_EQ(SI_MESGQ, info.si_code);
	EXPECT_EQ(42, info.si_value.sival_int);
	EXPECT_EQ(child.pid, info.si_pid);
	EXPECT_EQ(getuid(), info.si_uid);
	tell(child.sock, 0);
	EXPECT_EQ(0, child_end(&child));
	EXPECT_EQ('a', queue_recv(self->queue));
}

TEST_F(mq_notify, tells_once) {
	EXPECT_EQ(0, ask(self->queue, SIGUSR1));
	EXPECT_EQ(0, queue_send(self->queue, 'a', 0));
	EXPECT_EQ(SIGUSR1, signal_soon(&self->signals));
	EXPECT_EQ('a', queue_recv(self->queue));
	EXPECT_EQ(0, queue_send(self->queue, 'b', 0));
	EXPECT_EQ(-EAGAIN, signal_never(&self->signals));
	EXPECT_EQ('b', queue_recv(self->queue));
	EXPECT_EQ(0, ask(self->queue, SIGUSR1));
	EXPECT_EQ(0, queue_send(self->queue, 'c', 0));
	EXPECT_EQ(SIGUSR1, signal_soon(&self->signals));
}

TEST_F(mq_notify, tells_of_the_first_message_only) {
	EXPECT_EQ(0, queue_send(self->queue, 'a', 0));
	EXPECT_EQ(0, ask(self->queue, SIGUSR1));
	EXPECT_EQ(0, queue_send(self->queue, 'b', 9));
	EXPECT_EQ(-EAGAIN, signal_never(&self->signals));
	EXPECT_EQ('b', queue_recv(self->queue));
	EXPECT_EQ('a', queue_recv(self->queue));
	EXPECT_EQ(0, queue_send(self->queue, 'c', 0));
	EXPECT_EQ(SIGUSR1, signal_soon(&self->signals));
}

TEST_F(mq_notify, lets_who_waits_have_it) {
	struct queue_waiter waiter;
	mqd_t queue;

	queue = queue_open(QUEUE, O_RDONLY);
	EXPECT_EQ(0, ask(self->queue, SIGUSR1));
	queue_waiter_start(&waiter, queue, false, NULL);
	EXPECT_EQ(0, queue_send(self->queue, 'a', 0));
	EXPECT_EQ('a', queue_waiter_join(&waiter));
	EXPECT_EQ(-EAGAIN, signal_never(&self->signals));
	EXPECT_EQ(0, queue_send(self->queue, 'b', 0));
	EXPECT_EQ(SIGUSR1, signal_soon(&self->signals));
}

/* Answers with what it gets for each of these, and then takes back */
static void ask_as_well(int sock, void *arg)
{
	mqd_t queue = *(mqd_t *)arg;

	tell(sock, -ask(queue, SIGUSR1));
	must_errno(mq_notify(queue, NULL));
	hear(sock);
	tell(sock, -ask_nothing(queue));
	hear(sock);
}

TEST_F(mq_notify, tells_one_process) {
	struct child child;

	EXPECT_EQ(0, ask(self->queue, SIGUSR1));
	EXPECT_EQ(-EBUSY, ask(self->queue, SIGUSR1));
	child_start(&child, CHILD_SHARES, ask_as_well, &self->queue);
	EXPECT_EQ(EBUSY, hear(child.sock));
	tell(child.sock, 0);
	EXPECT_EQ(EBUSY, hear(child.sock));
	tell(child.sock, 0);
	EXPECT_EQ(0, child_end(&child));
	/* It could not take back what is not its own */
	EXPECT_EQ(-EBUSY, ask_nothing(self->queue));
	EXPECT_EQ(0, queue_send(self->queue, 'a', 0));
	EXPECT_EQ(SIGUSR1, signal_soon(&self->signals));
}

TEST_F(mq_notify, is_over_when_the_process_is) {
	struct child child;

	EXPECT_EQ(0, mq_notify(self->queue, NULL));
	child_start(&child, CHILD_SHARES, ask_as_well, &self->queue);
	EXPECT_EQ(0, hear(child.sock));
	tell(child.sock, 0);
	EXPECT_EQ(0, hear(child.sock));
	EXPECT_EQ(-EBUSY, ask(self->queue, SIGUSR1));
	tell(child.sock, 0);
	EXPECT_EQ(0, child_end(&child));
	EXPECT_EQ(0, ask(self->queue, SIGUSR1));
	EXPECT_EQ(0, queue_send(self->queue, 'a', 0));
	EXPECT_EQ(SIGUSR1, signal_soon(&self->signals));
}

TEST_F(mq_notify, is_taken_back) {
	mqd_t queue = queue_open(QUEUE, O_RDONLY);

	EXPECT_EQ(0, mq_notify(self->queue, NULL));
	EXPECT_EQ(0, ask(self->queue, SIGUSR1));
	/* Through any descriptor */
	EXPECT_EQ(0, mq_notify(queue, NULL));
	EXPECT_EQ(0, queue_send(self->queue, 'a', 0));
	EXPECT_EQ(-EAGAIN, signal_never(&self->signals));
	EXPECT_EQ('a', queue_recv(self->queue));
	EXPECT_EQ(0, ask(queue, SIGUSR1));
	EXPECT_EQ(0, mq_close(queue));
	EXPECT_EQ(0, queue_send(self->queue, 'b', 0));
	EXPECT_EQ(-EAGAIN, signal_never(&self->signals));
	EXPECT_EQ('b', queue_recv(self->queue));
	EXPECT_EQ(0, ask(self->queue, SIGUSR1));
}

/* Also by close(), of which nobody but the kernel knows */
TEST_F(mq_notify, ends_with_its_file) {
	mqd_t queue = queue_open(QUEUE, O_RDONLY);

	EXPECT_EQ(0, ask(queue, SIGUSR1));
	EXPECT_EQ(-EBUSY, ask(self->queue, SIGUSR1));
	EXPECT_EQ(0, close(queue));
	EXPECT_EQ(0, ask(self->queue, SIGRTMIN + 3));
	EXPECT_EQ(0, queue_send(self->queue, 'a', 0));
	EXPECT_EQ(SIGRTMIN + 3, signal_soon(&self->signals));
	EXPECT_EQ(-EAGAIN, signal_never(&self->signals));
}

TEST_F(mq_notify, can_tell_nothing) {
	EXPECT_EQ(0, ask_nothing(self->queue));
	EXPECT_EQ(-EBUSY, ask(self->queue, SIGUSR1));
	EXPECT_EQ(0, queue_send(self->queue, 'a', 0));
	EXPECT_EQ(-EAGAIN, signal_never(&self->signals));
	EXPECT_EQ(0, ask_nothing(self->queue));
	EXPECT_EQ(0, mq_notify(self->queue, NULL));
	EXPECT_EQ(0, ask(self->queue, 0));
	EXPECT_EQ('a', queue_recv(self->queue));
	EXPECT_EQ(0, queue_send(self->queue, 'b', 0));
	EXPECT_EQ(0, ask(self->queue, SIGUSR1));
}

/* What a notifying function does: it receives, and asks again */
struct called {
	mqd_t queue;
	const pthread_attr_t *attributes;
	pthread_t caller;
	char letters[8];
	size_t stack;
	sigset_t blocked;
	int count;
};

static int ask_for_call(struct called *called);

static void on_message(union sigval value)
{
	struct called *called = value.sival_ptr;
	pthread_attr_t attributes;

	check(!pthread_equal(pthread_self(), called->caller));
	must(-pthread_sigmask(SIG_BLOCK, NULL, &called->blocked));
	must(-pthread_getattr_np(pthread_self(), &attributes));
	must(-pthread_attr_getstacksize(&attributes, &called->stack));
	must(-pthread_attr_destroy(&attributes));
	must(ask_for_call(called));
	called->letters[called->count] = queue_recv(called->queue);
	__atomic_fetch_add(&called->count, 1, __ATOMIC_RELEASE);
}

static int ask_for_call(struct called *called)
{
	const struct sigevent event = {
		.sigev_notify = SIGEV_THREAD,
		.sigev_notify_function = on_message,
		.sigev_notify_attributes = (void *)called->attributes,
		.sigev_value.sival_ptr = called,
	};

	return mq(mq_notify(called->queue, &event));
}

static void wait_called(struct called *called, int count)
{
	__u64 end = after(SOON_MS * MILLISECOND);

	while (__atomic_load_n(&called->count, __ATOMIC_ACQUIRE) < count) {
		check(now() < end);
		pause_ms(1);
	}
}

TEST_F(mq_notify, calls_a_function) {
	struct called called = {
		.queue = self->queue,
		.caller = pthread_self(),
	};

	EXPECT_EQ(0, ask_for_call(&called));
	for (int i = 0; i < 5; i++) {
		EXPECT_EQ(0, queue_send(self->queue, 'a' + i, 0));
		wait_called(&called, i + 1);
	}
	EXPECT_EQ(0, strcmp("abcde", called.letters));
	EXPECT_EQ(0, sigismember(&called.blocked, SIGUSR1));
	EXPECT_EQ(0, mq_notify(self->queue, NULL));
	EXPECT_EQ(0, queue_send(self->queue, 'z', 0));
	EXPECT_EQ(0, ask_nothing(self->queue));
	EXPECT_EQ(5, called.count);
}

TEST_F(mq_notify, calls_with_attributes) {
	struct called called = {
		.queue = self->queue,
		.caller = pthread_self(),
	};
	pthread_attr_t attributes;

	for (int i = 0; i < 2; i++) {
		ASSERT_EQ(0, pthread_attr_init(&attributes));
		pthread_attr_setstacksize(&attributes, 1234 * 4096);
		pthread_attr_setdetachstate(&attributes,
					    i ? PTHREAD_CREATE_DETACHED :
						PTHREAD_CREATE_JOINABLE);
		called.attributes = &attributes;
		EXPECT_EQ(0, ask_for_call(&called));
		EXPECT_EQ(0, queue_send(self->queue, 'a', 0));
		wait_called(&called, i + 1);
		EXPECT_EQ(1234 * 4096, called.stack);
		EXPECT_EQ(0, mq_notify(self->queue, NULL));
		pthread_attr_destroy(&attributes);
	}
}

static int count_in(const char *path)
{
	DIR *dir = opendir(path);
	int count = 0;

	check(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* Threads and descriptors, whichever way it ends */
TEST_F(mq_notify, leaves_nothing) {
	int files = count_in("/proc/self/fd");
	__u64 end = after(SOON_MS * MILLISECOND);
	mqd_t queue;

	for (int i = 0; i < 20; i++) {
		queue = queue_open(QUEUE, O_RDONLY);
		EXPECT_EQ(0, i % 5 ? ask(queue, SIGUSR1) : ask_nothing(queue));
		if (i & 1) {
			EXPECT_EQ(0, queue_send(self->queue, 'a', 0));
			EXPECT_EQ('a', queue_recv(self->queue));
		}
		if (i & 2)
			EXPECT_EQ(0, mq_notify(self->queue, NULL));
		EXPECT_EQ(0, mq_close(queue));
	}
	/* This one and the two dots; glibc keeps one thread for SIGEV_THREAD */
	while (count_in("/proc/self/task") > 3) {
		ASSERT_GT(end, now());
		pause_ms(1);
	}
	EXPECT_EQ(files, count_in("/proc/self/fd"));
}

/* How many threads still ask, and how often that came true */
static int asking, calls;

static void on_any_message(union sigval value)
{
	(void)value;
	__atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
}

#define ROUNDS	20

/* Asks over and over, until there is nobody else who did, and takes back at times */
static void ask_again(void *arg)
{
	const struct sigevent event = {
		.sigev_notify = SIGEV_THREAD,
		.sigev_notify_function = on_any_message,
	};
	mqd_t queue = *(mqd_t *)arg;

	for (int i = 0; i < ROUNDS; i++) {
		while (mq_notify(queue, &event)) {
			check(errno == EBUSY);
			pause_ms(1);
		}
		if (i % 3 == 0)
			must_errno(mq_notify(queue, NULL));
	}
	__atomic_fetch_sub(&asking, 1, __ATOMIC_RELEASE);
}

static bool they_ask(void)
{
	return __atomic_load_n(&asking, __ATOMIC_ACQUIRE);
}

static void send_again(void *arg)
{
	mqd_t queue = *(mqd_t *)arg;

	while (they_ask()) {
		must(queue_send(queue, 's', 0));
		check(queue_recv(queue) == 's');
	}
}

static void do_nothing(int sock, void *arg)
{
	must_errno(mq_notify(*(mqd_t *)arg, NULL));
}

static void fork_again(void *arg)
{
	struct child child;

	while (they_ask()) {
		child_start(&child, CHILD_SHARES, do_nothing, arg);
		must(child_end(&child));
	}
}

TEST_F_TIMEOUT(mq_notify, stands_all_at_once, 100) {
	void (*const runs[])(void *) = {
		ask_again, ask_again, send_again, fork_again,
	};
	struct thread threads[ARRAY_SIZE(runs)];
	__u64 end;

	asking = 2;
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++)
		thread_start(&threads[i], runs[i], &self->queue);
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++)
		thread_join(&threads[i]);
	EXPECT_EQ(0, mq_notify(self->queue, NULL));
	EXPECT_EQ(0, queue_count(self->queue));
	EXPECT_EQ(0, ask_nothing(self->queue));
	/* Some of it was not taken back before it came true */
	end = after(SOON_MS * MILLISECOND);
	while (!__atomic_load_n(&calls, __ATOMIC_RELAXED)) {
		ASSERT_GT(end, now());
		pause_ms(1);
	}
}

TEST_F(mq_notify, refuses_bad_events) {
	struct sigevent event = { .sigev_notify = 17 };

	EXPECT_EQ(-EINVAL, mq(mq_notify(self->queue, &event)));
	EXPECT_EQ(-EINVAL, ask(self->queue, -1));
	EXPECT_EQ(-EINVAL, ask(self->queue, 65));
	EXPECT_EQ(0, ask(self->queue, 64));
	EXPECT_EQ(0, mq_notify(self->queue, NULL));
}

TEST_F(mq_notify, needs_no_reader) {
	mqd_t queue = queue_open(QUEUE, O_WRONLY);

	if (mq_is_mailbox())
		SKIP(return, "the descriptor must be open for reading");
	EXPECT_EQ(0, ask(queue, SIGUSR1));
}

TEST_HARNESS_MAIN
