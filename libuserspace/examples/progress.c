// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Nested calls and cancellation: a server counts the lines of a file and, while it
 * does, calls its client back to tell how far it is. The client has one thread,
 * which waits in its call, and there it is told. If the client leaves, by Ctrl-C or
 * because its time is up, the server stops counting.
 *
 *	progress serve &
 *	progress count /var/log/syslog
 *	progress count -t 1 /dev/zero
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <kipc.h>

#define NAME		"example.progress"
#define THREADS		4
#define CHUNK		65536
/* How often the client is told: every so many bytes */
#define STEP		(64 * CHUNK)

static struct kipc *endpoint;

static int fail(const char *what, int error)
{
	fprintf(stderr, "progress: %s: %s\n", what, strerror(-error));
	return 1;
}

static void on_stop(int signal)
{
	(void)signal;
	kipc_serve_stop(endpoint);
}

/* It has to do nothing: that it came ends the call */
static void on_interrupt(int signal)
{
	(void)signal;
}

static uint64_t count_lines(const char *text, size_t size)
{
	const char *end = text + size;
	uint64_t lines = 0;

	while ((text = memchr(text, '\n', end - text))) {
		lines++;
		text++;
	}
	return lines;
}

/*
 * Is there still somebody who wants to know? The call back is made for the call
 * that is served, so it comes to the thread that waits for this one.
 */
static int report(const struct kipc_request *request, uint32_t client,
		  uint64_t done)
{
	if (kipc_request_cancelled(request))
		return -ECANCELED;
	return kipc_call(endpoint, client, 0, &done, sizeof(done),
			 KIPC_FOREVER, NULL);
}

static int count(struct kipc_request *request, int fd, uint32_t client)
{
	static __thread char text[CHUNK];
	uint64_t done = 0, lines = 0;
	ssize_t size;
	int ret;

	while ((size = read(fd, text, sizeof(text))) > 0) {
		lines += count_lines(text, (size_t)size);
		done += (uint64_t)size;
		if (done % STEP >= (uint64_t)size)
			continue;
		ret = report(request, client, done);
		if (ret)
			return ret;
	}
	if (size < 0)
		return -errno;
	return kipc_request_reply(request, 0, &lines, sizeof(lines));
}

/* What is not taken, the library closes and drops when the handler returns */
static int handle_count(struct kipc_request *request, void *userdata)
{
	const struct kipc_attachment *list = kipc_request_attachments(request);
	int ret;

	(void)userdata;
	if (kipc_request_attachment_count(request) != 2 ||
	    list[0].type != KIPC_ATTACH_FD ||
	    list[1].type != KIPC_ATTACH_HANDLE)
		return -EINVAL;
	ret = count(request, (int)list[0].id, list[1].id);
	if (ret)
		printf("gave up: %s\n", strerror(-ret));
	fflush(stdout);
	return ret;
}

static int serve(void)
{
	struct kipc_node *node;
	int ret;

	ret = kipc_node_new(endpoint, handle_count, NULL, KIPC_NODE_CANCELED,
			    &node);
	if (!ret)
		ret = kipc_node_publish(node, NAME, 0666);
	if (ret)
		return fail(NAME, ret);
	signal(SIGINT, on_stop);
	signal(SIGTERM, on_stop);
	ret = kipc_serve(endpoint, THREADS);
	return ret ? fail("serve", ret) : 0;
}

/* Runs in the thread that waits in call() */
static int print_progress(struct kipc_request *request, void *userdata)
{
	const off_t *size = userdata;
	uint64_t done;

	if (kipc_request_size(request) != sizeof(done))
		return -EINVAL;
	memcpy(&done, kipc_request_data(request), sizeof(done));
	if (*size)
		fprintf(stderr, "\r%3.0f%%", 100.0 * (double)done /
						  (double)*size);
	else
		fprintf(stderr, "\r%llu MiB", (unsigned long long)done >> 20);
	return 0;
}

static int call(int fd, const struct kipc_node *node, uint64_t deadline)
{
	struct kipc_attachment list[2];
	const struct kipc_content content = {
		.attachments = list,
		.attachment_count = 2,
	};
	struct kipc_result result;
	uint64_t lines;
	uint32_t handle;
	int ret;

	ret = kipc_name_lookup(endpoint, NAME, KIPC_RIGHT_CALL,
			       kipc_deadline_ms(1000), &handle, NULL);
	if (ret)
		return fail(NAME, ret);
	kipc_attachment_set_fd(&list[0], fd);
	kipc_attachment_set_node(&list[1], node, KIPC_RIGHT_CALL);
	ret = kipc_callv(endpoint, handle, 0, &content, deadline, &result);
	fprintf(stderr, "\n");
	if (ret) {
		fprintf(stderr, "progress: it was %s\n",
			kipc_stage_name(kipc_result_stage(&result)));
		return fail("call", ret);
	}
	if (result.code || result.size != sizeof(lines))
		return fail("answer", result.code ? result.code : -EPROTO);
	memcpy(&lines, result.data, sizeof(lines));
	kipc_result_release(&result);
	printf("%llu\n", (unsigned long long)lines);
	return 0;
}

static int count_file(const char *path, uint64_t deadline)
{
	const struct sigaction action = { .sa_handler = on_interrupt };
	struct stat stat = { .st_size = 0 };
	struct kipc_node *node;
	int ret, fd;

	/* Without SA_RESTART, so that it ends the call */
	sigaction(SIGINT, &action, NULL);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &stat))
		return fail(path, -errno);
	ret = kipc_node_new(endpoint, print_progress, &stat.st_size, 0, &node);
	ret = ret ? fail("node", ret) : call(fd, node, deadline);
	close(fd);
	return ret;
}

int main(int argc, char **argv)
{
	int ret;

	ret = kipc_open(NULL, 0, 0, &endpoint);
	if (ret)
		return fail("/dev/kipc", ret);
	if (argc == 2 && !strcmp(argv[1], "serve")) {
		ret = serve();
	} else if (argc == 3 && !strcmp(argv[1], "count")) {
		ret = count_file(argv[2], KIPC_FOREVER);
	} else if (argc == 5 && !strcmp(argv[1], "count") &&
		   !strcmp(argv[2], "-t")) {
		unsigned long seconds = strtoul(argv[3], NULL, 10);

		ret = count_file(argv[4], kipc_deadline_ms(seconds * 1000));
	} else {
		fprintf(stderr, "usage: progress serve | "
			"count [-t SECONDS] FILE\n");
		ret = 2;
	}
	kipc_close(endpoint);
	return ret;
}
