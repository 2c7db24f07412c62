// SPDX-License-Identifier: GPL-2.0-only
/*
 * Subscribers are killed while they have leases, again and again, and who publishes
 * never runs out of chunks.
 *
 * Half of the subscribers read a broadcast, half a work queue. A chunk has the same
 * number at its beginning and its end as the message with which it comes; as long as
 * a subscriber has the lease, nobody writes another one to it.
 *
 * KIPC_STORM_SEED repeats a storm, KIPC_STORM_KILLS makes it longer.
 */
#include <kselftest_harness.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#include "chunk.h"

#define SUBSCRIBERS	8U
#define LEASES		4U
#define MESSAGES	8U
/* In each mailbox, in each hand and on its way to one, and what is being written */
#define CHUNKS		(2 * MESSAGES + SUBSCRIBERS * (LEASES + 1) + 2)
#define KILLS		600U
#define KILLS_DEBUG	150U
/* What the kernel may keep of what was freed, in KiB */
#define NOISE		8192

static const char broadcast[] = "chunk.storm";

/**
 * struct slot - what a subscriber tells of itself
 * @held: how many leases it has
 * @received: how many it has had
 */
struct slot {
	__u32 held;
	__u32 received;
};

FIXTURE(storm) {
	struct live live;
	int fd;
	__u8 *bytes;
	int mailbox[2];
	struct slot *slot;
	struct child child[SUBSCRIBERS];
	__u32 seed;
	__u32 number;
};

FIXTURE_SETUP(storm) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->slot = mmap(NULL, SUBSCRIBERS * sizeof(*self->slot),
			  PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			  -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->slot);
	self->fd = chunks_make(NULL, CHUNKS, LEASES);
	self->bytes = region_map(self->fd, CHUNKS * CHUNK,
				 PROT_READ | PROT_WRITE);
	self->mailbox[0] = mailbox_make(broadcast, KIPC_MAILBOX_BROADCAST,
					MESSAGES);
	self->mailbox[1] = mailbox_make(NULL, KIPC_MAILBOX_WORK, MESSAGES);
	ASSERT_EQ(0, region_hold(self->fd, 2, 0));
}

FIXTURE_TEARDOWN(storm) {
	mailbox_unlink(broadcast);
	munmap(self->bytes, CHUNKS * CHUNK);
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/**
 * struct member - a subscriber
 * @self: the storm
 * @number: which
 * @fd: its view
 * @mailbox: where its messages come from
 * @bytes: where it has the region
 * @lease: what it has
 * @expected: what is in that
 * @seed: of what it does
 */
struct member {
	struct _test_data_storm *self;
	__u32 number;
	int fd;
	int mailbox;
	const __u8 *bytes;
	struct kipc_attachment lease[LEASES];
	__u32 expected[LEASES];
	__u32 seed;
};

static bool is_intact(const struct member *member, __u32 index)
{
	const __u8 *chunk = member->bytes + member->lease[index].id * CHUNK;
	__u32 first, last;

	memcpy(&first, chunk, sizeof(first));
	memcpy(&last, chunk + CHUNK - sizeof(last), sizeof(last));
	return first == member->expected[index] &&
	       last == member->expected[index];
}

static void let_go(struct member *member, struct slot *slot, __u32 index)
{
	check(is_intact(member, index));
	must(chunk_release(member->fd, member->lease[index].lease));
	slot->held--;
	member->lease[index] = member->lease[slot->held];
	member->expected[index] = member->expected[slot->held];
}

/* Receives one; with a work queue it mostly says so, and sometimes gives it back. */
static void take(struct member *member, struct slot *slot)
{
	struct kipc_mailbox_recv recv = {
		.data = PTR(&member->expected[slot->held]),
		.data_size = sizeof(__u32),
		.attachments = PTR(&member->lease[slot->held]),
		.attachments_max = 1,
		.endpoint = -1,
	};

	must(kipc(member->mailbox, KIPC_MAILBOX_RECV, &recv));
	check(member->lease[slot->held].lease);
	check(is_intact(member, slot->held));
	slot->held++;
	slot->received++;
	if (recv.mail.token)
		must(next_random(&member->seed) % 8 ?
		     lease_ack(member->mailbox, recv.mail.token) :
		     lease_return(member->mailbox, recv.mail.token));
}

static void subscribe(int sock, void *arg)
{
	struct member *member = arg;
	struct slot *slot = &member->self->slot[member->number];
	struct member mine = *member;

	(void)sock;
	/* Whoever kills has little time to do so otherwise. */
	must_errno(setpriority(PRIO_PROCESS, 0, 10));
	mine.fd = region_derive(member->self->fd, R_READ);
	must(region_hold(mine.fd, LEASES, 0));
	/* Each that reads the broadcast has it open for itself. */
	mine.mailbox = mine.number % 2 ? mine.self->mailbox[1] :
		       (int)must(mailbox_join(broadcast, READER));
	mine.bytes = region_map(mine.fd, CHUNKS * CHUNK, PROT_READ);
	for (;;) {
		if (slot->held < LEASES && next_random(&mine.seed) % 4)
			take(&mine, slot);
		else if (slot->held)
			let_go(&mine, slot, next_random(&mine.seed) %
					    slot->held);
	}
}

static void begin_one(struct _test_data_storm *self, __u32 number)
{
	struct member member = {
		.self = self,
		.number = number,
		.seed = next_random(&self->seed),
	};

	memset(&self->slot[number], 0, sizeof(self->slot[number]));
	child_start(&self->child[number], CHILD_SHARES, subscribe, &member);
}

/* Returns 0, -EAGAIN if the mailbox is full, or what else went wrong. */
static int post(struct _test_data_storm *self, int mailbox, __u32 lease)
{
	struct kipc_attachment attachment = chunk_of(self->fd, lease);
	struct kipc_mailbox_send send = {
		.flags = KIPC_NONBLOCK,
		.data = PTR(&self->number),
		.data_size = sizeof(self->number),
		.attachments = PTR(&attachment),
		.attachment_count = 1,
		.endpoint = -1,
	};

	return kipc(mailbox, KIPC_MAILBOX_SEND, &send);
}

/* There is always a free one. */
static void publish(struct _test_data_storm *self, int mailbox)
{
	__u32 lease;
	__u8 *chunk = self->bytes +
		      (size_t)must(chunk_loan(self->fd, &lease)) * CHUNK;
	int ret;

	self->number++;
	memcpy(chunk, &self->number, sizeof(self->number));
	memcpy(chunk + CHUNK - sizeof(self->number), &self->number,
	       sizeof(self->number));
	ret = post(self, mailbox, lease);
	check(!ret || ret == -EAGAIN);
	must(chunk_release(self->fd, lease));
}

/* A line of /proc/meminfo, in KiB */
static long memory(const char *key)
{
	char text[4096];
	const char *line;

	must(file_read("/proc/meminfo", text, sizeof(text)));
	line = strstr(text, key);
	check(line);
	return strtol(line + strlen(key), NULL, 10);
}

/* It must not have ended by itself. Returns whether it had leases. */
static bool kill_one(struct _test_data_storm *self, __u32 number)
{
	must_errno(kill(self->child[number].pid, SIGKILL));
	check(child_end(&self->child[number]) == -SIGKILL);
	return self->slot[number].held;
}

static void list(struct _test_data_storm *self)
{
	struct kipc_chunk_entry entries[16];
	struct kipc_chunk_list list = {
		.count = ARRAY_SIZE(entries),
		.entries = PTR(entries),
	};
	__u32 i;

	do {
		must(kipc(self->fd, KIPC_CHUNK_LIST, &list));
		for (i = 0; i < list.listed; i++) {
			check(entries[i].chunk < CHUNKS);
			check(entries[i].count);
		}
	} while (list.cursor);
}

TEST_F_TIMEOUT(storm, kills, 3600) {
	__u32 kills = number_from("KIPC_STORM_KILLS", debug_kernel() ?
						      KILLS_DEBUG : KILLS);
	__u32 done = 0, had = 0, victim, i;
	long slab = memory("SUnreclaim:"), free = memory("MemFree:"), after_slab;
	__u64 begin = now(), end;

	self->seed = number_from("KIPC_STORM_SEED", (__u32)time(NULL));
	TH_LOG("KIPC_STORM_SEED=%u, %u kills", self->seed, kills);
	for (i = 0; i < SUBSCRIBERS; i++)
		begin_one(self, i);
	while (done < kills) {
		publish(self, self->mailbox[0]);
		publish(self, self->mailbox[1]);
		victim = next_random(&self->seed) % SUBSCRIBERS;
		/* Now and then one that has none yet, or is not there yet */
		if (!__atomic_load_n(&self->slot[victim].held,
				     __ATOMIC_RELAXED) &&
		    next_random(&self->seed) % 16)
			continue;
		had += kill_one(self, victim);
		begin_one(self, victim);
		if (++done % 16 == 0)
			list(self);
	}
	for (i = 0; i < SUBSCRIBERS; i++)
		kill_one(self, i);
	TH_LOG("%u published, %u had leases, %llu ms", self->number, had,
	       (now() - begin) / MILLISECOND);
	EXPECT_LT(kills / 2, had);
	mail_purge(self->mailbox[1]);
	must(mailbox_unlink(broadcast));
	close(self->mailbox[0]);
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
	EXPECT_EQ(0, chunks_held(self->fd));
	EXPECT_EQ(1, region_info(self->fd).views);
	/* What RCU frees takes a moment. */
	end = after(20 * SECOND);
	do {
		pause_ms(20);
		after_slab = memory("SUnreclaim:");
	} while (after_slab > slab + NOISE && now() < end);
	TH_LOG("SUnreclaim %ld -> %ld KiB, MemFree %ld -> %ld KiB", slab,
	       after_slab, free, memory("MemFree:"));
	/* The debug kernel keeps what was freed, to see who uses it. */
	if (!debug_kernel())
		EXPECT_GT(slab + NOISE, after_slab);
}

TEST_HARNESS_MAIN
