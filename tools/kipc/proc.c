// SPDX-License-Identifier: GPL-2.0-only
/* What /proc tells of processes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proc.h"

int proc_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t end = 0;
	ssize_t got = 0;

	if (fd < 0)
		return -errno;
	do {
		got = read(fd, text + end, size - 1 - end);
		if (got > 0)
			end += (size_t)got;
	} while (got > 0);
	text[end] = '\0';
	got = got < 0 ? -errno : 0;
	close(fd);
	return (int)got;
}

void proc_clean_name(char *name)
{
	for (; *name; name++)
		if (*name < ' ' || *name > '~')
			*name = '?';
}

int proc_name(pid_t pid, char *name)
{
	char path[32];
	char *end;
	int ret;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	ret = proc_read(path, name, PROC_NAME_MAX);
	if (ret < 0)
		return ret;
	end = strrchr(name, '\n');
	if (end)
		*end = '\0';
	proc_clean_name(name);
	return 0;
}

pid_t proc_of_thread(pid_t tid)
{
	char path[32], text[512];
	const char *line;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	if (proc_read(path, text, sizeof(text)) < 0)
		return 0;
	line = strstr(text, "\nTgid:");
	return line ? (pid_t)atoi(line + strlen("\nTgid:")) : 0;
}
