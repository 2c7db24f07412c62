// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looking up a name, of an object that the endpoint has a handle to already.
 * The names are looked up far from each other in turn.
 */
#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "crowd.h"
#include "operation.h"
#include "peer_kipc.h"

/* Prime, and so visits all names of a crowd that is no multiple of it. */
#define STRIDE	7919

struct search {
	const struct crowd *crowd;
	unsigned int count;
	unsigned int next;
	int fd;
};

static void lookup_round(void *arg)
{
	struct search *search = arg;
	struct kipc_name_lookup lookup = {
		.name = (uintptr_t)search->crowd->names[search->next],
		.name_size = CROWD_NAME_SIZE,
	};

	device_command(search->fd, KIPC_NAME_LOOKUP, &lookup, "look up a name");
	search->next = (search->next + STRIDE) % search->count;
}

/* Count among this many names. Returns 0, or -1 with errno set. */
static int count_lookups(unsigned int count, const struct series_plan *plan,
			 struct series *series)
{
	struct crowd crowd = { 0 };
	struct search search = { .crowd = &crowd, .count = count };
	int ret, error;

	search.fd = device_open();
	if (search.fd < 0)
		return -1;
	ret = crowd_of_names(&crowd, count);
	error = errno;
	if (ret == 0)
		*series = series_count(plan, lookup_round, &search);
	crowd_deinit(&crowd);
	close(search.fd);
	errno = error;
	return ret;
}

void lookup_run(const struct operation *operation, struct bench *bench)
{
	struct report_row row = {
		.system = peer_kipc.name,
		.operation = operation->name,
		.baseline = operation->baseline,
	};

	if (!bench_wants(bench, row.system, row.bytes))
		return;
	if (count_lookups(operation->population, &bench->plan,
			  &row.series) < 0)
		report_missing(&bench->report, row.system, operation->name);
	else
		report_add(&bench->report, &row);
}
