// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Deferred replies and attachments: two callers swap open files. The first one
 * that comes is answered only when the second is there, and no thread of the
 * server waits for it meanwhile.
 *
 *	swap serve &
 *	swap give /etc/hostname &	# prints what /etc/passwd holds
 *	swap give /etc/passwd		# prints what /etc/hostname holds
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <kipc.h>

#define NAME "example.swap"

static struct kipc *endpoint;

static int fail(const char *what, int error)
{
	fprintf(stderr, "swap: %s: %s\n", what, strerror(-error));
	return 1;
}

static void on_signal(int signal)
{
	(void)signal;
	kipc_serve_stop(endpoint);
}

/* Answer one caller with the file that the other one sent */
static int pass_file(const struct kipc_request *from, struct kipc_request *to)
{
	struct kipc_attachment file;
	const struct kipc_content content = {
		.attachments = &file,
		.attachment_count = 1,
	};

	kipc_attachment_set_fd(&file, kipc_request_attachments(from)->id);
	return kipc_request_replyv(to, 0, &content, 0);
}

/* The files are not taken, so the library closes them when they were passed */
static int swap(struct kipc_request *request, void *userdata)
{
	struct kipc_request **waiting = userdata;
	int ret;

	if (kipc_request_attachment_count(request) != 1 ||
	    kipc_request_attachments(request)->type != KIPC_ATTACH_FD)
		return -EINVAL;
	if (!*waiting)
		return kipc_request_defer(request, waiting);
	ret = pass_file(request, *waiting);
	if (!ret)
		ret = pass_file(*waiting, request);
	kipc_request_free(*waiting);
	*waiting = NULL;
	return ret;
}

static int serve(void)
{
	struct kipc_request *waiting = NULL;
	struct kipc_node *node;
	int ret;

	ret = kipc_node_new(endpoint, swap, &waiting, 0, &node);
	if (!ret)
		ret = kipc_node_publish(node, NAME, 0666);
	if (ret)
		return fail(NAME, ret);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	ret = kipc_serve(endpoint, 1);
	kipc_request_free(waiting);
	return ret ? fail("serve", ret) : 0;
}

static int print(int fd)
{
	char buffer[4096];
	ssize_t size;

	while ((size = read(fd, buffer, sizeof(buffer))) > 0)
		fwrite(buffer, 1, size, stdout);
	close(fd);
	return size < 0;
}

static int call(const struct kipc_content *content)
{
	struct kipc_result result;
	uint32_t handle;
	int ret, fd;

	ret = kipc_name_lookup(endpoint, NAME, KIPC_RIGHT_CALL,
			       kipc_deadline_ms(1000), &handle, NULL);
	if (ret)
		return fail(NAME, ret);
	ret = kipc_callv(endpoint, handle, 0, content, KIPC_FOREVER, &result);
	if (ret)
		return fail("call", ret);
	fd = kipc_result_take_fd(&result, 0);
	kipc_result_release(&result);
	return fd < 0 ? fail("answer", result.code ? result.code : fd) :
			print(fd);
}

static int give(const char *path)
{
	struct kipc_attachment file;
	const struct kipc_content content = {
		.attachments = &file,
		.attachment_count = 1,
	};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return fail(path, -errno);
	kipc_attachment_set_fd(&file, fd);
	ret = call(&content);
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
	} else if (argc == 3 && !strcmp(argv[1], "give")) {
		ret = give(argv[2]);
	} else {
		fprintf(stderr, "usage: swap serve | give FILE\n");
		ret = 2;
	}
	kipc_close(endpoint);
	return ret;
}
