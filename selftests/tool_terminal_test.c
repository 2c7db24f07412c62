// SPDX-License-Identifier: GPL-2.0-only
/* kipc top and kipc trace on a terminal. */
#include <kselftest_harness.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>

#include "selftest.h"

#define COLUMNS	60
#define ROWS	10

/**
 * struct terminal - a terminal with "kipc" on it
 * @fd: the other end of it
 * @pid: the process
 * @before: how the terminal was set up
 * @text: what came
 * @size: of that
 */
struct terminal {
	int fd;
	pid_t pid;
	struct termios before;
	char text[1 << 16];
	size_t size;
};

static void terminal_start(struct terminal *terminal, const char *const *argv)
{
	struct winsize size = { .ws_row = ROWS, .ws_col = COLUMNS };

	memset(terminal, 0, sizeof(*terminal));
	terminal->pid = forkpty(&terminal->fd, NULL, NULL, &size);
	must_errno(terminal->pid);
	if (!terminal->pid) {
		setenv("TERM", "linux", 1);
		execvp("kipc", (char **)argv);
		_exit(127);
	}
	must_errno(tcgetattr(terminal->fd, &terminal->before));
}

/* Reads until the text came, or the end if it is NULL. */
static void terminal_read(struct terminal *terminal, const char *text)
{
	struct pollfd ready = { .fd = terminal->fd, .events = POLLIN };
	ssize_t size;

	while (!text || !strstr(terminal->text, text)) {
		check(poll(&ready, 1, 60000) > 0);
		check(terminal->size < sizeof(terminal->text) - 1);
		size = read(terminal->fd, terminal->text + terminal->size,
			    sizeof(terminal->text) - 1 - terminal->size);
		if (size <= 0)
			break;
		terminal->size += size;
	}
	check(!text || strstr(terminal->text, text));
}

static void terminal_end(struct terminal *terminal)
{
	int status;

	terminal_read(terminal, NULL);
	must_errno(waitpid(terminal->pid, &status, 0));
	check(WIFEXITED(status) && !WEXITSTATUS(status));
	close(terminal->fd);
}

static bool same_mode(struct terminal *terminal)
{
	struct termios now;

	must_errno(tcgetattr(terminal->fd, &now));
	return now.c_lflag == terminal->before.c_lflag;
}

/* The longest line, in characters that show */
static int width(const char *text)
{
	int widest = 0, column = 0;
	bool sequence = false;

	for (; *text; text++) {
		if (*text == '\033')
			sequence = true;
		else if (*text == '\n' || *text == '\r')
			column = 0;
		else if (!sequence && ++column > widest)
			widest = column;
		if (*text >= '@' && *text != '[')
			sequence = false;
	}
	return widest;
}

TEST(top_until_q)
{
	static const char *const argv[] = {
		"kipc", "top", "-d", "0.3", NULL
	};
	struct terminal *terminal = malloc(sizeof(*terminal));

	terminal_start(terminal, argv);
	terminal_read(terminal, "\033[Hkipc top, ");
	EXPECT_FALSE(same_mode(terminal));
	EXPECT_EQ(1, write(terminal->fd, "q", 1));
	terminal_read(terminal, "\033[?25h");
	terminal_end(terminal);
	/* Lines are cut, and heads stand out. */
	EXPECT_GT(COLUMNS, width(terminal->text));
	EXPECT_NE(NULL, strstr(terminal->text, "\033[1mENDPOINT"));
	free(terminal);
}

TEST(top_until_interrupted)
{
	static const char *const argv[] = {
		"kipc", "top", "-d", "0.3", NULL
	};
	struct terminal *terminal = malloc(sizeof(*terminal));

	terminal_start(terminal, argv);
	terminal_read(terminal, "\033[Hkipc top, ");
	EXPECT_EQ(1, write(terminal->fd, "\003", 1));
	terminal_read(terminal, "\033[?25h");
	terminal_end(terminal);
	free(terminal);
}

TEST(no_color)
{
	static const char *const argv[] = {
		"kipc", "top", "-b", "-n", "1", "-d", "0.3", NULL
	};
	struct terminal *terminal = malloc(sizeof(*terminal));

	setenv("NO_COLOR", "1", 1);
	terminal_start(terminal, argv);
	terminal_end(terminal);
	EXPECT_EQ(NULL, strchr(terminal->text, '\033'));
	EXPECT_NE(NULL, strstr(terminal->text, "ENDPOINT"));
	free(terminal);
}

TEST_HARNESS_MAIN
