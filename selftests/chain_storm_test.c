// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random events over nested chains of five processes: they are killed, stopped and
 * interrupted, frozen and thawed, they close their endpoints and end their nodes in
 * the middle of it all, answer late or never, and their deadlines pass. Whatever
 * happens, nothing may leak, block or warn: the counters of what is alive must be
 * zero afterwards.
 *
 * KIPC_CHAIN_SEED repeats a storm, KIPC_CHAIN_EVENTS makes it longer.
 */
#include <kselftest_harness.h>
#include <signal.h>
#include <sys/syscall.h>

#include "chain.h"
#include "policy.h"

/* So many families at the same time */
#define FAMILIES	2
#define EVENTS		10000
/* Or up to so many times as many, until each thing has happened */
#define SLOWLY		4
/* Between two events pass at most so many microseconds. */
#define PAUSE_US	6000

/* What happens to a member */
enum event {
	KILL,
	STOP,
	RESTARTING_SIGNAL,
	SIGNAL,
	FREEZE,
	THAW,
	CLOSE,
	DESTROY,
	EVENT_KINDS,
};

/* How often, of the sum of all of these */
static const __u32 weights[EVENT_KINDS] = {
	[KILL] = 1,
	[STOP] = 2,
	[RESTARTING_SIGNAL] = 6,
	[SIGNAL] = 6,
	[FREEZE] = 3,
	[THAW] = 3,
	[CLOSE] = 2,
	[DESTROY] = 2,
};

/**
 * struct family - members that know each other by name, and what happens to them
 * @number: which one
 * @seed: of its random numbers
 * @events: how many it has to live through
 * @board: shared with the members
 * @boards: those of all families
 * @child: the members
 * @control: the endpoint on which others are frozen
 */
struct family {
	__u32 number;
	__u32 seed;
	__u32 events;
	struct chain_board *board;
	const struct chain_board *boards;
	struct child child[CHAIN_MEMBERS];
	struct endpoint control;
};

static void bear(struct family *family, __u32 number)
{
	struct chain_member member = {
		.board = family->board,
		.family = family->number,
		.number = number,
		.seed = next_random(&family->seed),
	};

	child_start(&family->child[number], CHILD_CLOSES, chain_live, &member);
}

/* A member that a failed check() ended did not die by SIGKILL. */
static void bury(struct family *family, __u32 number)
{
	memset(family->board->tid[number], 0, sizeof(family->board->tid[0]));
	kill(family->child[number].pid, SIGKILL);
	check(child_end(&family->child[number]) == -SIGKILL);
}

static void send_signal(struct family *family, __u32 number, int which)
{
	__u32 thread = next_random(&family->seed) % CHAIN_THREADS;
	pid_t tid = family->board->tid[number][thread];

	if (tid)
		syscall(SYS_tgkill, family->child[number].pid, tid, which);
}

/* The endpoint may be gone by now, or not be there yet. */
static void freeze(struct family *family, __u32 number, __u32 action)
{
	struct kipc_freeze freeze = {
		.action = action,
		.endpoint = family->board->endpoint[number],
	};
	int ret = kipc(family->control.fd, KIPC_FREEZE, &freeze);

	check(!ret || ret == -ENXIO);
}

static void order(struct family *family, __u32 number, __u32 orders)
{
	__atomic_fetch_or(&family->board->order[number], orders,
			  __ATOMIC_RELAXED);
}

static void rest(struct family *family)
{
	usleep(next_random(&family->seed) % PAUSE_US);
}

static enum event some_event(struct family *family)
{
	__u32 sum = 0, number;
	int event;

	for (event = 0; event < EVENT_KINDS; event++)
		sum += weights[event];
	number = next_random(&family->seed) % sum;
	for (event = 0; number >= weights[event]; event++)
		number -= weights[event];
	return event;
}

static void happen(struct family *family, enum event event, __u32 number)
{
	switch (event) {
	case KILL:
		bury(family, number);
		bear(family, number);
		break;
	case STOP:
		kill(family->child[number].pid, SIGSTOP);
		rest(family);
		kill(family->child[number].pid, SIGCONT);
		break;
	case RESTARTING_SIGNAL:
		send_signal(family, number, SIGUSR1);
		break;
	case SIGNAL:
		send_signal(family, number, SIGUSR2);
		break;
	case FREEZE:
		freeze(family, number, KIPC_FREEZE_ON);
		break;
	case THAW:
		freeze(family, number, KIPC_FREEZE_OFF);
		break;
	case CLOSE:
		order(family, number, CHAIN_CLOSE);
		break;
	default:
		order(family, number, CHAIN_DESTROY);
		break;
	}
}

/* What the families have lived through, all together */
static void add_up(const struct chain_board *board, struct chain_board *sum)
{
	int i, stage;

	memset(sum, 0, sizeof(*sum));
	for (i = 0; i < FAMILIES; i++) {
		for (stage = 0; stage < CHAIN_STAGES; stage++)
			sum->stages[stage] += board[i].stages[stage];
		sum->refused += board[i].refused;
		sum->canceled += board[i].canceled;
		if (board[i].deepest > sum->deepest)
			sum->deepest = board[i].deepest;
	}
}

/* Whether it was a storm over chains so far */
static bool was_storm(const struct chain_board *boards)
{
	struct chain_board sum;

	add_up(boards, &sum);
	return sum.stages[KIPC_STAGE_NOT_QUEUED] &&
	       sum.stages[KIPC_STAGE_WITHDRAWN] &&
	       sum.stages[KIPC_STAGE_RECEIVED] &&
	       sum.stages[KIPC_STAGE_DONE] && sum.stages[KIPC_STAGE_NESTED] &&
	       sum.canceled && sum.deepest > CHAIN_MEMBERS;
}

/* Where all is slow, it lasts longer. */
static bool goes_on(const struct family *family, __u32 events)
{
	return events < family->events ||
	       (events < SLOWLY * family->events &&
		!was_storm(family->boards));
}

static void live_through(int sock, void *arg)
{
	struct family *family = arg;
	__u32 i;

	/* The members are busy: what happens to them comes first. */
	policy_set_flags(0, FIFO(10), POLICY_RESET_ON_FORK);
	endpoint_open(&family->control, 0);
	for (i = 0; i < CHAIN_MEMBERS; i++)
		bear(family, i);
	for (i = 0; goes_on(family, i); i++) {
		rest(family);
		happen(family, some_event(family),
		       next_random(&family->seed) % CHAIN_MEMBERS);
	}
	for (i = 0; i < CHAIN_MEMBERS; i++)
		bury(family, i);
	tell(sock, 1);
}

FIXTURE(chain_storm) {
	struct live live;
	struct chain_board *board;
};

FIXTURE_SETUP(chain_storm) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->board = mmap(NULL, FAMILIES * sizeof(*self->board),
			   PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			   -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->board);
}

FIXTURE_TEARDOWN(chain_storm) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F_TIMEOUT(chain_storm, events_at_random, 900) {
	__u32 seed = number_from("KIPC_CHAIN_SEED", (__u32)now());
	__u32 events = number_from("KIPC_CHAIN_EVENTS", EVENTS);
	struct family family[FAMILIES];
	struct child child[FAMILIES];
	struct chain_board sum;
	__u64 begin = now();
	__u32 i;

	TH_LOG("KIPC_CHAIN_SEED=%u, %u events", seed, events);
	memset(family, 0, sizeof(family));
	for (i = 0; i < FAMILIES; i++) {
		family[i].number = i;
		family[i].seed = next_random(&seed);
		family[i].events = (events + i) / FAMILIES;
		family[i].board = &self->board[i];
		family[i].boards = self->board;
		child_start(&child[i], CHILD_CLOSES, live_through, &family[i]);
	}
	for (i = 0; i < FAMILIES; i++) {
		hear(child[i].sock);
		EXPECT_EQ(0, child_end(&child[i]));
	}
	add_up(self->board, &sum);
	TH_LOG("%llu ms; the longest chain had %u calls",
	       (unsigned long long)((now() - begin) / MILLISECOND),
	       sum.deepest);
	TH_LOG("not queued %lu (no room %lu), withdrawn %lu, received %lu",
	       sum.stages[KIPC_STAGE_NOT_QUEUED], sum.refused,
	       sum.stages[KIPC_STAGE_WITHDRAWN],
	       sum.stages[KIPC_STAGE_RECEIVED]);
	TH_LOG("reply lost %lu, done %lu, nested %lu, notices %lu",
	       sum.stages[KIPC_STAGE_REPLY_LOST], sum.stages[KIPC_STAGE_DONE],
	       sum.stages[KIPC_STAGE_NESTED], sum.canceled);
	/* It was a storm over chains. */
	EXPECT_LT(0, sum.stages[KIPC_STAGE_NOT_QUEUED]);
	EXPECT_LT(0, sum.stages[KIPC_STAGE_WITHDRAWN]);
	EXPECT_LT(0, sum.stages[KIPC_STAGE_RECEIVED]);
	EXPECT_LT(0, sum.stages[KIPC_STAGE_DONE]);
	EXPECT_LT(0, sum.stages[KIPC_STAGE_NESTED]);
	EXPECT_LT(0, sum.canceled);
	EXPECT_LT(CHAIN_MEMBERS, sum.deepest);
}

TEST_HARNESS_MAIN
