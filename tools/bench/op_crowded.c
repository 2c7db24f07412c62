// SPDX-License-Identifier: GPL-2.0-only
/* Does a call cost more when there is more of everything? It must not. */
#include <errno.h>

#include "crowd.h"
#include "operation.h"
#include "peer_kipc.h"
#include "session.h"

#define BYTES	64

typedef int (*gather_fn)(struct crowd *crowd, unsigned int count,
			 struct kipc_peer *client);

static int gather_names(struct crowd *crowd, unsigned int count,
			struct kipc_peer *client)
{
	(void)client;
	return crowd_of_names(crowd, count);
}

static int gather_endpoints(struct crowd *crowd, unsigned int count,
			    struct kipc_peer *client)
{
	(void)client;
	return crowd_of_endpoints(crowd, count);
}

/* The client itself holds them, and calls through the one it got last. */
static int gather_handles(struct crowd *crowd, unsigned int count,
			  struct kipc_peer *client)
{
	struct kipc_handle_dup dup = {
		.handle = client->call.handle,
		.rights = KIPC_RIGHT_CALL,
	};

	if (crowd_of_handles(crowd, count, client->fd) < 0)
		return -1;
	device_command(client->fd, KIPC_HANDLE_DUP, &dup, "duplicate a handle");
	client->call.handle = dup.result;
	return 0;
}

/* Count in the crowd. Returns 0, or -1 with errno set. */
static int count_crowded(const struct operation *operation,
			 struct bench *bench, gather_fn gather)
{
	struct report_row row = {
		.system = peer_kipc.name,
		.operation = operation->name,
		.baseline = operation->baseline,
		.bytes = BYTES,
	};
	const struct session_options options = {
		.ops = &peer_kipc,
		.size = BYTES,
		.policy = bench->policy,
	};
	struct crowd crowd = { 0 };
	struct session session;
	int ret, error;

	if (session_start(&session, &options) < 0)
		return -1;
	ret = gather(&crowd, operation->population, session.peer.state);
	error = errno;
	if (ret == 0) {
		row.series = roundtrip_count(&session.peer, &bench->plan);
		report_add(&bench->report, &row);
	}
	session_stop(&session);
	crowd_deinit(&crowd);
	errno = error;
	return ret;
}

static void run(const struct operation *operation, struct bench *bench,
		gather_fn gather)
{
	if (bench_wants(bench, peer_kipc.name, BYTES) &&
	    count_crowded(operation, bench, gather) < 0)
		report_missing(&bench->report, peer_kipc.name,
			       operation->name);
}

void crowded_names_run(const struct operation *operation, struct bench *bench)
{
	run(operation, bench, gather_names);
}

void crowded_handles_run(const struct operation *operation,
			 struct bench *bench)
{
	run(operation, bench, gather_handles);
}

void crowded_endpoints_run(const struct operation *operation,
			   struct bench *bench)
{
	run(operation, bench, gather_endpoints);
}
