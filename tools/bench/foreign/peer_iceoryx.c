// SPDX-License-Identifier: GPL-2.0-only
/*
 * iceoryx: a publisher and a subscriber in either process, and RouDi, which makes
 * the memory that all of them share. Receivers are woken by a wait set, which has
 * a semaphore to sleep on.
 *
 * A process can only meet one RouDi in its life, so it has one session only:
 * kipc-bench runs the program anew for each size.
 */
#include <err.h>
#include <errno.h>
#include <iceoryx_binding_c/log.h>
#include <iceoryx_binding_c/publisher.h>
#include <iceoryx_binding_c/runtime.h>
#include <iceoryx_binding_c/subscriber.h>
#include <iceoryx_binding_c/wait_set.h>
#include <stdlib.h>
#include <unistd.h>

#include "chunk.h"
#include "peer.h"
#include "roudi.h"

#define POLL		10000 /* us */
#define PATIENCE	3000 /* polls */
/* Until RouDi, too, has nothing to do any more */
#define SETTLE		1 /* s */

struct iceoryx {
	iox_pub_t publisher;
	iox_sub_t subscriber;
	iox_ws_t wait_set;
	iox_pub_storage_t publisher_storage;
	iox_sub_storage_t subscriber_storage;
	iox_ws_storage_t wait_set_storage;
};

static int setup(struct peer *peer)
{
	return roudi_start(peer->size);
}

/* What one of them publishes, the other subscribes to. */
static int attach(struct peer *peer, const char *own, const char *other)
{
	struct iceoryx *iceoryx = peer->state;

	iox_set_loglevel(Iceoryx_LogLevel_Off);
	iox_runtime_init(own);
	iceoryx->publisher = iox_pub_init(&iceoryx->publisher_storage, "kipc",
					  "bench", own, NULL);
	iceoryx->subscriber = iox_sub_init(&iceoryx->subscriber_storage, "kipc",
					   "bench", other, NULL);
	iceoryx->wait_set = iox_ws_init(&iceoryx->wait_set_storage);
	if (iox_ws_attach_subscriber_event(iceoryx->wait_set,
					   iceoryx->subscriber,
					   SubscriberEvent_DATA_RECEIVED, 0,
					   NULL) == WaitSetResult_SUCCESS)
		return 0;
	errno = EIO;
	return -1;
}

static int serve_at(struct peer *peer)
{
	return attach(peer, "server", "client");
}

static bool is_connected(const struct iceoryx *iceoryx)
{
	return iox_pub_has_subscribers(iceoryx->publisher) &&
	       iox_sub_get_subscription_state(iceoryx->subscriber) ==
	       SubscribeState_SUBSCRIBED;
}

static int connect_to(struct peer *peer)
{
	struct iceoryx *iceoryx = peer->state;
	unsigned int i;

	if (attach(peer, "client", "server") < 0)
		return -1;
	for (i = 0; i < PATIENCE && !is_connected(iceoryx); i++)
		usleep(POLL);
	if (!is_connected(iceoryx)) {
		errno = ETIMEDOUT;
		return -1;
	}
	sleep(SETTLE);
	return 0;
}

static void *loan(struct peer *peer)
{
	struct iceoryx *iceoryx = peer->state;
	void *chunk;

	if (iox_pub_loan_chunk(iceoryx->publisher, &chunk,
			       (uint32_t)peer->size) !=
	    AllocationResult_SUCCESS)
		errx(EXIT_FAILURE, "iceoryx: no chunk to be lent");
	return chunk;
}

static void publish(struct peer *peer, void *chunk)
{
	struct iceoryx *iceoryx = peer->state;

	iox_pub_publish_chunk(iceoryx->publisher, chunk);
}

static const void *take(struct peer *peer)
{
	struct iceoryx *iceoryx = peer->state;
	iox_notification_info_t info;
	enum iox_ChunkReceiveResult result;
	const void *chunk;
	uint64_t missed;

	/* A wait can end though the chunk it is about was taken before. */
	do {
		iox_ws_wait(iceoryx->wait_set, &info, 1, &missed);
		result = iox_sub_take_chunk(iceoryx->subscriber, &chunk);
	} while (result == ChunkReceiveResult_NO_CHUNK_AVAILABLE);
	if (result != ChunkReceiveResult_SUCCESS)
		errx(EXIT_FAILURE, "iceoryx: no chunk came: %d", (int)result);
	return chunk;
}

static void release(struct peer *peer, const void *chunk)
{
	struct iceoryx *iceoryx = peer->state;

	iox_sub_release_chunk(iceoryx->subscriber, chunk);
}

static const struct chunk_ops chunks = {
	.loan = loan,
	.publish = publish,
	.take = take,
	.release = release,
};

static void teardown(struct peer *peer)
{
	struct iceoryx *iceoryx = peer->state;

	if (!iceoryx->wait_set)
		return;
	iox_ws_deinit(iceoryx->wait_set);
	iox_sub_deinit(iceoryx->subscriber);
	iox_pub_deinit(iceoryx->publisher);
	iox_runtime_shutdown();
}

const struct peer_ops peer_iceoryx = {
	.name = "iceoryx",
	.state_size = sizeof(struct iceoryx),
	.setup = setup,
	.listen = serve_at,
	.connect = connect_to,
	.teardown = teardown,
	.chunks = &chunks,
};
