// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <stdio.h>

#include "setting.h"

static int read_number(const char *path, unsigned long *number)
{
	FILE *file = fopen(path, "r");
	int fields;

	if (!file)
		return -1;
	fields = fscanf(file, "%lu", number);
	fclose(file);
	if (fields != 1) {
		errno = EINVAL;
		return -1;
	}
	return 0;
}

int setting_write(const char *path, long number)
{
	FILE *file = fopen(path, "w");

	if (!file)
		return -1;
	fprintf(file, "%ld\n", number);
	return fclose(file);
}

int setting_raise(const char *path, unsigned long least)
{
	unsigned long now;

	if (read_number(path, &now) < 0) {
		warn("%s", path);
		return -1;
	}
	if (now < least && setting_write(path, (long)least) < 0) {
		warn("%s: cannot raise %lu to %lu", path, now, least);
		return -1;
	}
	return 0;
}
