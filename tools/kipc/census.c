// SPDX-License-Identifier: GPL-2.0-only
/* The census: the open endpoints of processes. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "census.h"
#include "proc.h"
#include "tool.h"

/* Lines of fdinfo, and where their numbers go */
static const struct {
	const char *key;
	size_t offset;
} fields[] = {
	{ "kipc-endpoint:", offsetof(struct census_entry, endpoint) },
	{ "kipc-domain:", offsetof(struct census_entry, domain) },
	{ "kipc-pool-size:", offsetof(struct census_entry, pool_size) },
	{ "kipc-pool-used:", offsetof(struct census_entry, pool_used) },
	{ "kipc-nodes:", offsetof(struct census_entry, nodes) },
	{ "kipc-handles:", offsetof(struct census_entry, handles) },
	{ "kipc-queued:", offsetof(struct census_entry, queued) },
	{ "kipc-serving:", offsetof(struct census_entry, serving) },
	{ "kipc-abandoned:", offsetof(struct census_entry, abandoned) },
	{ "kipc-starved:", offsetof(struct census_entry, starved) },
	{ "kipc-frozen:", offsetof(struct census_entry, frozen) },
};

int census_device(const char *path, dev_t *device)
{
	struct stat file;

	if (stat(path, &file) < 0)
		return -errno;
	*device = file.st_rdev;
	return 0;
}

static void parse_fdinfo(const char *text, struct census_entry *entry)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *line = strstr(text, fields[i].key);

		if (line)
			*(uint64_t *)((char *)entry + fields[i].offset) =
				strtoull(line + strlen(fields[i].key), NULL,
					 10);
	}
}

/* One open file of a process, if it is an endpoint */
static int visit_file(dev_t device, struct census_entry *entry, int folder,
		      const char *number, census_visit visit, void *context)
{
	char path[PATH_MAX], text[1024];
	pid_t pid = entry->pid;
	struct stat stat;

	if (fstatat(folder, number, &stat, 0) < 0 || !S_ISCHR(stat.st_mode) ||
	    stat.st_rdev != device)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%s", (int)pid, number);
	if (proc_read(path, text, sizeof(text)) < 0)
		return 0;
	*entry = (struct census_entry){ .pid = pid };
	parse_fdinfo(text, entry);
	return entry->endpoint ? visit(entry, context) : 0;
}

static int visit_process(dev_t device, pid_t pid, census_visit visit,
			 void *context)
{
	struct census_entry entry = { .pid = pid };
	struct dirent *file;
	char path[32];
	int ret = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	folder = opendir(path);
	if (!folder)
		return -errno;
	while (!ret && (file = readdir(folder)))
		if (isdigit((unsigned char)file->d_name[0]))
			ret = visit_file(device, &entry, dirfd(folder),
					 file->d_name, visit, context);
	closedir(folder);
	return ret;
}

int census_take(dev_t device, pid_t pid, census_visit visit, void *context)
{
	struct dirent *process;
	int ret = 0;
	DIR *proc;

	if (pid)
		return visit_process(device, pid, visit, context);
	proc = opendir("/proc");
	if (!proc)
		return -errno;
	while (!ret && (process = readdir(proc))) {
		if (!isdigit((unsigned char)process->d_name[0]))
			continue;
		ret = visit_process(device, atoi(process->d_name), visit,
				    context);
		if (ret == -EACCES || ret == -ENOENT || ret == -ESRCH ||
		    ret == -EPERM)
			ret = 0;
	}
	closedir(proc);
	return ret;
}
