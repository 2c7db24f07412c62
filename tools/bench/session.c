// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buffer.h"
#include "place.h"
#include "session.h"

/* Where the two keep to if they are to be apart */
#define CLIENT_CPU	0
#define SERVER_CPU	1

static void on_server_end(int signal)
{
	static const char message[] = "the server ended, and so this does too\n";
	ssize_t written = write(STDERR_FILENO, message, sizeof(message) - 1);

	(void)signal;
	(void)written;
	_exit(EXIT_FAILURE);
}

static void peer_init(struct peer *peer, const struct session_options *options)
{
	const struct peer_ops *ops = options->ops;
	size_t size = options->size;

	peer->ops = ops;
	peer->size = size;
	peer->is_server = false;
	peer->window = options->window ? options->window : 1;
	peer->request = buffer_new(size);
	peer->reply = buffer_new(size);
	peer->state = calloc(1, ops->state_size);
	if (!peer->state)
		err(EXIT_FAILURE, "state of %s", ops->name);
}

static void peer_deinit(struct peer *peer)
{
	if (peer->ops->teardown)
		peer->ops->teardown(peer);
	free(peer->state);
	buffer_free(peer->reply);
	buffer_free(peer->request);
}

/* The server's life. Its first word to the client is 0 or an errno. */
static void run_server(struct peer *peer, const struct session_options *options,
		       int ready)
{
	int error = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (options->apart)
		place_on(SERVER_CPU);
	peer->is_server = true;
	if (peer->ops->listen && peer->ops->listen(peer) < 0)
		error = errno;
	if (write(ready, &error, sizeof(error)) != sizeof(error))
		err(EXIT_FAILURE, "server: write");
	close(ready);
	/* One that has nothing to serve waits for the client to end it. */
	if (error)
		pause();
	if (options->serve)
		options->serve(peer, options->context);
	else
		peer->ops->serve(peer);
	_exit(EXIT_FAILURE);
}

/* Start the server and wait for its first word; return that. */
static int start_server(struct session *session,
			const struct session_options *options)
{
	int ready[2];
	int error;

	if (pipe(ready) < 0)
		err(EXIT_FAILURE, "pipe");
	signal(SIGCHLD, on_server_end);
	session->server = fork();
	if (session->server < 0)
		err(EXIT_FAILURE, "fork");
	if (session->server == 0)
		run_server(&session->peer, options, ready[1]);
	close(ready[1]);
	if (read(ready[0], &error, sizeof(error)) != sizeof(error))
		error = ECHILD;
	close(ready[0]);
	return error;
}

static void stop_server(struct session *session)
{
	signal(SIGCHLD, SIG_DFL);
	kill(session->server, SIGKILL);
	waitpid(session->server, NULL, 0);
}

static void end(struct session *session)
{
	peer_deinit(&session->peer);
	if (session->apart)
		place_anywhere();
}

int session_start(struct session *session,
		  const struct session_options *options)
{
	const struct peer_ops *ops = options->ops;
	struct peer *peer = &session->peer;
	int error;

	/* The server inherits it. */
	policy_set(options->policy, ops->preempts);
	session->apart = options->apart;
	if (session->apart)
		place_on(CLIENT_CPU);
	peer_init(peer, options);
	if (ops->setup && ops->setup(peer) < 0) {
		error = errno;
		goto err_peer;
	}
	error = start_server(session, options);
	if (error)
		goto err_server;
	if (ops->connect && ops->connect(peer) < 0) {
		error = errno;
		goto err_server;
	}
	return 0;

err_server:
	stop_server(session);
err_peer:
	end(session);
	errno = error;
	return -1;
}

void session_stop(struct session *session)
{
	stop_server(session);
	end(session);
}
