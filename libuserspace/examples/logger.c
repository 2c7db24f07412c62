// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A mailbox with many writers: they log lines, and one reader prints them, the most
 * severe ones first. Neither needs the other to run: the mailbox keeps the lines until
 * somebody reads them. If nobody does, the least severe ones are dropped.
 *
 *	logger write 6 starting up
 *	echo "disk is full" | logger write 2
 *	logger read			# what there is, and all that comes
 *	logger drain			# only what there is
 *	logger unlink			# lines that nobody read are gone
 *
 * Severities are those of syslog: 0, an emergency, to 7.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kipc.h>

#define NAME		"example.log"
#define SEVERITIES	8
#define LINE_MAX_SIZE	1024

static const struct kipc_mailbox_options options = {
	.policy = KIPC_MAILBOX_DROP,
	.messages_max = 1000,
	.size_max = LINE_MAX_SIZE,
};

static int fail(const char *what, int error)
{
	fprintf(stderr, "logger: %s: %s\n", what, strerror(-error));
	return 1;
}

/* Whoever comes first makes it. Everybody may write, the maker's user may read. */
static int open_log(unsigned int flags)
{
	return kipc_mailbox_open(NULL, NAME, flags | KIPC_MAILBOX_CREATE, 0622,
				 &options);
}

/* The more severe, the more urgent; what is too long is cut */
static int write_line(int box, unsigned int severity, const char *line)
{
	size_t size = strcspn(line, "\n");
	int ret;

	if (size > LINE_MAX_SIZE)
		size = LINE_MAX_SIZE;
	ret = kipc_mailbox_send(box, line, size, SEVERITIES - 1 - severity,
				KIPC_FOREVER);
	return ret ? fail("send", ret) : 0;
}

static int write_lines(int box, unsigned int severity)
{
	size_t size = 0;
	char *line = NULL;
	int ret = 0;

	while (!ret && getline(&line, &size, stdin) > 0)
		ret = write_line(box, severity, line);
	free(line);
	return ret;
}

static int write_words(int box, unsigned int severity, char **words)
{
	char line[LINE_MAX_SIZE] = "";
	size_t used = 0;

	for (; *words && used < sizeof(line); words++)
		used += snprintf(line + used, sizeof(line) - used, "%s%s",
				 used ? " " : "", *words);
	return write_line(box, severity, line);
}

static int write_log(const char *severity, char **words)
{
	char *end;
	unsigned long number = strtoul(severity, &end, 10);
	int box, ret;

	if (end == severity || *end || number >= SEVERITIES)
		return fail(severity, -EINVAL);
	box = open_log(KIPC_MAILBOX_WRITE);
	if (box < 0)
		return fail(NAME, box);
	if (*words)
		ret = write_words(box, number, words);
	else
		ret = write_lines(box, number);
	close(box);
	return ret;
}

static void print(const struct kipc_mail *mail, const char *line)
{
	if (mail->missed)
		printf("(%llu lines were dropped)\n",
		       (unsigned long long)mail->missed);
	printf("<%u> user %u, process %u: %.*s\n",
	       SEVERITIES - 1 - mail->priority, mail->euid, mail->pid,
	       (int)mail->size, line);
	fflush(stdout);
}

/* Until there is nothing more, if it is not to wait */
static int read_log(uint64_t deadline)
{
	char line[LINE_MAX_SIZE];
	struct kipc_mail mail;
	ssize_t ret;
	int box;

	box = open_log(KIPC_MAILBOX_READ);
	if (box < 0)
		return fail(NAME, box);
	while ((ret = kipc_mailbox_recv(box, line, sizeof(line), deadline,
					&mail)) >= 0)
		print(&mail, line);
	close(box);
	return ret == -EAGAIN ? 0 : fail("receive", ret);
}

static int unlink_log(void)
{
	int ret = kipc_mailbox_unlink(NULL, NAME);

	return ret ? fail(NAME, ret) : 0;
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "write"))
		return write_log(argv[2], argv + 3);
	if (argc == 2 && !strcmp(argv[1], "read"))
		return read_log(KIPC_FOREVER);
	if (argc == 2 && !strcmp(argv[1], "drain"))
		return read_log(KIPC_NO_WAIT);
	if (argc == 2 && !strcmp(argv[1], "unlink"))
		return unlink_log();
	fprintf(stderr,
		"usage: logger write SEVERITY [TEXT...] | read | drain | unlink\n");
	return 2;
}
