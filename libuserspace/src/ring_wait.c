// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Waiting for the other side of a ring: looking for a while, then sleeping, and noticing
 * that nobody will come.
 */
#include <poll.h>
#include <time.h>

#include "futex.h"
#include "peer.h"
#include "ring.h"

/* Looks before sleeping are at least so many, if there is more than one CPU */
#define SPIN_MIN	8
/* Without sleep, look for the others' death and for lost wake-ups after so long */
#define SLICE_MIN_NS	10000000ULL
#define SLICE_MAX_NS	80000000ULL
/* A word that changes so often while there is nothing to be had is a hostile peer's */
#define CHURN_MAX	64
#define CHURN_PAUSE_NS	1000000L

/**
 * struct sleep - one time of waiting
 * @deadline: when to give up
 * @slice: how long to sleep at most
 * @check: when to look for the others' death
 * @churn: how often it did not sleep in spite of there being nothing
 */
struct sleep {
	uint64_t deadline;
	uint64_t slice;
	uint64_t check;
	unsigned int churn;
};

/* That this CPU only waits, where the compiler has a word for it */
static void relax(void)
{
#if __has_builtin(__builtin_ia32_pause)
	__builtin_ia32_pause();
#elif __has_builtin(__builtin_arm_yield)
	__builtin_arm_yield();
#endif
}

/* More looks next time if they were of use, fewer if not */
static int spin(struct kipc_ring *ring, int (*ready)(struct kipc_ring *ring))
{
	int ret;

	for (unsigned int i = 0; i < ring->spin; i++) {
		relax();
		ret = ready(ring);
		if (ret == -EAGAIN)
			continue;
		if (ring->spin < ring->spin_max)
			ring->spin *= 2;
		return ret;
	}
	if (ring->spin > SPIN_MIN)
		ring->spin /= 2;
	return -EAGAIN;
}

static uint64_t *other_places(struct kipc_ring *ring, unsigned int *count)
{
	if (ring->role == KIPC_RING_CONSUMER) {
		*count = ring->producers;
		return ring->shared->places;
	}
	*count = ring->consumers;
	return ring->shared->places + ring->producers;
}

static uint32_t had_others(const struct kipc_ring *ring)
{
	return ring->role == KIPC_RING_CONSUMER ?
	       KIPC_RING_HAD(KIPC_RING_PRODUCER) :
	       KIPC_RING_HAD(KIPC_RING_CONSUMER);
}

/*
 * Whether the others have been there and left. Those who never came are waited for.
 * Places are looked at last: who takes one sets the mark in @had after that.
 */
static bool deserted(struct kipc_ring *ring)
{
	unsigned int count;
	uint64_t *places = other_places(ring, &count);

	/* Pairs with join(). */
	return __atomic_load_n(&ring->shared->had, __ATOMIC_SEQ_CST) &
	       had_others(ring) && !kipc_peer_any(places, count);
}

int kipc_ring_ask_view(const struct kipc_ring *ring)
{
	struct pollfd pollfd = { .fd = ring->view };

	if (ring->view < 0 || poll(&pollfd, 1, 0) <= 0)
		return 0;
	if (pollfd.revents & POLLERR)
		return -EKEYREVOKED;
	return pollfd.revents & POLLHUP ? -EPIPE : 0;
}

/*
 * Who took a place and died has been there, even if he came no further. If there is no other
 * view any more, nobody lives of whom it cannot be known.
 */
int kipc_ring_peers(struct kipc_ring *ring)
{
	int view = kipc_ring_ask_view(ring);
	unsigned int count;
	uint64_t *places = other_places(ring, &count);

	if (view == -EKEYREVOKED)
		return view;
	if (kipc_peer_any(places, count))
		__atomic_fetch_or(&ring->shared->had, had_others(ring),
				  __ATOMIC_SEQ_CST);
	return (int)kipc_peer_count(places, count, ring->mark,
				    view != -EPIPE);
}

/* The end of a slice, or the deadline if that is earlier */
static uint64_t slice_end(const struct sleep *sleep)
{
	uint64_t end = kipc_deadline_ns(sleep->slice);

	return sleep->deadline != KIPC_FOREVER && sleep->deadline < end ?
	       sleep->deadline : end;
}

/* A peer that keeps changing the word must not keep this CPU busy */
static void calm_down(struct sleep *sleep)
{
	const struct timespec pause = { .tv_nsec = CHURN_PAUSE_NS };

	if (++sleep->churn < CHURN_MAX)
		return;
	sleep->churn = 0;
	clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

static int sleep_once(struct kipc_ring *ring, uint32_t *word,
		      struct sleep *sleep)
{
	int ret = kipc_futex_wait(word, 1, slice_end(sleep));

	if (ret == -EINTR)
		return ret;
	if (ret == -EFAULT)
		return kipc_ring_ask_view(ring) ? -EKEYREVOKED : ret;
	if (ret != -ETIMEDOUT)
		calm_down(sleep);
	if (!kipc_deadline_remaining(sleep->deadline))
		return -ETIMEDOUT;
	if (kipc_deadline_remaining(sleep->check))
		return 0;
	if (sleep->slice < SLICE_MAX_NS)
		sleep->slice *= 2;
	sleep->check = kipc_deadline_ns(sleep->slice);
	/* Frees the places of who is dead, so that deserted() knows */
	ret = kipc_ring_peers(ring);
	return ret < 0 ? ret : 0;
}

static int sleep_until_ready(struct kipc_ring *ring, uint32_t *word,
			     int (*ready)(struct kipc_ring *ring),
			     uint64_t deadline)
{
	struct sleep sleep = {
		.deadline = deadline,
		.slice = SLICE_MIN_NS,
		.check = kipc_deadline_ns(SLICE_MIN_NS),
	};
	int ret, error = 0;

	while (error != -EKEYREVOKED) {
		/* Pairs with the look at the word of who moves a position. */
		__atomic_store_n(word, 1, __ATOMIC_SEQ_CST);
		if (!error && deserted(ring))
			error = -EPIPE;
		/* Last, so that what came before the others left is not lost */
		ret = ready(ring);
		if (ret != -EAGAIN)
			return ret;
		if (error)
			return error;
		error = sleep_once(ring, word, &sleep);
	}
	return error;
}

int kipc_ring_wait(struct kipc_ring *ring, uint32_t *word,
		   int (*ready)(struct kipc_ring *ring), uint64_t deadline)
{
	bool alone = ring->role == KIPC_RING_PRODUCER || ring->consumers == 1;
	int ret;

	if (deadline == KIPC_NO_WAIT) {
		if (!deserted(ring))
			return -EAGAIN;
		ret = ready(ring);
		return ret == -EAGAIN ? -EPIPE : ret;
	}
	ret = spin(ring, ready);
	if (ret != -EAGAIN)
		return ret;
	ret = sleep_until_ready(ring, word, ready, deadline);
	/* Others may sleep on the same word; then it is left to be found. */
	if (alone && ret != -EKEYREVOKED)
		__atomic_store_n(word, 0, __ATOMIC_RELAXED);
	return ret;
}

void kipc_ring_wake(uint32_t *word, unsigned int count)
{
	/* First, so that who comes now does not sleep */
	__atomic_store_n(word, 0, __ATOMIC_SEQ_CST);
	kipc_futex_wake(word, count);
}
