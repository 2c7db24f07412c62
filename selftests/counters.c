// SPDX-License-Identifier: GPL-2.0-only
/* What can be counted: usage, live objects, limits, and time. */
#include <time.h>

#include "selftest.h"

#define LIVE_FILE	"/sys/kernel/debug/kipc/live"
#define PARAM_DIR	"/sys/module/kipc/parameters/"
/* How long counters may take to settle: RCU on a slow debug kernel */
#define SETTLE_MS	20000

static const struct {
	const char *name;
	size_t offset;
} live_fields[] = {
	{ "domains", offsetof(struct live, domains) },
	{ "users", offsetof(struct live, users) },
	{ "endpoints", offsetof(struct live, endpoints) },
	{ "nodes", offsetof(struct live, nodes) },
	{ "handles", offsetof(struct live, handles) },
	{ "messages", offsetof(struct live, messages) },
	{ "names", offsetof(struct live, names) },
	{ "watches", offsetof(struct live, watches) },
	{ "pool_pages", offsetof(struct live, pool_pages) },
	{ "files", offsetof(struct live, files) },
	{ "shares", offsetof(struct live, shares) },
	{ "mailboxes", offsetof(struct live, mailboxes) },
	{ "letters", offsetof(struct live, letters) },
	{ "portions", offsetof(struct live, portions) },
	{ "regions", offsetof(struct live, regions) },
	{ "views", offsetof(struct live, views) },
	{ "holders", offsetof(struct live, holders) },
	{ "leases", offsetof(struct live, leases) },
};

static long *live_field(struct live *live, size_t index)
{
	return (long *)((char *)live + live_fields[index].offset);
}

void stat_get(struct endpoint *endpoint, struct kipc_stat *stat)
{
	memset(stat, 0, sizeof(*stat));
	must(kipc(endpoint->fd, KIPC_STAT, stat));
}

/* Whether nothing at all is different from @before, traffic included. */
bool stat_same(struct endpoint *endpoint, const struct kipc_stat *before)
{
	struct kipc_stat stat;

	stat_get(endpoint, &stat);
	/* Nobody waits to receive in a test that looks afterwards. */
	stat.starved = before->starved;
	return !memcmp(&stat, before, sizeof(stat));
}

/* Calls and one-way messages that wait to be received, of all endpoints */
static __u64 queued_now(void)
{
	FILE *file = fopen("/sys/kernel/debug/kipc/state", "re");
	unsigned int queued;
	char line[512];
	__u64 sum = 0;

	check(file);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, " queued %u", &queued) == 1)
			sum += queued;
	fclose(file);
	return sum;
}

/* Waits until so many messages wait to be received, in whatever queues. */
void wait_queued(__u64 count)
{
	__u64 end = after(20 * SECOND);

	while (queued_now() != count) {
		check(now() < end);
		pause_ms(1);
	}
}

int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t ret;

	if (fd < 0)
		return -errno;
	ret = write(fd, text, strlen(text));
	ret = ret < 0 ? -errno : 0;
	close(fd);
	return (int)ret;
}

/* Reads a short file as text; returns how many bytes it has. */
long file_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t ret = 1;

	if (fd < 0)
		return -errno;
	while (ret > 0 && used < size - 1) {
		ret = read(fd, text + used, size - 1 - used);
		if (ret > 0)
			used += (size_t)ret;
	}
	if (ret < 0)
		ret = -errno;
	close(fd);
	text[used] = 0;
	return ret < 0 ? ret : (long)used;
}

/* Reads the counters; -EPROTO if one of them is not there. */
int live_read(struct live *live)
{
	char text[1024];
	long ret = file_read(LIVE_FILE, text, sizeof(text));
	size_t i;

	if (ret < 0)
		return (int)ret;
	for (i = 0; i < ARRAY_SIZE(live_fields); i++) {
		size_t length = strlen(live_fields[i].name);
		char *line = text;

		while (line && (strncmp(line, live_fields[i].name, length) ||
				line[length] != ' ')) {
			line = strchr(line, '\n');
			line = line ? line + 1 : NULL;
		}
		if (!line)
			return -EPROTO;
		*live_field(live, i) = strtol(line + length, NULL, 10);
	}
	return 0;
}

static int live_wait(const struct live *want, long milliseconds)
{
	__u64 end = after((__u64)milliseconds * MILLISECOND);
	struct live live;

	for (;;) {
		int ret = live_read(&live);

		if (ret)
			return ret;
		if (!memcmp(&live, want, sizeof(live)))
			return 0;
		if (now() > end)
			return -EBUSY;
		pause_ms(5);
	}
}

/*
 * Before a test: waits for the counters to be zero. What an earlier test
 * leaked is noted in @before, so that only the guilty one fails.
 */
int live_begin(struct live *before)
{
	const struct live zero = { 0 };

	if (!live_wait(&zero, 5000)) {
		*before = zero;
		return 0;
	}
	return live_read(before);
}

/* After a test, with all closed: 0 if the counters are as they were before. */
int live_end(const struct live *before)
{
	int ret = live_wait(before, SETTLE_MS);
	struct live live;
	size_t i;

	if (ret != -EBUSY || live_read(&live))
		return ret;
	for (i = 0; i < ARRAY_SIZE(live_fields); i++)
		fprintf(stderr, "# live %s: %ld, before the test %ld\n",
			live_fields[i].name, *live_field(&live, i),
			*live_field((struct live *)before, i));
	return ret;
}

long param_get(const char *name)
{
	char path[128], text[64];
	long ret;

	snprintf(path, sizeof(path), PARAM_DIR "%s", name);
	ret = file_read(path, text, sizeof(text));
	return ret < 0 ? ret : strtol(text, NULL, 10);
}

int param_set(const char *name, long value)
{
	char path[128], text[64];

	snprintf(path, sizeof(path), PARAM_DIR "%s", name);
	snprintf(text, sizeof(text), "%ld\n", value);
	return file_write(path, text);
}

/* What the environment says of a test, or otherwise this */
__u32 number_from(const char *variable, __u32 otherwise)
{
	const char *value = getenv(variable);

	return value ? (__u32)strtoul(value, NULL, 0) : otherwise;
}

/* KASAN, lockdep and kmemleak together cost a factor of ten. */
bool debug_kernel(void)
{
	return !access("/sys/kernel/debug/kmemleak", F_OK);
}

__u64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (__u64)time.tv_sec * SECOND + (__u64)time.tv_nsec;
}

__u64 after(__u64 nanoseconds)
{
	return now() + nanoseconds;
}

void pause_ms(long milliseconds)
{
	struct timespec time = {
		.tv_sec = milliseconds / 1000,
		.tv_nsec = milliseconds % 1000 * 1000000,
	};

	nanosleep(&time, NULL);
}
