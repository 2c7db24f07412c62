// SPDX-License-Identifier: GPL-2.0-only
/* A tap: what the kernel's tracepoints tell. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <kbuffer.h>

#include "instance.h"
#include "tap.h"
#include "tool.h"

/* Pages that are read from one CPU before the others have their turn */
#define PAGES_MAX	512

/**
 * struct sample - a record that was read
 * @time: when it was made
 * @offset: where in the store it lies
 * @size: its bytes
 */
struct sample {
	uint64_t time;
	size_t offset;
	size_t size;
};

/**
 * struct tap - a tap
 * @instance: where the kernel traces to
 * @decoder: makes events of records
 * @cpus: how many buffers there are
 * @files: file descriptors of these
 * @kbuffer: for libtraceevent: walks through a page
 * @page: one page
 * @samples: what was read and not yet taken
 * @count: how many these are
 * @room: how many fit
 * @store: the records
 * @stored: bytes of these
 * @store_room: how many fit
 * @missed: something was lost
 */
struct tap {
	struct instance instance;
	struct event_decoder decoder;
	int cpus;
	int *files;
	struct kbuffer *kbuffer;
	void *page;
	struct sample *samples;
	size_t count;
	size_t room;
	char *store;
	size_t stored;
	size_t store_room;
	bool missed;
};

uint64_t tap_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

const char *tap_why(int error)
{
	switch (error) {
	case -EACCES:
	case -EPERM:
		return "may not trace: run as root";
	case -ENOENT:
	case -ENODEV:
		return "no tracefs: mount -t tracefs none /sys/kernel/tracing";
	case -ENOPROTOOPT:
		return "no tracepoints: a kernel without them, or another version of kipc";
	default:
		return strerror(-error);
	}
}

int tap_status(int error)
{
	return error == -EACCES || error == -EPERM ? TOOL_DENIED : TOOL_FAILED;
}

static int open_files(struct tap *tap)
{
	char path[64];

	tap->cpus = (int)sysconf(_SC_NPROCESSORS_CONF);
	tap->files = malloc((size_t)tap->cpus * sizeof(*tap->files));
	if (!tap->files)
		return -ENOMEM;
	for (int i = 0; i < tap->cpus; i++) {
		snprintf(path, sizeof(path), "per_cpu/cpu%d/trace_pipe_raw", i);
		tap->files[i] =
			tracefs_instance_file_open(tap->instance.tracefs, path,
						   O_RDONLY | O_NONBLOCK |
						   O_CLOEXEC);
	}
	return 0;
}

/*
 * What ends something comes before what begins it: else there would be things
 * without an end. (tracefs_event_enable() would look at all events that there
 * are.)
 */
static int switch_on(struct tap *tap, unsigned int types)
{
	char path[64];

	for (int i = EVENT_TYPES - 1; i >= 0; i--) {
		if (!(types & EVENT_BIT(i)))
			continue;
		snprintf(path, sizeof(path), "events/kipc/%s/enable",
			 event_name(i));
		if (tracefs_instance_file_write(tap->instance.tracefs, path,
						"1") < 0)
			return -ENOPROTOOPT;
	}
	return 0;
}

static int begin(struct tap *tap, unsigned int types)
{
	int ret;

	ret = event_decoder_init(&tap->decoder, types);
	if (ret)
		return ret;
	tap->kbuffer = kbuffer_alloc(KBUFFER_LSIZE_SAME_AS_HOST,
				     KBUFFER_ENDIAN_SAME_AS_HOST);
	tap->page = malloc((size_t)getpagesize());
	if (!tap->kbuffer || !tap->page)
		return -ENOMEM;
	ret = open_files(tap);
	return ret ? ret : switch_on(tap, types);
}

int tap_open(unsigned int types, struct tap **out)
{
	struct tap *tap = calloc(1, sizeof(*tap));
	int ret;

	if (!tap)
		return -ENOMEM;
	ret = instance_new(&tap->instance);
	if (ret) {
		free(tap);
		return ret;
	}
	ret = begin(tap, types);
	if (ret)
		tap_close(tap);
	else
		*out = tap;
	return ret;
}

void tap_close(struct tap *tap)
{
	if (!tap)
		return;
	for (int i = 0; tap->files && i < tap->cpus; i++)
		if (tap->files[i] >= 0)
			close(tap->files[i]);
	instance_remove(&tap->instance);
	event_decoder_deinit(&tap->decoder);
	if (tap->kbuffer)
		kbuffer_free(tap->kbuffer);
	free(tap->files);
	free(tap->page);
	free(tap->samples);
	free(tap->store);
	free(tap);
}

/*
 * Make room for @size things more, of @unit bytes each, where @used of @room
 * are used; returns the memory, or NULL.
 */
static void *make_room(void *memory, size_t used, size_t *room, size_t size,
		       size_t unit)
{
	size_t more = *room ? *room : 4096;

	if (used + size <= *room)
		return memory;
	while (more < used + size)
		more *= 2;
	memory = reallocarray(memory, more, unit);
	if (memory)
		*room = more;
	return memory;
}

static int keep(struct tap *tap, uint64_t time, const void *data, size_t size)
{
	struct sample *samples;
	char *store;

	samples = make_room(tap->samples, tap->count, &tap->room, 1,
			    sizeof(*samples));
	if (!samples)
		return -ENOMEM;
	tap->samples = samples;
	store = make_room(tap->store, tap->stored, &tap->store_room, size, 1);
	if (!store)
		return -ENOMEM;
	tap->store = store;
	memcpy(tap->store + tap->stored, data, size);
	tap->samples[tap->count++] = (struct sample){
		.time = time, .offset = tap->stored, .size = size,
	};
	tap->stored += size;
	return 0;
}

static int keep_page(struct tap *tap)
{
	unsigned long long time;
	void *data;
	int ret;

	kbuffer_load_subbuffer(tap->kbuffer, tap->page);
	if (kbuffer_missed_events(tap->kbuffer))
		tap->missed = true;
	for (data = kbuffer_read_event(tap->kbuffer, &time); data;
	     data = kbuffer_next_event(tap->kbuffer, &time)) {
		ret = keep(tap, time, data,
			   (size_t)kbuffer_event_size(tap->kbuffer));
		if (ret)
			return ret;
	}
	return 0;
}

/* If it was not emptied, nothing newer than what came last is complete. */
static int read_cpu(struct tap *tap, int file, uint64_t *complete)
{
	size_t size = (size_t)getpagesize();
	int ret;

	for (int i = 0; i < PAGES_MAX; i++) {
		if (read(file, tap->page, size) <= 0)
			return 0;
		ret = keep_page(tap);
		if (ret)
			return ret;
	}
	if (tap->count && tap->samples[tap->count - 1].time < *complete)
		*complete = tap->samples[tap->count - 1].time;
	return 0;
}

/* Those of one CPU that have the same time stay in their order. */
static int older(const void *a, const void *b)
{
	const struct sample *one = a, *other = b;

	if (one->time != other->time)
		return one->time < other->time ? -1 : 1;
	return one->offset < other->offset ? -1 : 1;
}

/* Drop all samples but those from @first on, and what they do not need */
static int drop(struct tap *tap, size_t first)
{
	char *store = tap->store;
	size_t count = tap->count;
	int ret = 0;

	tap->count = 0;
	tap->stored = 0;
	if (first == count)
		return 0;
	tap->store = NULL;
	tap->store_room = 0;
	for (size_t i = first; !ret && i < count; i++) {
		struct sample sample = tap->samples[i];

		ret = keep(tap, sample.time, store + sample.offset,
			   sample.size);
	}
	free(store);
	return ret;
}

int tap_read(struct tap *tap, bool last, tap_take take, void *context)
{
	uint64_t complete = tap_now();
	struct event event;
	size_t i;
	int ret = 0;

	for (int cpu = 0; !ret && cpu < tap->cpus; cpu++)
		ret = read_cpu(tap, tap->files[cpu], &complete);
	if (ret)
		return ret;
	if (tap->count)
		qsort(tap->samples, tap->count, sizeof(*tap->samples), older);
	for (i = 0; !ret && i < tap->count; i++) {
		const struct sample *sample = &tap->samples[i];

		if (!last && sample->time > complete)
			break;
		if (!event_decode(&tap->decoder, tap->store + sample->offset,
				  (int)sample->size, &event))
			continue;
		event.time = sample->time;
		ret = take(&event, context);
	}
	if (ret)
		i = tap->count;
	return drop(tap, i) ?: ret;
}

static uint64_t number_behind(const char *text, const char *key)
{
	const char *line = strstr(text, key);

	return line ? strtoull(line + strlen(key), NULL, 10) : 0;
}

uint64_t tap_lost(struct tap *tap)
{
	uint64_t lost = 0;
	char path[64];
	char *text;

	if (!tap->missed)
		return 0;
	for (int i = 0; i < tap->cpus; i++) {
		snprintf(path, sizeof(path), "per_cpu/cpu%d/stats", i);
		text = tracefs_instance_file_read(tap->instance.tracefs, path,
						  NULL);
		if (!text)
			continue;
		lost += number_behind(text, "\noverrun: ") +
			number_behind(text, "commit overrun: ") +
			number_behind(text, "dropped events: ");
		free(text);
	}
	return lost;
}
