/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Two endpoints of the fake kernel: a server with a node, which a thread may
 * serve, and a client with a handle to it.
 */
#ifndef KIPC_TESTS_WORLD_H
#define KIPC_TESTS_WORLD_H

#include <pthread.h>

#include <kipc.h>

#define WORLD_NAME	"test.node"
#define CALLERS_MAX	64

struct world {
	struct kipc *server;
	struct kipc *client;
	struct kipc_node *node;
	uint32_t handle;
	unsigned int threads;
	pthread_t thread;
	int result;
	pthread_t callers[CALLERS_MAX];
	unsigned int caller_count;
};

void world_open(struct world *world, kipc_handler handler, void *userdata);
void world_serve(struct world *world, unsigned int threads);
void world_join(struct world *world);
void world_stop(struct world *world);
void world_close(struct world *world);

/* Wait until so many threads of the server wait for a message */
void world_wait_idle(const struct world *world, unsigned int threads);

/* Call and expect a reply with this code and text */
void world_expect(const struct world *world, const char *text, int code,
		  const char *reply);

/* So many threads call at once, and each gets 0 */
void world_call_many(struct world *world, unsigned int count);
/* Wait until all of them are answered */
void world_join_callers(struct world *world);

/* A handler that answers with the payload */
int world_echo(struct kipc_request *request, void *userdata);

#endif /* KIPC_TESTS_WORLD_H */
