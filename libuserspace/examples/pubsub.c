// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Frames of 1 MiB for any number of subscribers, and none of them is copied: they are
 * chunks of a region, and a broadcast mailbox carries them. A subscriber that is slow
 * misses frames, one that is killed gives back what it had, and neither disturbs the
 * publisher or the others.
 *
 *	pubsub publish &		# 60 frames in a second
 *	pubsub subscribe &
 *	pubsub subscribe -w 100 &	# works for 100 ms on each frame: misses many
 *	pubsub unlink			# region and mailbox end with who has them
 *
 * With -n COUNT both end after so many frames. Nobody has to clean up after itself, so
 * they can be killed at any time.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <kipc.h>

#define REGION		"example.frames"
#define MAILBOX		"example.published"
#define CHUNKS		16
#define NS_PER_S	1000000000ULL

/* What a frame is marked with, and where: at its begin, middle and end */
#define MARKS		3

/* All subscribers of another user together have so many frames at once. */
static const struct kipc_chunk_options cut = {
	.size = 1 << 20, .count = CHUNKS, .leases_max = 4,
};

/* Frames that nobody may have received yet. There are more chunks than that. */
static const struct kipc_mailbox_options broadcast = {
	.kind = KIPC_MAILBOX_BROADCAST, .messages_max = 4, .size_max = 8,
};

/**
 * struct meter - how many frames there were
 * @what: what happens to them, and to those that are lost
 * @since: beginning of this second
 * @frames: in this second
 * @lost: likewise, those that were lost
 * @all_frames: in seconds before
 * @all_lost: likewise
 */
struct meter {
	const char *what[2];
	uint64_t since;
	uint64_t frames;
	uint64_t lost;
	uint64_t all_frames;
	uint64_t all_lost;
};

static int fail(const char *what, int error)
{
	fprintf(stderr, "pubsub: %s: %s\n", what, strerror(-error));
	return 1;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

static void sleep_until(uint64_t time)
{
	const struct timespec end = {
		.tv_sec = (time_t)(time / NS_PER_S),
		.tv_nsec = (long)(time % NS_PER_S),
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL);
}

static void meter_restart(struct meter *meter, uint64_t time)
{
	meter->since = time;
	meter->all_frames += meter->frames;
	meter->all_lost += meter->lost;
	meter->frames = 0;
	meter->lost = 0;
}

/* Once in a second */
static void meter_tick(struct meter *meter)
{
	uint64_t time = now();
	double frames, mib;

	if (time - meter->since < NS_PER_S)
		return;
	frames = (double)meter->frames * NS_PER_S / (double)(time - meter->since);
	mib = frames * (double)cut.size / (1 << 20);
	printf("[%d] %s %.0f frames/s, %.1f %s/s; %s %llu\n", getpid(),
	       meter->what[0], frames, mib < 1024 ? mib : mib / 1024,
	       mib < 1024 ? "MiB" : "GiB", meter->what[1],
	       (unsigned long long)meter->lost);
	fflush(stdout);
	meter_restart(meter, time);
}

static int meter_end(struct meter *meter)
{
	meter_restart(meter, 0);
	printf("[%d] %s %llu frames in all; %s %llu\n", getpid(),
	       meter->what[0], (unsigned long long)meter->all_frames,
	       meter->what[1], (unsigned long long)meter->all_lost);
	return 0;
}

static bool is_more(const struct meter *meter, uint64_t count)
{
	return !count || meter->all_frames + meter->frames < count;
}

static unsigned char *place_of(const struct kipc_chunk *frame, unsigned int mark)
{
	size_t offset = (frame->size - sizeof(uint64_t)) / (MARKS - 1) * mark;

	return (unsigned char *)frame->data + offset;
}

static uint64_t mark_of(uint64_t number, unsigned int mark)
{
	return number * 0x9e3779b97f4a7c15 + mark;
}

static void fill(const struct kipc_chunk *frame, uint64_t number)
{
	uint64_t value;

	for (unsigned int i = 0; i < MARKS; i++) {
		value = mark_of(number, i);
		memcpy(place_of(frame, i), &value, sizeof(value));
	}
}

static bool is_frame(const struct kipc_chunk *frame, uint64_t number)
{
	uint64_t value;

	for (unsigned int i = 0; i < MARKS; i++) {
		memcpy(&value, place_of(frame, i), sizeof(value));
		if (value != mark_of(number, i))
			return false;
	}
	return true;
}

/* The message itself has only the frame's number */
static int send_frame(int box, const struct kipc_chunks *chunks,
		      const struct kipc_chunk *frame, uint64_t number)
{
	const struct iovec vec = { &number, sizeof(number) };
	struct kipc_attachment attachment;
	const struct kipc_mailbox_send_options options = {
		.attachments = &attachment,
		.attachment_count = 1,
	};

	kipc_attachment_set_chunk(&attachment, chunks, frame);
	return kipc_mailbox_send_with(box, &vec, 1, &options, KIPC_NO_WAIT,
				      NULL);
}

/*
 * The loan of the frame before is given back, and another one taken. As long as there is
 * none, subscribers have all the chunks, and frames are lost.
 */
static int publish_all(int box, struct kipc_chunks *chunks, uint64_t period,
		       uint64_t count)
{
	struct meter meter = {
		.what = { "published", "no chunk was free for" }, .since = now(),
	};
	struct kipc_chunk frame = { 0 };
	uint64_t due = now();
	int ret;

	ret = kipc_chunk_loan(chunks, &frame);
	for (uint64_t number = 1; is_more(&meter, count); number++) {
		if (!ret) {
			fill(&frame, number);
			ret = send_frame(box, chunks, &frame, number);
			meter.frames++;
		} else if (ret == -EAGAIN) {
			meter.lost++;
			ret = 0;
		}
		if (ret)
			return fail("publish", ret);
		meter_tick(&meter);
		due += period;
		sleep_until(due);
		ret = frame.lease ? kipc_chunk_next(chunks, &frame) :
				    kipc_chunk_loan(chunks, &frame);
	}
	kipc_chunk_release(chunks, &frame);
	return meter_end(&meter);
}

/* If one was there before, what subscribers have of it stays as it is. */
static int open_region(void)
{
	int view = kipc_region_open(NULL, REGION, KIPC_REGION_READ |
				    KIPC_REGION_WRITE | KIPC_REGION_OWN, 0, 0);

	if (view != -ENOENT)
		return view;
	return kipc_region_open_chunks(NULL, REGION, KIPC_REGION_READ |
				       KIPC_REGION_WRITE, 0644, &cut);
}

/* Everybody may read, only the publisher's user may write. */
static int publish(uint64_t period, uint64_t count)
{
	struct kipc_chunks *chunks;
	int view, box, ret;

	view = open_region();
	if (view < 0)
		return fail(REGION, view);
	ret = kipc_chunks_new(view, 1, &chunks);
	close(view);
	if (ret < 0)
		return fail(REGION, ret);
	box = kipc_mailbox_open(NULL, MAILBOX, KIPC_MAILBOX_WRITE |
				KIPC_MAILBOX_CREATE, 0644, &broadcast);
	ret = box < 0 ? fail(MAILBOX, box) :
			publish_all(box, chunks, period, count);
	if (box >= 0)
		close(box);
	kipc_chunks_free(chunks);
	return ret;
}

/* One frame, of which this process has a lease while it works on it */
static int receive(int box, struct kipc_chunks *chunks, uint64_t work,
		   struct kipc_mail *mail)
{
	struct kipc_attachment attachment;
	const struct kipc_mailbox_recv_options options = {
		.attachments = &attachment,
		.attachments_max = 1,
	};
	struct kipc_chunk frame;
	uint64_t number = 0;
	const struct iovec vec = { &number, sizeof(number) };
	ssize_t ret;

	ret = kipc_mailbox_recv_with(box, &vec, 1, &options, KIPC_FOREVER, mail);
	if (ret < 0)
		return (int)ret;
	if (!mail->attachment_count)
		return -EPROTO;
	ret = kipc_chunk_take(chunks, &attachment, &frame);
	if (ret < 0)
		return (int)ret;
	if (work)
		sleep_until(now() + work);
	ret = is_frame(&frame, number) ? 0 : -EILSEQ;
	kipc_chunk_release(chunks, &frame);
	return (int)ret;
}

static int receive_all(int box, struct kipc_chunks *chunks, uint64_t work,
		       uint64_t count)
{
	struct meter meter = {
		.what = { "received", "missed" }, .since = now(),
	};
	struct kipc_mail mail;
	int ret;

	while (is_more(&meter, count)) {
		ret = receive(box, chunks, work, &mail);
		if (ret)
			return fail("receive", ret);
		meter.frames++;
		meter.lost += mail.missed;
		meter_tick(&meter);
	}
	return meter_end(&meter);
}

/* The region is to be there before the frames come */
static int subscribe(uint64_t work, uint64_t count)
{
	struct kipc_chunks *chunks;
	int view, box, ret;

	view = kipc_region_wait(NULL, REGION, KIPC_REGION_READ, KIPC_FOREVER);
	if (view < 0)
		return fail(REGION, view);
	ret = kipc_chunks_new(view, 1, &chunks);
	close(view);
	if (ret < 0)
		return fail(REGION, ret);
	box = kipc_mailbox_wait(NULL, MAILBOX, KIPC_MAILBOX_READ, KIPC_FOREVER);
	ret = box < 0 ? fail(MAILBOX, box) :
			receive_all(box, chunks, work, count);
	if (box >= 0)
		close(box);
	kipc_chunks_free(chunks);
	return ret;
}

static int unlink_all(void)
{
	int box = kipc_mailbox_unlink(NULL, MAILBOX);
	int region = kipc_region_unlink(NULL, REGION);

	if (box)
		return fail(MAILBOX, box);
	return region ? fail(REGION, region) : 0;
}

static int explain(void)
{
	fprintf(stderr, "usage: pubsub publish [-r FRAMES_PER_SECOND] [-n COUNT]\n"
		"       pubsub subscribe [-w MILLISECONDS] [-n COUNT]\n"
		"       pubsub unlink\n");
	return 2;
}

int main(int argc, char **argv)
{
	unsigned long count = 0, rate = 60, work = 0;
	const char *command = argc > 1 ? argv[1] : "";
	int option;

	/* The command stands first, so it is the program's name to getopt(). */
	while (argc > 1 && (option = getopt(argc - 1, argv + 1, "n:r:w:")) > 0) {
		if (option == '?')
			return explain();
		*(option == 'n' ? &count : option == 'r' ? &rate : &work) =
			strtoul(optarg, NULL, 10);
	}
	if (optind + 1 < argc || !rate)
		return explain();
	if (!strcmp(command, "publish"))
		return publish(NS_PER_S / rate, count);
	if (!strcmp(command, "subscribe"))
		return subscribe(work * 1000000, count);
	if (!strcmp(command, "unlink"))
		return unlink_all();
	return explain();
}
