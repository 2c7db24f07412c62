// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages that a process sends to itself, many in one system call, and receives
 * likewise. What is counted is a message of them.
 */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>

#include "buffer.h"
#include "kipc_device.h"
#include "mailbox.h"
#include "operation.h"
#include "payload.h"

static const size_t sizes[] = { 64, 4096 };

#define BATCH		32

struct batches {
	struct mailbox mailbox;
	size_t size;
	/* memory for the payloads, and how each is sent and received */
	char *sent;
	char *received;
	struct kipc_mailbox_send sends[BATCH];
	struct kipc_mailbox_recv recvs[BATCH];
	/* of the last message */
	uint64_t number;
};

static void batches_init(struct batches *batches, size_t size)
{
	size_t i;

	batches->size = size;
	batches->sent = buffer_new(BATCH * size);
	batches->received = buffer_new(BATCH * size);
	for (i = 0; i < BATCH; i++) {
		batches->sends[i] = (struct kipc_mailbox_send) {
			.data = (uintptr_t)batches->sent + i * size,
			.data_size = size,
			.endpoint = -1,
		};
		batches->recvs[i] = (struct kipc_mailbox_recv) {
			.data = (uintptr_t)batches->received + i * size,
			.data_size = size,
			.endpoint = -1,
		};
	}
}

static void batches_deinit(struct batches *batches)
{
	buffer_free(batches->received);
	buffer_free(batches->sent);
}

static void pass(struct batches *batches)
{
	struct kipc_mailbox_send_batch send = {
		.count = BATCH,
		.messages = (uintptr_t)batches->sends,
	};
	struct kipc_mailbox_recv_batch recv = {
		.count = BATCH,
		.messages = (uintptr_t)batches->recvs,
	};
	int fd = batches->mailbox.fd;

	device_command(fd, KIPC_MAILBOX_SEND_BATCH, &send, "send a batch");
	device_command(fd, KIPC_MAILBOX_RECV_BATCH, &recv, "receive a batch");
	if (send.sent != BATCH || recv.received != BATCH)
		errx(EXIT_FAILURE, "kipc: %u of a batch sent, %u received",
		     send.sent, recv.received);
}

static void verify(struct batches *batches)
{
	size_t size = batches->size;
	size_t i;

	for (i = 0; i < BATCH; i++)
		payload_fill(batches->sent + i * size, size, (unsigned int)i);
	pass(batches);
	for (i = 0; i < BATCH; i++) {
		if (batches->recvs[i].mail.size != size ||
		    !payload_is_filled(batches->received + i * size, size,
				       (unsigned int)i))
			errx(EXIT_FAILURE, "kipc: a batch is not as sent");
	}
}

static void batch_round(void *arg)
{
	struct batches *batches = arg;
	size_t size = batches->size;
	size_t i;

	for (i = 0; i < BATCH; i++)
		payload_stamp(batches->sent + i * size, size,
			      batches->number + i);
	pass(batches);
	for (i = 0; i < BATCH; i++) {
		if (batches->recvs[i].mail.size != size ||
		    !payload_is_stamped(batches->received + i * size, size,
					batches->number + i))
			errx(EXIT_FAILURE, "kipc: an old message came");
	}
	batches->number += BATCH;
}

static struct series count_messages(struct batches *batches,
				    const struct series_plan *plan)
{
	struct series_plan scaled = *plan;
	struct series series;

	scaled.rounds = (plan->rounds + BATCH - 1) / BATCH;
	scaled.warmup = (plan->warmup + BATCH - 1) / BATCH;
	verify(batches);
	series = series_count(&scaled, batch_round, batches);
	series.median /= BATCH;
	return series;
}

static void count_size(const struct operation *operation, struct bench *bench,
		       size_t size)
{
	struct report_row row = {
		.system = peer_mailbox.name,
		.operation = operation->name,
		.baseline = operation->baseline,
		.bytes = size,
	};
	struct batches batches = { .number = 0 };

	if (mailbox_new(&batches.mailbox, BATCH, size) < 0) {
		report_missing(&bench->report, row.system, operation->name);
		return;
	}
	batches_init(&batches, size);
	row.series = count_messages(&batches, &bench->plan);
	batches_deinit(&batches);
	mailbox_close(&batches.mailbox);
	report_add(&bench->report, &row);
}

void queue_batch_run(const struct operation *operation, struct bench *bench)
{
	size_t i;

	policy_set(bench->policy, false);
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		if (bench_wants(bench, peer_mailbox.name, sizes[i]))
			count_size(operation, bench, sizes[i]);
	}
}
