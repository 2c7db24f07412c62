// SPDX-License-Identifier: GPL-2.0-only
/* Threads that wait for room (KIPC_WAIT) to send or to call. */
#include "patient.h"

static const __u8 data[LARGE_POOL];

static void run(void *arg)
{
	struct patient *patient = arg;

	if (patient->calls)
		patient->ret = kipc(patient->endpoint->fd, KIPC_CALL,
				    &patient->call);
	else
		patient->ret = kipc(patient->endpoint->fd, KIPC_SEND,
				    &patient->send);
	__atomic_store_n(&patient->done, 1, __ATOMIC_RELEASE);
}

/* Starts a thread that does what stands in @patient. */
void patient_run(struct patient *patient)
{
	patient->done = 0;
	thread_start(&patient->thread, run, patient);
}

/* Starts one that sends so many bytes. */
void patient_send(struct patient *patient, struct endpoint *endpoint,
		  __u32 handle, __u32 code, size_t size)
{
	*patient = (struct patient) {
		.endpoint = endpoint,
		.send = {
			.handle = handle,
			.flags = KIPC_WAIT,
			.code = code,
			.data = PTR(data),
			.data_size = size,
		},
	};
	patient_run(patient);
}

void patient_call(struct patient *patient, struct endpoint *endpoint,
		  __u32 handle, __u32 code, size_t size)
{
	*patient = (struct patient) {
		.endpoint = endpoint,
		.calls = true,
		.call = {
			.handle = handle,
			.flags = KIPC_WAIT,
			.code = code,
			.data = PTR(data),
			.data_size = size,
		},
	};
	patient_run(patient);
}

/* Waits until it sleeps in its command; it must not be done. */
void patient_blocks(struct patient *patient)
{
	wait_blocked(patient->thread.tid,
		     patient->calls ? KIPC_CALL : KIPC_SEND);
}

bool patient_is_done(struct patient *patient)
{
	return __atomic_load_n(&patient->done, __ATOMIC_ACQUIRE);
}

void patient_done_soon(struct patient *patient)
{
	__u64 end = after(20 * SECOND);

	while (!patient_is_done(patient)) {
		check(now() < end);
		pause_ms(1);
	}
}

int patient_join(struct patient *patient)
{
	thread_join(&patient->thread);
	return patient->ret;
}

/* The client of a pair sends, and has to wait. */
void pair_start_send(struct pair *pair, struct patient *patient, __u32 code,
		     size_t size)
{
	patient_send(patient, &pair->client, pair->handle, code, size);
	patient_blocks(patient);
}

/* It calls: it waits for room, or for the reply. */
void pair_start_call(struct pair *pair, struct patient *patient, __u32 code,
		     size_t size)
{
	patient_call(patient, &pair->client, pair->handle, code, size);
	patient_blocks(patient);
}

/* It sends, and does not wait. */
int pair_send(struct pair *pair, size_t size)
{
	return send_bytes(&pair->client, pair->handle, data, size);
}

/* The server receives a one-way message and frees it; returns its code. */
__u32 pair_take(struct pair *pair)
{
	struct kipc_message message;

	must(recv_soon(&pair->server, &message));
	check(message.kind == KIPC_MSG_SEND);
	message_free(&pair->server, &message);
	return message.code;
}

/* Uses up the server's pool by slices of that size; returns how many. */
int pair_hold_all(struct pair *pair, __u64 *held, size_t size)
{
	int count = 0;

	while (call_probe(&pair->client, pair->handle, size) == -ETIMEDOUT)
		held[count++] = call_hold(&pair->client, pair->handle,
					  &pair->server, size);
	return count;
}

/* Opens it again, with a large pool and a full queue. */
void pair_fill_queue(struct pair *pair)
{
	int i;

	pair_close(pair);
	pair_open(pair, LARGE_POOL);
	for (i = 0; i < QUEUED_MAX; i++)
		must(pair_send(pair, 0));
	check(pair_send(pair, 0) == -EAGAIN);
}
