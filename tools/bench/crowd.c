// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "crowd.h"
#include "setting.h"

#define PARAMETER(name)	"/sys/module/kipc/parameters/" name

/* What others need beside a crowd */
#define SPARE		1000

/* Seconds. Hash tables grow in the background, after what made them grow. */
#define SETTLE		1

#define INBOX		"bench.inbox"

static void *array_new(size_t count, size_t size)
{
	void *array = calloc(count, size);

	if (!array)
		err(EXIT_FAILURE, "crowd");
	return array;
}

static int raise_files(unsigned int least)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -1;
	if (limit.rlim_cur >= least)
		return 0;
	limit.rlim_cur = least;
	if (limit.rlim_max < least)
		limit.rlim_max = least;
	return setrlimit(RLIMIT_NOFILE, &limit);
}

static int crowd_open(struct crowd *crowd, unsigned int count)
{
	crowd->fds = array_new(count, sizeof(*crowd->fds));
	while (crowd->fd_count < count) {
		int fd = device_open();

		if (fd < 0)
			return -1;
		crowd->fds[crowd->fd_count++] = fd;
	}
	return 0;
}

int crowd_of_names(struct crowd *crowd, unsigned int count)
{
	__u32 node;
	unsigned int i;

	if (setting_raise(PARAMETER("max_names"), count + SPARE) < 0 ||
	    crowd_open(crowd, 1) < 0)
		return -1;
	node = device_node_new(crowd->fds[0]);
	crowd->names = array_new(count, sizeof(*crowd->names));
	for (i = 0; i < count; i++) {
		snprintf(crowd->names[i], sizeof(*crowd->names),
			 "bench.crowd.%06u", i % 1000000);
		device_publish(crowd->fds[0], node, crowd->names[i]);
	}
	sleep(SETTLE);
	return 0;
}

/* Take the message that is there; its handles are the endpoint's now. */
static void take_handles(int fd, unsigned int count)
{
	struct kipc_recv recv = { .flags = KIPC_NONBLOCK };
	struct kipc_free release = { .count = 1 };

	device_command(fd, KIPC_RECV, &recv, "receive handles");
	if (recv.message.attachment_count != count)
		errx(EXIT_FAILURE, "kipc: %u handles came instead of %u",
		     recv.message.attachment_count, count);
	release.offsets = (uintptr_t)&recv.message.offset;
	device_command(fd, KIPC_FREE, &release, "free a slice");
}

/* Make as many nodes as fit a message, and send handles to them. */
static unsigned int send_handles(int fd, __u32 inbox, unsigned int most)
{
	struct kipc_attachment attached[KIPC_ATTACHMENTS_MAX];
	unsigned int count = most < KIPC_ATTACHMENTS_MAX ?
			     most : KIPC_ATTACHMENTS_MAX;
	struct kipc_send send = {
		.handle = inbox,
		.attachments = (uintptr_t)attached,
		.attachment_count = count,
	};
	unsigned int i;

	for (i = 0; i < count; i++)
		attached[i] = (struct kipc_attachment) {
			.type = KIPC_ATTACH_NODE,
			.id = device_node_new(fd),
			.rights = KIPC_RIGHTS_ALL,
		};
	device_command(fd, KIPC_SEND, &send, "send handles");
	return count;
}

int crowd_of_handles(struct crowd *crowd, unsigned int count, int fd)
{
	unsigned int done = 0, sent;
	__u32 inbox;

	if (setting_raise(PARAMETER("max_nodes"), count + SPARE) < 0 ||
	    setting_raise(PARAMETER("max_handles"), count + SPARE) < 0 ||
	    crowd_open(crowd, 1) < 0)
		return -1;
	device_publish(fd, device_node_new(fd), INBOX);
	inbox = device_lookup(crowd->fds[0], INBOX);
	while (done < count) {
		sent = send_handles(crowd->fds[0], inbox, count - done);
		take_handles(fd, sent);
		done += sent;
	}
	return 0;
}

int crowd_of_endpoints(struct crowd *crowd, unsigned int count)
{
	unsigned int i;

	if (setting_raise(PARAMETER("max_endpoints"), count + SPARE) < 0 ||
	    setting_raise(PARAMETER("max_nodes"), count + SPARE) < 0 ||
	    raise_files(count + SPARE) < 0 || crowd_open(crowd, count) < 0)
		return -1;
	for (i = 0; i < count; i++)
		device_node_new(crowd->fds[i]);
	return 0;
}

void crowd_deinit(struct crowd *crowd)
{
	while (crowd->fd_count)
		close(crowd->fds[--crowd->fd_count]);
	free(crowd->fds);
	free(crowd->names);
}
