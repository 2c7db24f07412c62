/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the subcommands of the tool share.
 *
 * A subcommand is a file cmd_<name>.c with a struct command in it, listed in
 * main.c, or in cmd_mailbox.c. It parses its own arguments with argp, prints its results on stdout
 * and its complaints on stderr, and returns an exit status.
 */
#ifndef TOOL_H
#define TOOL_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <kipc.h>

/**
 * enum tool_status - exit status of the tool; they are for scripts, so none of
 *	them ever changes its meaning
 * @TOOL_OK: it worked
 * @TOOL_FAILED: it failed for another reason than those below
 * @TOOL_USAGE: the command line makes no sense
 * @TOOL_NO_DEVICE: the device is not there: the module is not loaded
 * @TOOL_DENIED: no permission for the device or for what was asked
 * @TOOL_NO_NAME: there is no such name
 * @TOOL_TIMEOUT: the time was up
 * @TOOL_CODE: the reply came, and its code is not 0
 */
enum tool_status {
	TOOL_OK = 0,
	TOOL_FAILED = 1,
	TOOL_USAGE = 2,
	TOOL_NO_DEVICE = 3,
	TOOL_DENIED = 4,
	TOOL_NO_NAME = 5,
	TOOL_TIMEOUT = 6,
	TOOL_CODE = 7,
};

/**
 * struct tool - what was said on the command line before the subcommand
 * @device: path of the device
 */
struct tool {
	const char *device;
};

/**
 * struct command - one subcommand
 * @name: what the user types
 * @summary: one line for "kipc --help"
 * @run: does it; argv[0] is "kipc NAME"; returns an enum tool_status
 */
struct command {
	const char *name;
	const char *summary;
	int (*run)(const struct tool *tool, int argc, char **argv);
};

extern const struct command cmd_call;
extern const struct command cmd_freeze;
extern const struct command cmd_frozen;
extern const struct command cmd_info;
extern const struct command cmd_ls;
extern const struct command cmd_mailbox;
extern const struct command cmd_mailbox_create;
extern const struct command cmd_mailbox_info;
extern const struct command cmd_mailbox_ls;
extern const struct command cmd_mailbox_peek;
extern const struct command cmd_mailbox_purge;
extern const struct command cmd_mailbox_rm;
extern const struct command cmd_recv;
extern const struct command cmd_region;
extern const struct command cmd_region_cat;
extern const struct command cmd_region_chunks;
extern const struct command cmd_region_create;
extern const struct command cmd_region_ls;
extern const struct command cmd_region_revoke;
extern const struct command cmd_region_rm;
extern const struct command cmd_region_views;
extern const struct command cmd_region_write;
extern const struct command cmd_send;
extern const struct command cmd_serve;
extern const struct command cmd_stat;
extern const struct command cmd_thaw;
extern const struct command cmd_top;
extern const struct command cmd_trace;
extern const struct command cmd_watch;

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* Key of the option --json, which several subcommands have */
#define TOOL_KEY_JSON	'j'

/**
 * tool_error() - complain on stderr
 * @format: what went wrong, a literal as for printf(), without a line end
 */
#define tool_error(format, ...) \
	fprintf(stderr, "kipc: " format "\n", ##__VA_ARGS__)

/**
 * tool_status_of() - the exit status for an error
 * @error: -errno
 *
 * Return: an enum tool_status.
 */
int tool_status_of(int error);

/**
 * tool_fail() - complain about an error of the library
 * @error: -errno
 * @what: what was attempted
 *
 * Return: the exit status for it.
 */
int tool_fail(int error, const char *what);

/**
 * tool_fail_name() - complain about an error that concerns a name
 * @error: -errno
 * @name: the name
 *
 * Return: the exit status for it.
 */
int tool_fail_name(int error, const char *name);

/**
 * tool_open() - open the device, or say why that is not possible
 * @tool: where it is
 * @pool_size: as for kipc_open()
 * @flags: as for kipc_open()
 * @endpoint: where the endpoint goes
 *
 * Return: TOOL_OK, or the exit status.
 */
int tool_open(const struct tool *tool, size_t pool_size, unsigned int flags,
	      struct kipc **endpoint);

/**
 * tool_signal_fd() - turn the signals that end a command into something to read
 *
 * SIGINT, SIGTERM, SIGHUP and SIGPIPE are blocked from here on, but for those
 * that the parent chose to be ignored.
 *
 * Return: a file descriptor of which signalfd_siginfo can be read, or -errno.
 */
int tool_signal_fd(void);

/**
 * tool_end_by_pipe() - end as whoever writes to a closed pipe does
 *
 * Does nothing if no SIGPIPE came.
 */
void tool_end_by_pipe(void);

/**
 * tool_stop_on_signals() - end kipc_serve() on SIGINT, SIGTERM and SIGHUP
 * @endpoint: the endpoint that is going to serve
 * @abort_fd: an eventfd that a second such signal makes readable, or -1
 */
void tool_stop_on_signals(struct kipc *endpoint, int abort_fd);

#endif
