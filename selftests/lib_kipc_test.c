// SPDX-License-Identifier: GPL-2.0-only
/*
 * libkipc on the real kernel: what libuserspace/tests, on a fake one, cannot show
 */
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <kipc.h>

#include "kselftest_harness.h"
#include "lib_call.h"
#include "selftest.h"
#include "task.h"

#define NAME	"lib.test"
#define MANY	8
#define LARGE	65536

/* What the handler below is asked to do */
enum method {
	METHOD_ECHO,	/* answer with the payload */
	METHOD_SENDER,	/* answer with the sender */
	METHOD_STOP,	/* end the loop */
	METHOD_FILE,	/* answer with the file that is attached */
	METHOD_DEFER,	/* answer when METHOD_RELEASE comes */
	METHOD_IS_DEFERRED,
	METHOD_RELEASE,
	METHOD_LARGE,	/* answer with more than a small pool holds */
};

static int reply_file(struct kipc_request *request)
{
	struct kipc_attachment file;
	const struct kipc_content content = {
		.attachments = &file,
		.attachment_count = 1,
	};
	int fd = kipc_request_take_fd(request, 0);
	int ret;

	if (fd < 0)
		return fd;
	kipc_attachment_set_fd(&file, fd);
	ret = kipc_request_replyv(request, 0, &content, 0);
	close(fd);
	return ret;
}

/* For one deferred request */
struct deferred {
	pthread_mutex_t lock;
	struct kipc_request *request;
};

static int defer(struct deferred *deferred, struct kipc_request *request)
{
	int ret;

	pthread_mutex_lock(&deferred->lock);
	ret = kipc_request_defer(request, &deferred->request);
	pthread_mutex_unlock(&deferred->lock);
	return ret;
}

static int is_deferred(struct deferred *deferred)
{
	int ret;

	pthread_mutex_lock(&deferred->lock);
	ret = !!deferred->request;
	pthread_mutex_unlock(&deferred->lock);
	return ret;
}

static int release(struct deferred *deferred)
{
	struct kipc_request *request = deferred->request;
	int ret = kipc_request_reply(request, 0, kipc_request_data(request),
				     kipc_request_size(request));

	kipc_request_free(request);
	return ret;
}

static int reply_sender(struct kipc_request *request)
{
	struct kipc_sender sender;

	kipc_request_sender(request, &sender);
	return kipc_request_reply(request, 0, &sender, sizeof(sender));
}

static int handler(struct kipc_request *request, void *userdata)
{
	static const char large[2 * LARGE];

	switch (kipc_request_code(request)) {
	case METHOD_ECHO:
		return kipc_request_reply(request, 0,
					  kipc_request_data(request),
					  kipc_request_size(request));
	case METHOD_SENDER:
		return reply_sender(request);
	case METHOD_STOP:
		return kipc_serve_stop(kipc_request_endpoint(request));
	case METHOD_FILE:
		return reply_file(request);
	case METHOD_DEFER:
		return defer(userdata, request);
	case METHOD_IS_DEFERRED:
		return is_deferred(userdata);
	case METHOD_RELEASE:
		return release(userdata);
	case METHOD_LARGE:
		return kipc_request_reply(request, 0, large, sizeof(large));
	default:
		return -EOPNOTSUPP;
	}
}

/* A server process: says when its name is there, and serves */
static void serve(int sock, void *arg)
{
	struct deferred deferred = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct kipc *endpoint;
	struct kipc_node *node;

	(void)arg;
	must(kipc_open(NULL, 0, 0, &endpoint));
	must(kipc_node_new(endpoint, handler, &deferred, 0, &node));
	must(kipc_node_publish(node, NAME, 0666));
	tell(sock, 1);
	must(kipc_serve(endpoint, MANY));
	must(kipc_close(endpoint));
}

FIXTURE(lib)
{
	struct child child;
	struct kipc *endpoint;
	uint32_t handle;
	struct live before;
};

FIXTURE_SETUP(lib)
{
	must(live_begin(&self->before));
	child_start(&self->child, CHILD_CLOSES, serve, NULL);
	ASSERT_EQ(1, hear(self->child.sock));
	ASSERT_EQ(0, kipc_open(NULL, LARGE, 0, &self->endpoint));
	ASSERT_EQ(0, kipc_name_lookup(self->endpoint, NAME, 0, KIPC_NO_WAIT,
				      &self->handle, NULL));
}

FIXTURE_TEARDOWN(lib)
{
	kipc_call(self->endpoint, self->handle, METHOD_STOP, NULL, 0,
		  kipc_deadline_ms(20000), NULL);
	EXPECT_EQ(0, child_end(&self->child));
	EXPECT_EQ(0, kipc_close(self->endpoint));
	EXPECT_EQ(0, live_end(&self->before));
}

TEST_F(lib, echo)
{
	struct kipc_result result;

	ASSERT_EQ(0, kipc_call(self->endpoint, self->handle, METHOD_ECHO,
			       "hello", 5, KIPC_FOREVER, &result));
	EXPECT_EQ(0, result.code);
	EXPECT_EQ(KIPC_STAGE_DONE, result.stage);
	ASSERT_EQ(5, result.size);
	EXPECT_EQ(0, memcmp(result.data, "hello", 5));
	kipc_result_release(&result);
	EXPECT_EQ(-EOPNOTSUPP, kipc_call(self->endpoint, self->handle, 99, NULL,
					 0, KIPC_FOREVER, NULL));
}

/* If released slices did not go back, the pools would soon be full */
TEST_F(lib, slices_go_back)
{
	static char text[LARGE / 8];
	struct kipc_result result;
	int i;

	for (i = 0; i < 500; i++) {
		ASSERT_EQ(0, kipc_call(self->endpoint, self->handle,
				       METHOD_ECHO, text, sizeof(text),
				       KIPC_FOREVER, &result));
		ASSERT_EQ(0, result.code);
		ASSERT_EQ(sizeof(text), result.size);
		kipc_result_release(&result);
	}
	for (i = 0; i < 500; i++)
		ASSERT_EQ(0, kipc_call(self->endpoint, self->handle,
				       METHOD_ECHO, text, i, KIPC_FOREVER,
				       NULL));
}

TEST_F(lib, sender)
{
	struct kipc_result result;
	struct kipc_sender sender;

	ASSERT_EQ(0, kipc_call(self->endpoint, self->handle, METHOD_SENDER,
			       NULL, 0, KIPC_FOREVER, &result));
	ASSERT_EQ(sizeof(sender), result.size);
	memcpy(&sender, result.data, sizeof(sender));
	EXPECT_EQ(getpid(), sender.pid);
	EXPECT_EQ(thread_id(), sender.tid);
	EXPECT_EQ(geteuid(), sender.euid);
	EXPECT_EQ(getegid(), sender.egid);
	kipc_result_release(&result);
}

TEST_F(lib, file_there_and_back)
{
	struct kipc_attachment file;
	const struct kipc_content content = {
		.attachments = &file,
		.attachment_count = 1,
	};
	struct kipc_result result;
	int ends[2], fd;
	char byte;

	ASSERT_EQ(0, pipe(ends));
	kipc_attachment_set_fd(&file, ends[1]);
	ASSERT_EQ(0, kipc_callv(self->endpoint, self->handle, METHOD_FILE,
				&content, KIPC_FOREVER, &result));
	ASSERT_EQ(0, result.code);
	ASSERT_EQ(1, result.attachment_count);
	fd = kipc_result_take_fd(&result, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	kipc_result_release(&result);
	EXPECT_EQ(1, write(fd, "x", 1));
	EXPECT_EQ(1, read(ends[0], &byte, 1));
	/* The server kept no copy: with these two gone, the pipe is at its end */
	EXPECT_EQ(0, close(fd));
	EXPECT_EQ(0, close(ends[1]));
	EXPECT_EQ(0, read(ends[0], &byte, 1));
	EXPECT_EQ(0, close(ends[0]));
}

/* A call that another thread makes */
struct call {
	struct kipc *endpoint;
	uint32_t handle;
	int ret;
	unsigned int stage;
};

static void wait_deferred(struct kipc *endpoint, uint32_t handle)
{
	while (!must(kipc_call(endpoint, handle, METHOD_IS_DEFERRED, NULL, 0,
			       KIPC_FOREVER, NULL)))
		;
}

static void call_deferred(void *arg)
{
	struct call *call = arg;
	struct kipc_result result;

	must(kipc_call(call->endpoint, call->handle, METHOD_DEFER, "later", 5,
		       KIPC_FOREVER, &result));
	check(result.size == 5 && !memcmp(result.data, "later", 5));
	kipc_result_release(&result);
}

TEST_F(lib, deferred_reply)
{
	struct call call = {
		.endpoint = self->endpoint,
		.handle = self->handle,
	};
	struct thread thread;

	thread_start(&thread, call_deferred, &call);
	wait_deferred(self->endpoint, self->handle);
	EXPECT_EQ(0, kipc_call(self->endpoint, self->handle, METHOD_RELEASE,
			       NULL, 0, KIPC_FOREVER, NULL));
	thread_join(&thread);
}

/* Larger than this endpoint's pool: the handler learns of it */
TEST_F(lib, reply_too_large)
{
	EXPECT_EQ(-EMSGSIZE, kipc_call(self->endpoint, self->handle,
				       METHOD_LARGE, NULL, 0, KIPC_FOREVER,
				       NULL));
}

TEST_F(lib, deadline)
{
	struct kipc_result result;

	EXPECT_EQ(-ETIMEDOUT, call_too_long(self->endpoint, self->handle,
					    METHOD_DEFER, &result));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, result.stage);
	kipc_result_release(&result);
	/* It was received, but its handler may take its time. */
	wait_deferred(self->endpoint, self->handle);
	/* The deferred request is still there; its answer comes too late */
	EXPECT_EQ(-ECANCELED, kipc_call(self->endpoint, self->handle,
					METHOD_RELEASE, NULL, 0, KIPC_FOREVER,
					NULL));
}

TEST_F(lib, fork)
{
	int status;
	pid_t pid;

	pid = fork();
	if (!pid)
		_exit(kipc_call(self->endpoint, self->handle, METHOD_ECHO, "x",
				1, KIPC_FOREVER, NULL) != -ECHILD ||
		      kipc_close(self->endpoint));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, kipc_call(self->endpoint, self->handle, METHOD_ECHO, "x",
			       1, KIPC_FOREVER, NULL));
}

static void on_signal(int signal __attribute__((unused)))
{
}

static void call_interrupted(void *arg)
{
	struct call *call = arg;
	struct kipc_result result;

	call->ret = kipc_call(call->endpoint, call->handle, METHOD_DEFER, NULL,
			      0, KIPC_FOREVER, &result);
	call->stage = result.stage;
}

TEST_F(lib, signal_abandons_call)
{
	const struct sigaction action = { .sa_handler = on_signal };
	struct call call = {
		.endpoint = self->endpoint,
		.handle = self->handle,
	};
	struct thread thread;

	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	thread_start(&thread, call_interrupted, &call);
	wait_deferred(self->endpoint, self->handle);
	wait_blocked(thread.tid, KIPC_CALL);
	ASSERT_EQ(0, pthread_kill(thread.thread, SIGUSR1));
	thread_join(&thread);
	EXPECT_EQ(-EINTR, call.ret);
	EXPECT_EQ(KIPC_STAGE_RECEIVED, call.stage);
	EXPECT_EQ(-ECANCELED, kipc_call(self->endpoint, self->handle,
					METHOD_RELEASE, NULL, 0, KIPC_FOREVER,
					NULL));
}

/* What the watches of the next tests saw */
struct seen {
	uint32_t dead;
	int present;
	struct kipc_watch *watch;
};

static void on_death(struct kipc *endpoint, uint32_t handle, void *userdata)
{
	struct seen *seen = userdata;

	(void)endpoint;
	seen->dead = handle;
}

static void on_name(struct kipc *endpoint, const struct kipc_name *name,
		    int appeared, void *userdata)
{
	struct seen *seen = userdata;

	(void)endpoint;
	check(!strcmp(name->name, "lib.watched.name"));
	seen->present = appeared;
}

/* The server is killed: the caller learns it, and so does the watch */
TEST(death)
{
	struct seen seen = { .dead = 0 };
	struct kipc *endpoint;
	struct child child;
	uint32_t handle;

	child_start(&child, CHILD_CLOSES, serve, NULL);
	ASSERT_EQ(1, hear(child.sock));
	ASSERT_EQ(0, kipc_open(NULL, 0, 0, &endpoint));
	ASSERT_EQ(0, kipc_name_lookup(endpoint, NAME, 0, KIPC_FOREVER, &handle,
				      NULL));
	ASSERT_EQ(0, kipc_handle_watch(endpoint, handle, on_death, &seen,
				       &seen.watch));
	EXPECT_EQ(-ETIMEDOUT, kipc_call(endpoint, handle, METHOD_DEFER, NULL, 0,
					kipc_deadline_ms(50), NULL));
	child_kill(&child);
	EXPECT_EQ(-EOWNERDEAD, kipc_call(endpoint, handle, METHOD_ECHO, NULL, 0,
					 KIPC_FOREVER, NULL));
	EXPECT_EQ(1, kipc_dispatch_one(endpoint, kipc_deadline_ms(5000)));
	EXPECT_EQ(handle, seen.dead);
	EXPECT_EQ(0, kipc_watch_free(seen.watch));
	/* It can be watched again: whoever asks is told at once */
	seen.dead = 0;
	ASSERT_EQ(0, kipc_handle_watch(endpoint, handle, on_death, &seen,
				       &seen.watch));
	EXPECT_EQ(1, kipc_dispatch_one(endpoint, KIPC_NO_WAIT));
	EXPECT_EQ(handle, seen.dead);
	EXPECT_EQ(0, kipc_watch_free(seen.watch));
	EXPECT_EQ(0, kipc_handle_drop(endpoint, handle));
	EXPECT_EQ(0, kipc_close(endpoint));
}

struct counts {
	int sends;
	int no_senders;
};

static int count(struct kipc_request *request, void *userdata)
{
	struct counts *counts = userdata;

	counts->sends += kipc_request_kind(request) == KIPC_MSG_SEND;
	counts->no_senders += kipc_request_kind(request) == KIPC_MSG_NO_SENDERS;
	return 0;
}

FIXTURE(pair)
{
	struct kipc *owner;
	struct kipc *holder;
	struct kipc_node *node;
	uint32_t handle;
	struct counts counts;
};

FIXTURE_SETUP(pair)
{
	ASSERT_EQ(0, kipc_open(NULL, 0, 0, &self->owner));
	ASSERT_EQ(0, kipc_open(NULL, 0, KIPC_OPEN_NO_POOL, &self->holder));
	ASSERT_EQ(0, kipc_node_new(self->owner, count, &self->counts,
				   KIPC_NODE_NO_SENDERS, &self->node));
	ASSERT_EQ(0, kipc_node_publish(self->node, NAME, 0666));
	ASSERT_EQ(0, kipc_name_lookup(self->holder, NAME, 0, KIPC_NO_WAIT,
				      &self->handle, NULL));
}

FIXTURE_TEARDOWN(pair)
{
	EXPECT_EQ(0, kipc_close(self->owner));
	EXPECT_EQ(0, kipc_close(self->holder));
}

TEST_F(pair, names)
{
	struct seen seen = { .present = -1 };
	struct pollfd pollfd = { .fd = kipc_fd(self->holder), .events = POLLIN };
	struct kipc_node *own;
	uint32_t handle;

	ASSERT_EQ(0, kipc_name_watch(self->holder, "lib.watched", on_name,
				     &seen, 0, &seen.watch));
	EXPECT_EQ(0, poll(&pollfd, 1, 0));
	ASSERT_EQ(0, kipc_node_publish(self->node, "lib.watched.name", 0600));
	EXPECT_EQ(1, poll(&pollfd, 1, 5000));
	EXPECT_EQ(1, kipc_dispatch(self->holder, KIPC_NO_WAIT));
	EXPECT_EQ(1, seen.present);
	EXPECT_EQ(0, kipc_name_lookup(self->owner, "lib.watched.name", 0,
				      KIPC_NO_WAIT, &handle, &own));
	EXPECT_TRUE(own == self->node);
	EXPECT_EQ(0, kipc_node_free(self->node));
	EXPECT_EQ(1, kipc_dispatch(self->holder, KIPC_NO_WAIT));
	EXPECT_EQ(0, seen.present);
	EXPECT_EQ(-EAGAIN, kipc_dispatch(self->holder, KIPC_NO_WAIT));
	EXPECT_EQ(0, kipc_watch_free(seen.watch));
}

TEST_F(pair, no_senders)
{
	EXPECT_EQ(0, kipc_name_unpublish(self->owner, NAME));
	EXPECT_EQ(-EAGAIN, kipc_dispatch(self->owner, KIPC_NO_WAIT));
	EXPECT_EQ(0, kipc_handle_drop(self->holder, self->handle));
	EXPECT_EQ(1, kipc_dispatch(self->owner, KIPC_NO_WAIT));
	EXPECT_EQ(1, self->counts.no_senders);
}

/* A message whose files do not fit is dropped, and those behind it are not */
TEST_F(pair, no_room_for_files)
{
	struct kipc_attachment file;
	const struct kipc_content content = {
		.attachments = &file,
		.attachment_count = 1,
	};
	struct rlimit before, none;

	kipc_attachment_set_fd(&file, 1);
	ASSERT_EQ(0, kipc_sendv(self->holder, self->handle, 0, &content));
	ASSERT_EQ(0, kipc_send(self->holder, self->handle, 0, NULL, 0));
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &before));
	none = (struct rlimit) { .rlim_max = before.rlim_max };
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_EQ(1, kipc_dispatch(self->owner, KIPC_NO_WAIT));
	EXPECT_EQ(1, self->counts.sends);
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &before));
}

TEST_HARNESS_MAIN
