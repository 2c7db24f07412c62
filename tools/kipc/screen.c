// SPDX-License-Identifier: GPL-2.0-only
/* A terminal that shows one text after the other in the same place. */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "screen.h"

#define HOME		"\033[H"
#define CLEAR_LINE	"\033[K"
#define CLEAR_REST	"\033[J"
#define HIDE_CURSOR	"\033[?25l"
#define SHOW_CURSOR	"\033[?25h"
#define PLAIN		"\033[0m"

static struct termios saved;
static bool has_keys;

void screen_begin(void)
{
	struct termios raw;

	has_keys = isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &saved);
	if (has_keys) {
		raw = saved;
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	fputs(HIDE_CURSOR HOME CLEAR_REST, stdout);
}

void screen_end(void)
{
	fputs(SHOW_CURSOR, stdout);
	fflush(stdout);
	if (has_keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &saved);
}

int screen_key(void)
{
	struct pollfd keys = { .fd = STDIN_FILENO, .events = POLLIN };
	unsigned char key;

	if (!has_keys || poll(&keys, 1, 0) <= 0 ||
	    read(STDIN_FILENO, &key, 1) != 1)
		return 0;
	return key;
}

/* Print a character, unless the line is full; a sequence has no width */
static void print_character(char byte, unsigned int *column,
			    unsigned int columns, bool *sequence)
{
	if (byte == '\033')
		*sequence = true;
	else if (!*sequence && (byte & 0xc0) != 0x80)
		++*column;
	if (*sequence || *column < columns)
		putchar(byte);
	if (byte == 'm')
		*sequence = false;
}

void screen_show(const char *text)
{
	struct winsize size = { 0 };
	unsigned int row = 1, column = 0;
	bool sequence = false;

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	if (!size.ws_row || !size.ws_col)
		size = (struct winsize){ .ws_row = 24, .ws_col = 80 };
	fputs(HOME, stdout);
	for (; *text && row < size.ws_row; text++) {
		if (*text != '\n') {
			print_character(*text, &column, size.ws_col, &sequence);
			continue;
		}
		fputs(PLAIN CLEAR_LINE "\n", stdout);
		row++;
		column = 0;
	}
	fputs(PLAIN CLEAR_REST, stdout);
}
