// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation and every copy to or from user space that a command makes
 * fails once: the command fails with ENOMEM or EFAULT, has changed nothing,
 * leaks nothing, and succeeds when it is issued again.
 *
 * Needs a kernel with fault injection: /proc/self/fail-nth lets the n-th such
 * place fail that this thread comes to.
 */
#include <kselftest_harness.h>
#include <sched.h>
#include <sys/eventfd.h>

#include "abi_table.h"
#include "chunk.h"

/* More places than any command comes to */
#define PLACES_MAX	2000
#define NO_FAULTS	"this kernel has no fault injection"

FIXTURE(fault) {
	struct live live;
	struct abi_world world;
	const struct abi_command *command;
	struct kipc_stat before;
	__u64 arg[ABI_SIZE_MAX / 8];
	int fail_nth;
	int mailbox;
};

/* Without these, allocations that may sleep would not fail. */
static void prepare_faults(void)
{
	static const char * const settings[][2] = {
		{ "failslab/ignore-gfp-wait", "N" },
		{ "failslab/verbose", "0" },
		{ "fail_page_alloc/ignore-gfp-wait", "N" },
		{ "fail_page_alloc/ignore-gfp-highmem", "N" },
		{ "fail_page_alloc/min-order", "0" },
		{ "fail_page_alloc/verbose", "0" },
		{ "fail_usercopy/verbose", "0" },
	};
	char path[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s",
			 settings[i][0]);
		must(file_write(path, settings[i][1]));
	}
}

FIXTURE_SETUP(fault) {
	self->fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	/* The tests themselves skip: from here the harness would go on. */
	if (self->fail_nth < 0)
		return;
	prepare_faults();
	ASSERT_EQ(0, live_begin(&self->live));
	abi_world_open(&self->world);
}

FIXTURE_TEARDOWN(fault) {
	if (self->fail_nth < 0)
		return;
	abi_world_close(&self->world);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
	close(self->fail_nth);
}

/* The n-th place from here on fails. */
static void arm(struct _test_data_fault *self, int n)
{
	char text[16];
	int size = snprintf(text, sizeof(text), "%d", n);

	/* A place that is armed still may be the one in this very write. */
	while (pwrite(self->fail_nth, text, (size_t)size, 0) != size)
		check(errno == EFAULT);
}

/* No place fails any more. Returns whether one did. */
static bool disarm(struct _test_data_fault *self)
{
	char text[16] = "";
	/* If this read is the place itself, it fails, and none did before. */
	bool read = pread(self->fail_nth, text, sizeof(text) - 1, 0) > 0;

	arm(self, 0);
	return read && atoi(text) == 0;
}

/**
 * struct attempt - something that must survive every fault
 * @name: for messages
 * @prepare: brings about the state in which @run succeeds
 * @run: 0 or a negative errno
 * @undo: takes back what @prepare and @run did
 * @once: what it did cannot be taken back when the struct could not be copied
 *	out at the very end: @run again may find that it is done
 */
struct attempt {
	const char *name;
	void (*prepare)(struct _test_data_fault *self);
	int (*run)(struct _test_data_fault *self);
	void (*undo)(struct _test_data_fault *self);
	bool once;
};

/* Whether the counters of usage are as they were, those of traffic aside. */
static bool usage_same(struct _test_data_fault *self)
{
	struct kipc_stat stat;

	stat_get(&self->world.pair.client, &stat);
	return !memcmp(&stat, &self->before, offsetof(struct kipc_stat, calls));
}

/* Objects alive, but for pages and letters: pools and mailboxes may keep some. */
static void live_objects(struct live *live)
{
	must(live_read(live));
	live->pool_pages = 0;
	live->letters = 0;
}

static bool objects_same(const struct live *before)
{
	__u64 end = after(20 * SECOND);
	struct live live;

	for (;;) {
		live_objects(&live);
		if (!memcmp(&live, before, sizeof(live)))
			return true;
		if (now() > end)
			return false;
		pause_ms(1);
	}
}

static bool complain(const struct attempt *attempt, int n, const char *what,
		     int ret)
{
	fprintf(stderr, "# %s, place %d: %s (%s)\n", attempt->name, n, what,
		ret ? strerror(-ret) : "success");
	return false;
}

/* The n-th place fails. Sets @more if there was such a place. */
static bool survive(struct _test_data_fault *self,
		    const struct attempt *attempt, int n, bool *more)
{
	struct live live;
	int ret, again;

	live_objects(&live);
	attempt->prepare(self);
	stat_get(&self->world.pair.client, &self->before);
	arm(self, n);
	ret = attempt->run(self);
	*more = disarm(self);
	if (!*more && ret)
		return complain(attempt, n, "failed without a fault", ret);
	if (ret) {
		if (ret != -ENOMEM && ret != -EFAULT)
			return complain(attempt, n, "wrong error", ret);
		if (!attempt->once && !usage_same(self))
			return complain(attempt, n, "changed something", ret);
		again = attempt->run(self);
		if (again && !(attempt->once && ret == -EFAULT &&
			       again == -ENXIO))
			return complain(attempt, n, "not again", again);
	}
	attempt->undo(self);
	if (!objects_same(&live))
		return complain(attempt, n, "leaked something", ret);
	return true;
}

/* Lets every place fail once; returns how many there were, or 0 if one leads
 * to something wrong.
 */
static int survive_all(struct _test_data_fault *self,
		       const struct attempt *attempt)
{
	bool more = true;
	int n;

	for (n = 1; more; n++) {
		if (n > PLACES_MAX || !survive(self, attempt, n, &more))
			return 0;
	}
	printf("# %s: %d places\n", attempt->name, n - 2);
	return n - 2;
}

static void prepare_command(struct _test_data_fault *self)
{
	memset(self->arg, 0, sizeof(self->arg));
	self->command->prepare(&self->world, self->arg);
}

/* Issues a copy: what is prepared must stay. */
static int run_command(struct _test_data_fault *self)
{
	int fd = abi_world_fd(&self->world, self->command);
	__u64 copy[ABI_SIZE_MAX / 8];
	int ret;

	memcpy(copy, self->arg, sizeof(copy));
	ret = kipc(fd, self->command->command, copy);
	if (!ret)
		memcpy(self->arg, copy, sizeof(copy));
	return ret;
}

static void undo_command(struct _test_data_fault *self)
{
	struct kipc_message message;

	self->command->undo(&self->world, self->arg);
	/* What KIPC_REPLY_RECV did not get to */
	while (!recv_now(&self->world.pair.server, &message))
		message_free(&self->world.pair.server, &message);
}

static bool is_once(unsigned long command)
{
	return command == KIPC_REPLY || command == KIPC_REPLY_RECV ||
	       command == KIPC_FREE || command == KIPC_MAILBOX_SEND_RECV;
}

TEST_F_TIMEOUT(fault, each_command, 180) {
	const struct abi_command *command;

	if (self->fail_nth < 0)
		SKIP(return, NO_FAULTS);
	for (command = abi_commands; command->name; command++) {
		struct attempt attempt = {
			.name = command->name,
			.prepare = prepare_command,
			.run = run_command,
			.undo = undo_command,
			.once = is_once(command->command),
		};

		self->command = command;
		EXPECT_LT(0, survive_all(self, &attempt)) {
			TH_LOG("%s", command->name);
			/* What it left must not disturb the others. */
			abi_world_close(&self->world);
			abi_world_open(&self->world);
		}
	}
}

static void nothing(struct _test_data_fault *self)
{
	(void)self;
}

static int open_endpoint(struct _test_data_fault *self)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	self->arg[0] = (__u64)fd;
	return fd < 0 ? -errno : 0;
}

static void close_endpoint(struct _test_data_fault *self)
{
	close((int)self->arg[0]);
}

TEST_F(fault, open) {
	const struct attempt attempt = {
		.name = "open",
		.prepare = nothing,
		.run = open_endpoint,
		.undo = close_endpoint,
	};

	if (self->fail_nth < 0)
		SKIP(return, NO_FAULTS);
	EXPECT_LT(0, survive_all(self, &attempt));
	/* The first one in a domain, so that all is made that there is */
	must_errno(unshare(CLONE_NEWIPC));
	EXPECT_LT(0, survive_all(self, &attempt));
}

static void prepare_map(struct _test_data_fault *self)
{
	must(open_endpoint(self));
}

static int map_pool(struct _test_data_fault *self)
{
	void *pool = mmap(NULL, POOL, PROT_READ, MAP_SHARED, (int)self->arg[0],
			  0);

	if (pool == MAP_FAILED)
		return -errno;
	self->arg[1] = PTR(pool);
	return 0;
}

static void unmap_pool(struct _test_data_fault *self)
{
	must_errno(munmap((void *)(uintptr_t)self->arg[1], POOL));
	close_endpoint(self);
}

TEST_F(fault, mmap) {
	const struct attempt attempt = {
		.name = "mmap",
		.prepare = prepare_map,
		.run = map_pool,
		.undo = unmap_pool,
		/* A mapping that fails late has given the pool its size. */
		.once = true,
	};

	if (self->fail_nth < 0)
		SKIP(return, NO_FAULTS);
	EXPECT_LT(0, survive_all(self, &attempt));
}

#define SEGMENTS	40

/* A large message in many pieces, with attachments of every kind */
static struct kipc_vec vec[SEGMENTS];
static struct kipc_attachment attachment[5];

static void fill_large(struct _test_data_fault *self)
{
	static char data[SEGMENTS * 400];
	const struct kipc_attachment all[] = {
		{ .type = KIPC_ATTACH_HANDLE, .rights = KIPC_RIGHT_CALL,
		  .id = self->world.echo_handle },
		{ .type = KIPC_ATTACH_NODE, .rights = KIPC_RIGHTS_ALL,
		  .id = (__u32)self->arg[0] },
		{ .type = KIPC_ATTACH_FD, .id = (__u32)self->arg[1] },
		{ .type = KIPC_ATTACH_FD, .id = (__u32)self->arg[1] },
		chunk_of(self->world.held, self->world.loan),
	};
	int i;

	memcpy(attachment, all, sizeof(all));
	for (i = 0; i < SEGMENTS; i++) {
		vec[i].base = PTR(data + i * 400);
		vec[i].size = 400;
	}
}

static int send_large(struct _test_data_fault *self)
{
	struct kipc_send send = {
		.handle = self->world.pair.handle,
		.flags = KIPC_VEC,
		.data = PTR(vec),
		.data_size = SEGMENTS,
		.attachments = PTR(attachment),
		.attachment_count = ARRAY_SIZE(attachment),
	};

	fill_large(self);
	return kipc(self->world.pair.client.fd, KIPC_SEND, &send);
}

static void prepare_large(struct _test_data_fault *self)
{
	self->arg[0] = node_create(&self->world.pair.client, 1);
	self->arg[1] = (__u64)eventfd(0, 0);
}

/* Lets go of all that has come to the server. */
static void let_go(struct _test_data_fault *self,
		   const struct kipc_attachment *got)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(attachment); i++) {
		if (got[i].type == KIPC_ATTACH_FD)
			must_errno(close((int)got[i].id));
		else if (got[i].type == KIPC_ATTACH_CHUNK)
			must(chunk_release(self->world.held, got[i].lease));
		else
			must(handle_drop(&self->world.pair.server, got[i].id));
	}
}

static void receive_large(struct _test_data_fault *self)
{
	struct endpoint *server = &self->world.pair.server;
	struct kipc_message message;

	must(recv_now(server, &message));
	check(message.size == SEGMENTS * 400);
	check(message.attachment_count == ARRAY_SIZE(attachment));
	let_go(self, came(server, &message, 0));
	message_free(server, &message);
	close((int)self->arg[1]);
	must(node_destroy(&self->world.pair.client, (__u32)self->arg[0]));
}

TEST_F_TIMEOUT(fault, large_message, 120) {
	const struct attempt attempt = {
		.name = "large message",
		.prepare = prepare_large,
		.run = send_large,
		.undo = receive_large,
	};

	if (self->fail_nth < 0)
		SKIP(return, NO_FAULTS);
	EXPECT_LT(0, survive_all(self, &attempt));
}

/* Receiving it: the message stays at the head however often that fails. */
static void prepare_receive(struct _test_data_fault *self)
{
	prepare_large(self);
	must(send_large(self));
}

static int receive(struct _test_data_fault *self)
{
	struct kipc_recv *recv = (struct kipc_recv *)&self->arg[2];

	memset(recv, 0, sizeof(*recv));
	recv->flags = KIPC_NONBLOCK;
	return kipc(self->world.pair.server.fd, KIPC_RECV, recv);
}

static void undo_receive(struct _test_data_fault *self)
{
	struct kipc_recv *recv = (struct kipc_recv *)&self->arg[2];
	struct endpoint *server = &self->world.pair.server;

	check(recv->message.attachment_count == ARRAY_SIZE(attachment));
	let_go(self, came(server, &recv->message, 0));
	message_free(server, &recv->message);
	close((int)self->arg[1]);
	must(node_destroy(&self->world.pair.client, (__u32)self->arg[0]));
}

TEST_F_TIMEOUT(fault, large_receive, 120) {
	const struct attempt attempt = {
		.name = "large receive",
		.prepare = prepare_receive,
		.run = receive,
		.undo = undo_receive,
	};

	if (self->fail_nth < 0)
		SKIP(return, NO_FAULTS);
	EXPECT_LT(0, survive_all(self, &attempt));
}

/* The same by a mailbox */
static int post_large(struct _test_data_fault *self)
{
	struct kipc_mailbox_send send = {
		.flags = KIPC_VEC,
		.priority = 9,
		.data = PTR(vec),
		.data_size = SEGMENTS,
		.attachments = PTR(attachment),
		.attachment_count = ARRAY_SIZE(attachment),
		.endpoint = self->world.pair.client.fd,
	};

	fill_large(self);
	return kipc(self->mailbox, KIPC_MAILBOX_SEND, &send);
}

/* A new one each time, which has kept nothing from the last time */
static void prepare_mailbox(struct _test_data_fault *self)
{
	struct kipc_mailbox_open arg = {
		.flags = MAKE | KIPC_MAILBOX_LABEL,
		.kind = KIPC_MAILBOX_WORK,
		.messages_max = 4,
		.size_max = SEGMENTS * 400,
	};

	prepare_large(self);
	self->mailbox = (int)must(mailbox_open(NULL, &arg));
}

static int take_large(struct _test_data_fault *self)
{
	static __u8 payload[SEGMENTS * 400], label[256];
	struct kipc_mailbox_recv recv = {
		.flags = KIPC_NONBLOCK,
		.data = PTR(payload),
		.data_size = sizeof(payload),
		.attachments = PTR(&self->arg[2]),
		.attachments_max = ARRAY_SIZE(attachment),
		.label = PTR(label),
		.label_max = sizeof(label),
		.endpoint = self->world.pair.server.fd,
	};

	return kipc(self->mailbox, KIPC_MAILBOX_RECV, &recv);
}

static void undo_take(struct _test_data_fault *self)
{
	let_go(self, (struct kipc_attachment *)&self->arg[2]);
	close((int)self->arg[1]);
	must(node_destroy(&self->world.pair.client, (__u32)self->arg[0]));
	close(self->mailbox);
}

static void undo_post(struct _test_data_fault *self)
{
	must(take_large(self));
	undo_take(self);
}

static void prepare_take(struct _test_data_fault *self)
{
	prepare_mailbox(self);
	must(post_large(self));
}

TEST_F_TIMEOUT(fault, mailbox, 160) {
	const struct attempt post = {
		.name = "post",
		.prepare = prepare_mailbox,
		.run = post_large,
		.undo = undo_post,
	};
	const struct attempt take = {
		.name = "take",
		.prepare = prepare_take,
		.run = take_large,
		.undo = undo_take,
	};

	if (self->fail_nth < 0)
		SKIP(return, NO_FAULTS);
	EXPECT_LT(0, survive_all(self, &post));
	EXPECT_LT(0, survive_all(self, &take));
}

/* A view and a chunk are lent, to somebody who does not come for them. */
static int lend(struct _test_data_fault *self)
{
	const struct kipc_attachment out[] = {
		view_lent(self->world.view),
		chunk_lent(self->world.held, self->world.loan),
	};
	struct kipc_call call = {
		.handle = self->world.pair.handle,
		.attachments = PTR(out),
		.attachment_count = ARRAY_SIZE(out),
		/* Long ago; to ask for the time could be what fails. */
		.deadline = 1,
	};
	int ret = kipc(self->world.pair.client.fd, KIPC_CALL, &call);

	return ret == -ETIMEDOUT ? 0 : ret;
}

TEST_F_TIMEOUT(fault, lend, 120) {
	const struct attempt attempt = {
		.name = "lend",
		.prepare = nothing,
		.run = lend,
		.undo = nothing,
	};

	if (self->fail_nth < 0)
		SKIP(return, NO_FAULTS);
	EXPECT_LT(0, survive_all(self, &attempt));
	EXPECT_EQ(1, region_info(self->world.view).views);
	EXPECT_EQ(1, chunks_held(self->world.held));
	EXPECT_EQ(0, chunk_release(self->world.held, self->world.loan));
	EXPECT_EQ(4, chunks_free(self->world.held));
}

TEST_HARNESS_MAIN
