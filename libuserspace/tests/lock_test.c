// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Locks between processes: errors, deadlines, and owners that die. */
#define _GNU_SOURCE

#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include "sharing.h"

#define CHILDREN	3U
#define ROUNDS		2000U

/* What is shared: two counters that are equal whenever nobody holds the mutex */
struct state {
	struct kipc_mutex mutex;
	struct kipc_semaphore semaphore;
	struct kipc_condition condition;
	struct kipc_barrier barrier;
	unsigned int left;
	unsigned int right;
	unsigned int ready;
};

static struct sharing sharing;
static struct state *state;

#ifdef __SANITIZE_THREAD__
/*
 * ThreadSanitizer sees the threads of one process only, and takes the mistakes that are made
 * here on purpose for real ones.
 */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "report_mutex_bugs=0";
}
#endif

static void begin(void)
{
	sharing_new(&sharing, sizeof(struct state));
	state = (void *)sharing.memory;
	EXPECT_EQ(0, kipc_mutex_init(&state->mutex));
	EXPECT_EQ(0, kipc_semaphore_init(&state->semaphore, 0));
	EXPECT_EQ(0, kipc_condition_init(&state->condition));
	EXPECT_EQ(0, kipc_barrier_init(&state->barrier, CHILDREN + 1));
}

static void end(void)
{
	sharing_free(&sharing);
}

/* Holds the mutex, in the middle of a change, until it is killed */
static int die_holding(struct sharing *shared, unsigned int number)
{
	(void)shared;
	(void)number;
	kipc_mutex_lock(&state->mutex, KIPC_FOREVER);
	state->left++;
	kipc_semaphore_post(&state->semaphore);
	pause();
	return 1;
}

static pid_t start_owner(void)
{
	pid_t child = child_start(die_holding, &sharing, 0);

	EXPECT_EQ(0, kipc_semaphore_wait(&state->semaphore, KIPC_FOREVER));
	return child;
}

static void mutex_is_checked(void)
{
	pid_t owner;

	begin();
	EXPECT_EQ(-EPERM, kipc_mutex_unlock(&state->mutex));
	EXPECT_EQ(0, kipc_mutex_lock(&state->mutex, KIPC_NO_WAIT));
	EXPECT_EQ(-EDEADLK, kipc_mutex_lock(&state->mutex, KIPC_FOREVER));
	EXPECT_EQ(-EDEADLK, kipc_mutex_lock(&state->mutex,
					    kipc_deadline_ms(1000)));
	EXPECT_EQ(-EINVAL, kipc_mutex_recover(&state->mutex));
	EXPECT_EQ(0, kipc_mutex_unlock(&state->mutex));
	EXPECT_EQ(0, kipc_mutex_lock(&state->mutex, kipc_deadline_ms(1000)));
	EXPECT_EQ(0, kipc_mutex_unlock(&state->mutex));
	owner = start_owner();
	EXPECT_EQ(-EAGAIN, kipc_mutex_lock(&state->mutex, KIPC_NO_WAIT));
	EXPECT_EQ(-ETIMEDOUT, kipc_mutex_lock(&state->mutex,
					      kipc_deadline_ms(30)));
	EXPECT_EQ(-EPERM, kipc_mutex_unlock(&state->mutex));
	child_kill(owner);
	EXPECT_EQ(-EOWNERDEAD, kipc_mutex_lock(&state->mutex, KIPC_NO_WAIT));
	EXPECT_EQ(0, kipc_mutex_recover(&state->mutex));
	EXPECT_EQ(0, kipc_mutex_unlock(&state->mutex));
	end();
}

/* The next owner puts right what the dead one left half done */
static void mutex_is_recovered(void)
{
	begin();
	child_kill(start_owner());
	EXPECT_EQ(-EOWNERDEAD, kipc_mutex_lock(&state->mutex, KIPC_FOREVER));
	EXPECT(state->left != state->right);
	state->right = state->left;
	EXPECT_EQ(0, kipc_mutex_recover(&state->mutex));
	EXPECT_EQ(0, kipc_mutex_unlock(&state->mutex));
	EXPECT_EQ(0, kipc_mutex_lock(&state->mutex, KIPC_FOREVER));
	EXPECT_EQ(state->left, state->right);
	EXPECT_EQ(0, kipc_mutex_unlock(&state->mutex));
	end();
}

static void mutex_is_lost_without_recovery(void)
{
	begin();
	child_kill(start_owner());
	EXPECT_EQ(-EOWNERDEAD, kipc_mutex_lock(&state->mutex,
					       kipc_deadline_ms(1000)));
	EXPECT_EQ(0, kipc_mutex_unlock(&state->mutex));
	EXPECT_EQ(-ENOTRECOVERABLE, kipc_mutex_lock(&state->mutex, KIPC_FOREVER));
	EXPECT_EQ(-ENOTRECOVERABLE, kipc_mutex_lock(&state->mutex, KIPC_NO_WAIT));
	EXPECT_EQ(-ENOTRECOVERABLE, kipc_mutex_lock(&state->mutex,
						    kipc_deadline_ms(1000)));
	end();
}

static int wait_for_mutex(struct sharing *shared, unsigned int number)
{
	int ret;

	(void)shared;
	(void)number;
	ret = kipc_mutex_lock(&state->mutex, KIPC_FOREVER);
	if (ret == -EOWNERDEAD)
		kipc_mutex_recover(&state->mutex);
	kipc_mutex_unlock(&state->mutex);
	return -ret;
}

/* One of those who sleep gets it, and the others after it */
static void death_wakes_who_waits(void)
{
	pid_t owner, waiters[CHILDREN];
	unsigned int heirs = 0;

	begin();
	owner = start_owner();
	for (unsigned int i = 0; i < CHILDREN; i++)
		waiters[i] = child_start(wait_for_mutex, &sharing, i);
	for (unsigned int i = 0; i < CHILDREN; i++)
		child_await_sleep(waiters[i]);
	child_kill(owner);
	for (unsigned int i = 0; i < CHILDREN; i++)
		heirs += child_wait(waiters[i]) == EOWNERDEAD;
	EXPECT_EQ(1, heirs);
	end();
}

static int lock_for_ever(struct sharing *shared, unsigned int number)
{
	int ret;

	(void)shared;
	(void)number;
	for (;;) {
		ret = kipc_mutex_lock(&state->mutex, KIPC_FOREVER);
		if (ret == -EOWNERDEAD) {
			state->right = state->left;
			ret = kipc_mutex_recover(&state->mutex);
		}
		if (ret || state->left != state->right)
			return 1;
		state->left++;
		state->right++;
		kipc_mutex_unlock(&state->mutex);
	}
}

/* Killed at random times: the mutex is never lost, nor held by two */
static void owners_are_killed(void)
{
	pid_t children[CHILDREN];
	uint64_t random = 1;

	begin();
	for (unsigned int i = 0; i < CHILDREN; i++)
		children[i] = child_start(lock_for_ever, &sharing, i);
	for (unsigned int i = 0; i < 200; i++) {
		usleep((useconds_t)(random_next(&random) % 3000));
		kill(children[i % CHILDREN], SIGKILL);
		EXPECT_EQ(-SIGKILL, child_wait(children[i % CHILDREN]));
		children[i % CHILDREN] = child_start(lock_for_ever, &sharing, i);
	}
	for (unsigned int i = 0; i < CHILDREN; i++)
		child_kill(children[i]);
	EXPECT_EQ(0, wait_for_mutex(&sharing, 0) % EOWNERDEAD);
	end();
}

static void semaphore_counts(void)
{
	begin();
	EXPECT_EQ(-EINVAL, kipc_semaphore_init(&state->semaphore,
					       SEM_VALUE_MAX + 1U));
	EXPECT_EQ(0, kipc_semaphore_init(&state->semaphore, 2));
	EXPECT_EQ(0, kipc_semaphore_wait(&state->semaphore, KIPC_NO_WAIT));
	EXPECT_EQ(0, kipc_semaphore_wait(&state->semaphore,
					 kipc_deadline_ms(1000)));
	EXPECT_EQ(-EAGAIN, kipc_semaphore_wait(&state->semaphore,
					       KIPC_NO_WAIT));
	EXPECT_EQ(-ETIMEDOUT, kipc_semaphore_wait(&state->semaphore,
						  kipc_deadline_ms(30)));
	EXPECT_EQ(0, kipc_semaphore_post(&state->semaphore));
	EXPECT_EQ(0, kipc_semaphore_wait(&state->semaphore, KIPC_FOREVER));
	EXPECT_EQ(0, kipc_semaphore_init(&state->semaphore, SEM_VALUE_MAX));
	EXPECT_EQ(-EOVERFLOW, kipc_semaphore_post(&state->semaphore));
	end();
}

/* Two conditions in one: whose turn it is */
static int take_turns(struct sharing *shared, unsigned int number)
{
	(void)shared;
	for (unsigned int i = 0; i < ROUNDS / 10; i++) {
		if (kipc_mutex_lock(&state->mutex, KIPC_FOREVER))
			return 1;
		while (state->ready % CHILDREN != number) {
			if (kipc_condition_wait(&state->condition,
						&state->mutex, KIPC_FOREVER))
				return 2;
		}
		state->ready++;
		kipc_condition_broadcast(&state->condition);
		kipc_mutex_unlock(&state->mutex);
	}
	return 0;
}

static void conditions_are_waited_for(void)
{
	pid_t children[CHILDREN];

	begin();
	EXPECT_EQ(-EPERM, kipc_condition_wait(&state->condition, &state->mutex,
					      KIPC_FOREVER));
	EXPECT_EQ(0, kipc_mutex_lock(&state->mutex, KIPC_FOREVER));
	EXPECT_EQ(-ETIMEDOUT, kipc_condition_wait(&state->condition,
						  &state->mutex,
						  kipc_deadline_ms(30)));
	EXPECT_EQ(-ETIMEDOUT, kipc_condition_wait(&state->condition,
						  &state->mutex, KIPC_NO_WAIT));
	EXPECT_EQ(0, kipc_mutex_unlock(&state->mutex));
	EXPECT_EQ(0, kipc_condition_signal(&state->condition));
	for (unsigned int i = 0; i < CHILDREN; i++)
		children[i] = child_start(take_turns, &sharing, i);
	for (unsigned int i = 0; i < CHILDREN; i++)
		EXPECT_EQ(0, child_wait(children[i]));
	EXPECT_EQ(CHILDREN * (ROUNDS / 10), state->ready);
	end();
}

static int sleep_on_condition(struct sharing *shared, unsigned int number)
{
	int ret;

	(void)shared;
	(void)number;
	kipc_mutex_lock(&state->mutex, KIPC_FOREVER);
	state->ready = 1;
	do {
		ret = kipc_condition_wait(&state->condition, &state->mutex,
					  KIPC_FOREVER);
	} while (!ret && state->ready == 1);
	return -ret;
}

static int signal_and_die(struct sharing *shared, unsigned int number)
{
	(void)shared;
	(void)number;
	kipc_mutex_lock(&state->mutex, KIPC_FOREVER);
	state->ready = 2;
	kipc_condition_signal(&state->condition);
	raise(SIGKILL);
	return 1;
}

/* Who wakes and finds that the mutex's owner died is told, and holds it */
static void condition_tells_of_death(void)
{
	pid_t sleeper;

	begin();
	sleeper = child_start(sleep_on_condition, &sharing, 0);
	do {
		usleep(1000);
		EXPECT_EQ(0, kipc_mutex_lock(&state->mutex, KIPC_FOREVER));
		kipc_mutex_unlock(&state->mutex);
	} while (!__atomic_load_n(&state->ready, __ATOMIC_RELAXED));
	EXPECT_EQ(-SIGKILL, child_wait(child_start(signal_and_die, &sharing,
						   0)));
	EXPECT_EQ(EOWNERDEAD, child_wait(sleeper));
	/* It did not recover it, but died as well. */
	EXPECT_EQ(-EOWNERDEAD, kipc_mutex_lock(&state->mutex, KIPC_FOREVER));
	end();
}

static int meet(struct sharing *shared, unsigned int number)
{
	int chosen = 0, ret;

	(void)shared;
	(void)number;
	for (unsigned int i = 0; i < 100; i++) {
		__atomic_add_fetch(&state->left, 1, __ATOMIC_RELAXED);
		ret = kipc_barrier_wait(&state->barrier);
		if (ret < 0 || __atomic_load_n(&state->left, __ATOMIC_RELAXED) <
		    (i + 1) * (CHILDREN + 1))
			return 255;
		chosen += ret;
		kipc_barrier_wait(&state->barrier);
	}
	return chosen;
}

static void all_meet_at_the_barrier(void)
{
	pid_t children[CHILDREN];
	int chosen;

	begin();
	EXPECT_EQ(-EINVAL, kipc_barrier_init(&state->barrier, 0));
	for (unsigned int i = 0; i < CHILDREN; i++)
		children[i] = child_start(meet, &sharing, i);
	chosen = meet(&sharing, CHILDREN);
	for (unsigned int i = 0; i < CHILDREN; i++)
		chosen += child_wait(children[i]);
	EXPECT_EQ(100, chosen);
	end();
}

static const struct test tests[] = {
	TEST(mutex_is_checked),
	TEST(mutex_is_recovered),
	TEST(mutex_is_lost_without_recovery),
	TEST(death_wakes_who_waits),
	TEST(owners_are_killed),
	TEST(semaphore_counts),
	TEST(conditions_are_waited_for),
	TEST(condition_tells_of_death),
	TEST(all_meet_at_the_barrier),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
