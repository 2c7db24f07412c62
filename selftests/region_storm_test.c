// SPDX-License-Identifier: GPL-2.0-only
/*
 * Views are revoked while processes touch, fork, move and lend their mappings.
 *
 * Each page of the region has a marker, which says which page it is, and each view is a
 * range of pages of its own: whoever reads through a view sees the marker of the page that
 * it asked for, or gets SIGBUS, and never what is another view's. And once the revocation
 * has returned, nobody reads it.
 *
 * KIPC_STORM_SEED repeats a storm, KIPC_STORM_REVOCATIONS makes it longer.
 */
#include <kselftest_harness.h>
#include <linux/futex.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "passing.h"
#include "region.h"

#define PROCESSES	8
#define PAGES		32
#define REVOCATIONS	1000
#define MARK		0xabc00000

/**
 * struct slot - what one process does with one view after the other
 * @seen: the round that the process has begun to use
 * @revoked: the last round of which the view is revoked
 * @touched: how often it has read what is right
 * @refused: how often it got SIGBUS
 */
struct slot {
	__u64 seen;
	__u64 revoked;
	__u64 touched;
	__u64 refused;
};

/**
 * struct board - what all share
 * @slots: of each process
 */
struct board {
	struct slot slots[PROCESSES];
};

FIXTURE(storm) {
	struct live live;
	struct board *board;
	int fd;
	__u32 *words;
	__u32 seed;
};

FIXTURE_SETUP(storm) {
	__u32 i;

	ASSERT_EQ(0, live_begin(&self->live));
	self->board = mmap(NULL, sizeof(*self->board), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->board);
	self->fd = region_make(NULL, PAGES * PAGE);
	self->words = region_map(self->fd, PAGES * PAGE,
				 PROT_READ | PROT_WRITE);
	for (i = 0; i < PAGES; i++)
		self->words[i * PAGE / 4] = MARK + i;
}

FIXTURE_TEARDOWN(storm) {
	munmap(self->words, PAGES * PAGE);
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

static __u64 load(const __u64 *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void store(__u64 *word, __u64 value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static void lend(const __u32 *word, __u32 marker)
{
	struct iovec vec = { .iov_base = (void *)word, .iov_len = 4 };
	__u32 got;
	int pipes[2];

	must_errno(pipe(pipes));
	if (vmsplice(pipes[1], &vec, 1, SPLICE_F_NONBLOCK) == 4) {
		check(read(pipes[0], &got, sizeof(got)) == 4);
		check(got == marker);
	}
	close(pipes[0]);
	close(pipes[1]);
}

static void touch_forked(const __u32 *word, __u32 marker)
{
	__u32 got;
	pid_t pid = fork();
	int status;

	must_errno(pid);
	if (!pid)
		_exit(region_reads(word, &got) && got != marker);
	check(waitpid(pid, &status, 0) == pid && !status);
}

static __u32 *move(__u32 *words, size_t size)
{
	void *place = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);
	void *moved = mremap(words, size, size, MREMAP_MAYMOVE | MREMAP_FIXED,
			     place);

	must_errno(moved == MAP_FAILED ? -1 : 0);
	return moved;
}

/* Waits as long as the marker is there. */
static void sleep_on(const __u32 *word, __u32 marker)
{
	const struct timespec soon = { .tv_nsec = 100000 };

	check(syscall(SYS_futex, word, FUTEX_WAIT, marker, &soon, NULL, 0) < 0);
	/* EAGAIN would be that something else is there. */
	check(errno == ETIMEDOUT || errno == EFAULT || errno == EINTR);
}

/* Often nothing, seldom what takes long */
static __u32 *disturb(__u32 *words, size_t size, __u32 *word, __u32 marker,
		      __u32 what)
{
	switch (what) {
	case 0:
		lend(word, marker);
		break;
	case 1:
		touch_forked(word, marker);
		break;
	case 2:
		return move(words, size);
	case 3:
		madvise(word, PAGE, MADV_DONTNEED);
		break;
	case 4:
		sleep_on(word, marker);
		break;
	default:
		break;
	}
	return words;
}

/* Uses a view until it is gone. */
static void use(struct slot *slot, int fd, __u64 round, __u32 *seed)
{
	struct kipc_region_info info = region_info(fd);
	size_t size = (size_t)info.size;
	__u32 *words = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	__u32 first = (__u32)(info.offset / PAGE), page, got;
	bool was_revoked;

	if (words == MAP_FAILED) {
		check(errno == EKEYREVOKED);
		return;
	}
	store(&slot->seen, round);
	do {
		page = next_random(seed) % (__u32)(size / PAGE);
		was_revoked = load(&slot->revoked) >= round;
		if (region_reads(words + page * PAGE / 4, &got)) {
			check(got == MARK + first + page);
			check(!was_revoked);
			slot->touched++;
		} else {
			slot->refused++;
			break;
		}
		words = disturb(words, size, words + page * PAGE / 4,
				MARK + first + page, next_random(seed) % 64);
	} while (!was_revoked);
	munmap(words, size);
}

/**
 * struct member - a process
 * @self: the storm
 * @number: which
 * @sock: where its views come from
 * @round: the number of its view
 * @fd: a descriptor of that, or of what it was made from
 * @id: the number of that in the region
 * @inner: a descriptor of what was made from that, or -1
 */
struct member {
	struct _test_data_storm *self;
	__u32 number;
	int sock[2];
	__u64 round;
	int fd;
	__u64 id;
	int inner;
};

static void touch(int sock, void *arg)
{
	struct member *member = arg;
	struct slot *slot = &member->self->board->slots[member->number];
	__u32 seed = member->self->seed + member->number;
	__u64 round = 0;
	int fd;

	(void)sock;
	close(member->sock[0]);
	for (;;) {
		fd = fd_recv(member->sock[1]);
		if (fd < 0)
			break;
		use(slot, fd, ++round, &seed);
		close(fd);
	}
}

/* Gives a process a view. */
static void give_one(struct _test_data_storm *self, struct member *member)
{
	/* No two of those that are there at once have a page in common. */
	size_t size = PAGES / PROCESSES * PAGE;

	member->fd = (int)must(region_view(self->fd, R_READ,
					   member->number * size, size,
					   &member->id));
	/* Or one that was made from that */
	member->inner = next_random(&self->seed) % 4 ?
			-1 : region_derive(member->fd, R_READ);
	member->round++;
	fd_send(member->sock[0],
		member->inner < 0 ? member->fd : member->inner);
}

/* Takes it away: mostly when it is in use, sometimes before. */
static void revoke_one(struct _test_data_storm *self, struct member *member)
{
	struct slot *slot = &self->board->slots[member->number];
	bool is_used = next_random(&self->seed) % 16;

	while (is_used && load(&slot->seen) < member->round)
		sched_yield();
	check(!region_revoke(self->fd, member->id));
	store(&slot->revoked, member->round);
	close(member->fd);
	close(member->inner);
}

TEST_F_TIMEOUT(storm, revocations, 3600) {
	__u32 count = number_from("KIPC_STORM_REVOCATIONS", REVOCATIONS);
	struct member members[PROCESSES] = { 0 };
	struct child children[PROCESSES];
	__u64 touched = 0, refused = 0;
	__u32 done, first, i;

	self->seed = number_from("KIPC_STORM_SEED", (__u32)time(NULL));
	TH_LOG("KIPC_STORM_SEED=%u, %u revocations", self->seed, count);
	for (i = 0; i < PROCESSES; i++) {
		members[i].self = self;
		members[i].number = i;
		must_errno(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
				      members[i].sock));
	}
	for (i = 0; i < PROCESSES; i++)
		child_start(&children[i], CHILD_SHARES, touch, &members[i]);
	for (i = 0; i < PROCESSES; i++)
		close(members[i].sock[1]);
	for (done = 0; done < count; done += PROCESSES) {
		for (i = 0; i < PROCESSES; i++)
			give_one(self, &members[i]);
		first = next_random(&self->seed);
		for (i = 0; i < PROCESSES; i++)
			revoke_one(self, &members[(first + i) % PROCESSES]);
	}
	for (i = 0; i < PROCESSES; i++)
		shutdown(members[i].sock[0], SHUT_WR);
	for (i = 0; i < PROCESSES; i++) {
		EXPECT_EQ(0, child_end(&children[i]));
		touched += self->board->slots[i].touched;
		refused += self->board->slots[i].refused;
	}
	TH_LOG("%llu reads, %llu refused", touched, refused);
	/* Whoever has begun to use a view is refused once. */
	EXPECT_LT(count / 2, refused);
	EXPECT_LT(count / 10, touched);
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(MARK + i, self->words[i * PAGE / 4]);
	EXPECT_EQ(PAGES * PAGE, region_info(self->fd).resident);
}

TEST_HARNESS_MAIN
