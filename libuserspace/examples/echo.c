// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A server that answers with what it is sent, and a client:
 *
 *	echo serve &
 *	echo call hello, world
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <kipc.h>

#define NAME "example.echo"
#define THREADS 4

static struct kipc *endpoint;

static int fail(const char *what, int error)
{
	fprintf(stderr, "echo: %s: %s\n", what, strerror(-error));
	return 1;
}

static void on_signal(int signal)
{
	(void)signal;
	kipc_serve_stop(endpoint);
}

/* Answer with the payload itself: it is sent from where it was received */
static int echo(struct kipc_request *request, void *userdata)
{
	(void)userdata;
	return kipc_request_reply(request, 0, kipc_request_data(request),
				  kipc_request_size(request));
}

static int serve(void)
{
	struct kipc_node *node;
	int ret;

	ret = kipc_node_new(endpoint, echo, NULL, 0, &node);
	if (!ret)
		ret = kipc_node_publish(node, NAME, 0666);
	if (ret)
		return fail(NAME, ret);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	ret = kipc_serve(endpoint, THREADS);
	return ret ? fail("serve", ret) : 0;
}

static int call(const char *text)
{
	struct kipc_result result;
	uint32_t handle;
	int ret;

	ret = kipc_name_lookup(endpoint, NAME, KIPC_RIGHT_CALL,
			       kipc_deadline_ms(1000), &handle, NULL);
	if (ret)
		return fail(NAME, ret);
	ret = kipc_call(endpoint, handle, 0, text, strlen(text),
			kipc_deadline_ms(1000), &result);
	if (ret)
		return fail("call", ret);
	if (result.code)
		return fail("answer", result.code);
	printf("%.*s\n", (int)result.size, (const char *)result.data);
	kipc_result_release(&result);
	return 0;
}

int main(int argc, char **argv)
{
	int ret;

	ret = kipc_open(NULL, 0, 0, &endpoint);
	if (ret)
		return fail("/dev/kipc", ret);
	if (argc == 2 && !strcmp(argv[1], "serve")) {
		ret = serve();
	} else if (argc > 1 && !strcmp(argv[1], "call")) {
		for (int i = 2; i < argc && !ret; i++)
			ret = call(argv[i]);
	} else {
		fprintf(stderr, "usage: echo serve | call TEXT...\n");
		ret = 2;
	}
	kipc_close(endpoint);
	return ret;
}
