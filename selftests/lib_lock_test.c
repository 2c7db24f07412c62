// SPDX-License-Identifier: GPL-2.0-only
/* Locks in regions, by the library; and what a mutex does to priorities. */
#include <kipc.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "policy.h"
#include "selftest.h"
#include "task.h"

#define BOTH		(KIPC_REGION_READ | KIPC_REGION_WRITE)

#define PATIENT		5
#define URGENT		7

struct state {
	struct kipc_mutex mutex;
	struct kipc_semaphore held;
	struct kipc_semaphore release;
};

FIXTURE(lock)
{
	struct live live;
	struct state *mine;
	struct state *yours;
	size_t size;
};

/* Two views of one region, mapped at different addresses */
FIXTURE_SETUP(lock)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int view, other;

	ASSERT_EQ(0, live_begin(&self->live));
	view = kipc_region_open(NULL, NULL, BOTH, 0, page);
	other = kipc_region_view(view, BOTH, 0, 0, NULL);
	ASSERT_EQ(0, kipc_region_map(view, (void **)&self->mine, &self->size));
	ASSERT_EQ(0, kipc_region_map(other, (void **)&self->yours,
				     &self->size));
	close(view);
	close(other);
	ASSERT_EQ(0, kipc_mutex_init(&self->mine->mutex));
	ASSERT_EQ(0, kipc_semaphore_init(&self->mine->held, 0));
	ASSERT_EQ(0, kipc_semaphore_init(&self->mine->release, 0));
}

FIXTURE_TEARDOWN(lock)
{
	munmap(self->mine, self->size);
	munmap(self->yours, self->size);
	EXPECT_EQ(0, live_end(&self->live));
}

/* Holds the mutex, through the other view, until it is told to stop */
static pid_t start_owner(struct state *yours)
{
	pid_t child = fork();

	if (child)
		return child;
	policy_set(0, NICE(PATIENT));
	kipc_mutex_lock(&yours->mutex, KIPC_FOREVER);
	kipc_semaphore_post(&yours->held);
	kipc_semaphore_wait(&yours->release, KIPC_FOREVER);
	kipc_mutex_unlock(&yours->mutex);
	kipc_semaphore_wait(&yours->release, KIPC_FOREVER);
	_exit(0);
}

static void *wait_for_mutex(void *arg)
{
	struct state *mine = arg;

	policy_set(0, FIFO(URGENT));
	must(kipc_mutex_lock(&mine->mutex, KIPC_FOREVER));
	must(kipc_mutex_unlock(&mine->mutex));
	return NULL;
}

/* The 18th field, in which a loan is seen: 0 to 39 by nice values, below 0 real-time ones */
static long priority_of(pid_t pid)
{
	char path[32], text[512];
	char *field;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	must_errno(file ? 0 : -1);
	must_errno(fgets(text, sizeof(text), file) ? 0 : -1);
	fclose(file);
	field = strrchr(text, ')');
	for (int i = 2; i < 18; i++)
		field = strchr(field + 1, ' ');
	return strtol(field, NULL, 10);
}

static bool gets_priority(pid_t pid, long priority)
{
	__u64 end = after(10 * SECOND);

	while (priority_of(pid) != priority && now() < end)
		pause_ms(1);
	return priority_of(pid) == priority;
}

TEST_F(lock, lends_priority)
{
	pid_t owner = start_owner(self->yours);
	pthread_t thread;
	int status;

	ASSERT_EQ(0, kipc_semaphore_wait(&self->mine->held, KIPC_FOREVER));
	EXPECT_EQ(20 + PATIENT, priority_of(owner));
	pthread_create(&thread, NULL, wait_for_mutex, self->mine);
	EXPECT_TRUE(gets_priority(owner, -1 - URGENT));
	EXPECT_EQ(0, kipc_semaphore_post(&self->mine->release));
	pthread_join(thread, NULL);
	EXPECT_TRUE(gets_priority(owner, 20 + PATIENT));
	kipc_semaphore_post(&self->mine->release);
	waitpid(owner, &status, 0);
	EXPECT_EQ(0, status);
}

TEST_F(lock, outlives_its_owner)
{
	pid_t owner = start_owner(self->yours);

	ASSERT_EQ(0, kipc_semaphore_wait(&self->mine->held, KIPC_FOREVER));
	EXPECT_EQ(-ETIMEDOUT, kipc_mutex_lock(&self->mine->mutex,
					      kipc_deadline_ms(50)));
	kill(owner, SIGKILL);
	EXPECT_EQ(-EOWNERDEAD, kipc_mutex_lock(&self->mine->mutex,
					       kipc_deadline_ms(10000)));
	EXPECT_EQ(0, kipc_mutex_recover(&self->mine->mutex));
	EXPECT_EQ(0, kipc_mutex_unlock(&self->mine->mutex));
	EXPECT_EQ(0, kipc_mutex_lock(&self->yours->mutex, KIPC_NO_WAIT));
	EXPECT_EQ(0, kipc_mutex_unlock(&self->yours->mutex));
	waitpid(owner, NULL, 0);
}

TEST_HARNESS_MAIN
