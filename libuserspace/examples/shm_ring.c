// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A ring in a region: one process writes messages of 64 bytes, another one reads them and
 * prints how many came per second. Each begins when it likes, and notices when the other one
 * ends.
 *
 *	shm_ring read &
 *	shm_ring write 10000000
 *	shm_ring unlink
 *
 * Or both in one, as two processes, with a region without a name:
 *
 *	shm_ring both 10000000
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <kipc.h>

#define NAME		"example.ring"
#define BOTH		(KIPC_REGION_READ | KIPC_REGION_WRITE)
#define BATCH		64
#define SIZE		64

struct message {
	uint64_t number;
	char text[SIZE - sizeof(uint64_t)];
};

static const struct kipc_ring_options options = {
	.producers = 1,
	.consumers = 1,
	.size = 1 << 16,
};

static int fail(const char *what, int error)
{
	fprintf(stderr, "shm_ring: %s: %s\n", what, strerror(-error));
	return 1;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Write @count messages in batches: each batch becomes visible at once */
static int write_all(struct kipc_ring *ring, uint64_t count)
{
	struct message messages[BATCH] = { 0 };
	struct iovec vec[BATCH];
	uint64_t number = 0;
	unsigned int wanted;
	int ret;

	while (number < count) {
		wanted = count - number < BATCH ? count - number : BATCH;
		for (unsigned int i = 0; i < wanted; i++) {
			messages[i].number = number + i;
			vec[i].iov_base = &messages[i];
			vec[i].iov_len = sizeof(messages[i]);
		}
		ret = kipc_ring_write_batch(ring, vec, wanted, KIPC_FOREVER);
		if (ret < 0)
			return fail("write", ret);
		number += (unsigned int)ret;
	}
	return 0;
}

/* Read until the writer has gone */
static int read_all(struct kipc_ring *ring)
{
	struct message messages[BATCH];
	struct kipc_ring_record records[BATCH];
	uint64_t count = 0, lost = 0, next = 0;
	double start = 0;
	int ret;

	for (unsigned int i = 0; i < BATCH; i++) {
		records[i].data = &messages[i];
		records[i].room = sizeof(messages[i]);
	}
	while ((ret = kipc_ring_read_batch(ring, records, BATCH,
					   KIPC_FOREVER)) > 0) {
		if (!count)
			start = now();
		for (int i = 0; i < ret; i++) {
			lost += messages[i].number - next;
			next = messages[i].number + 1;
		}
		count += (unsigned int)ret;
	}
	if (ret != -EPIPE)
		return fail("read", ret);
	printf("%llu messages, %llu lost, %.0f per second\n",
	       (unsigned long long)count, (unsigned long long)lost,
	       count ? (double)count / (now() - start) : 0);
	return 0;
}

/* Whoever comes first makes it */
static int open_view(void)
{
	int view = kipc_ring_create(NULL, NAME, 0600, &options);

	if (view != -EEXIST)
		return view;
	return kipc_region_open(NULL, NAME, BOTH, 0, 0);
}

/* @count is for the writer */
static int run(int view, enum kipc_ring_role role, uint64_t count)
{
	struct kipc_ring *ring;
	int ret;

	ret = kipc_ring_open(view, role, kipc_deadline_ms(10000), &ring);
	close(view);
	if (ret)
		return fail("ring", ret);
	ret = role == KIPC_RING_PRODUCER ? write_all(ring, count) :
					   read_all(ring);
	kipc_ring_detach(ring);
	return ret;
}

static int run_by_name(enum kipc_ring_role role, uint64_t count)
{
	int view = open_view();

	return view < 0 ? fail(NAME, view) : run(view, role, count);
}

/* The child gets a view of its own: so each side is told if the other one is gone */
static int run_both(uint64_t count)
{
	int view = kipc_ring_create(NULL, NULL, 0, &options);
	int other, ret, status;
	pid_t child;

	if (view < 0)
		return fail("create", view);
	other = kipc_region_view(view, BOTH, 0, 0, NULL);
	if (other < 0)
		return fail("view", other);
	child = fork();
	if (child < 0)
		return fail("fork", -errno);
	if (!child) {
		close(view);
		exit(run(other, KIPC_RING_PRODUCER, count));
	}
	close(other);
	ret = run(view, KIPC_RING_CONSUMER, 0);
	waitpid(child, &status, 0);
	return ret || status;
}

int main(int argc, char **argv)
{
	uint64_t count = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
	int ret;

	if (argc == 2 && !strcmp(argv[1], "read"))
		return run_by_name(KIPC_RING_CONSUMER, 0);
	if (count && !strcmp(argv[1], "write"))
		return run_by_name(KIPC_RING_PRODUCER, count);
	if (count && !strcmp(argv[1], "both"))
		return run_both(count);
	if (argc == 2 && !strcmp(argv[1], "unlink")) {
		ret = kipc_region_unlink(NULL, NAME);
		return ret ? fail(NAME, ret) : 0;
	}
	fprintf(stderr,
		"usage: shm_ring read | write COUNT | both COUNT | unlink\n");
	return 2;
}
