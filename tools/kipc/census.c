// SPDX-License-Identifier: GPL-2.0-only
/* The census: the open endpoints of processes, and their views of regions. */
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

/* What /proc/PID/fd shows of a view */
#define VIEW_LINK	"anon_inode:[kipc-region]"

/**
 * struct field - a line of fdinfo
 * @key: its beginning
 * @offset: where its number goes
 */
struct field {
	const char *key;
	size_t offset;
};

/**
 * struct census - a census that is taken
 * @device: which files are endpoints
 * @visits: who looks at them
 * @context: for @visits
 */
struct census {
	dev_t device;
	const struct census_visits *visits;
	void *context;
};

static const struct field endpoint_fields[] = {
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

static const struct field view_fields[] = {
	{ "kipc-region:", offsetof(struct census_view, region) },
	{ "kipc-domain:", offsetof(struct census_view, domain) },
	{ "kipc-view:", offsetof(struct census_view, view) },
	{ "kipc-region-size:", offsetof(struct census_view, region_size) },
	{ "kipc-resident:", offsetof(struct census_view, resident) },
	{ "kipc-views:", offsetof(struct census_view, views) },
	{ "kipc-chunk-size:", offsetof(struct census_view, chunk_size) },
	{ "kipc-chunks:", offsetof(struct census_view, chunks) },
	{ "kipc-chunks-free:", offsetof(struct census_view, chunks_free) },
	{ "kipc-leases:", offsetof(struct census_view, leases) },
};

int census_device(const char *path, dev_t *device)
{
	struct stat file;

	if (stat(path, &file) < 0)
		return -errno;
	*device = file.st_rdev;
	return 0;
}

/* One that is gone meanwhile has no number, so it is none. */
static void read_fdinfo(pid_t pid, const char *number,
			const struct field *fields, size_t count, void *entry)
{
	char path[PATH_MAX], text[1024];

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%s", (int)pid, number);
	if (proc_read(path, text, sizeof(text)) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		const char *line = strstr(text, fields[i].key);

		if (line)
			*(uint64_t *)((char *)entry + fields[i].offset) =
				strtoull(line + strlen(fields[i].key), NULL,
					 10);
	}
}

static bool is_endpoint(const struct census *census, int folder,
			const char *number)
{
	struct stat stat;

	return !fstatat(folder, number, &stat, 0) && S_ISCHR(stat.st_mode) &&
	       stat.st_rdev == census->device;
}

static bool is_view(int folder, const char *number)
{
	char link[sizeof(VIEW_LINK)];
	ssize_t size = readlinkat(folder, number, link, sizeof(link));

	return size == sizeof(VIEW_LINK) - 1 &&
	       !memcmp(link, VIEW_LINK, sizeof(VIEW_LINK) - 1);
}

/* One open file of a process, if it is an endpoint, or a view */
static int visit_file(const struct census *census, pid_t pid, int folder,
		      const char *number)
{
	struct census_entry entry = { .pid = pid };
	struct census_view view = { .pid = pid };

	if (is_endpoint(census, folder, number)) {
		read_fdinfo(pid, number, endpoint_fields,
			    ARRAY_SIZE(endpoint_fields), &entry);
		if (entry.endpoint)
			return census->visits->endpoint(&entry,
							census->context);
	} else if (census->visits->view && is_view(folder, number)) {
		read_fdinfo(pid, number, view_fields, ARRAY_SIZE(view_fields),
			    &view);
		if (view.region)
			return census->visits->view(&view, census->context);
	}
	return 0;
}

static int visit_process(const struct census *census, pid_t pid)
{
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
			ret = visit_file(census, pid, dirfd(folder),
					 file->d_name);
	closedir(folder);
	return ret;
}

int census_take(dev_t device, pid_t pid, const struct census_visits *visits,
		void *context)
{
	const struct census census = {
		.device = device, .visits = visits, .context = context,
	};
	struct dirent *process;
	int ret = 0;
	DIR *proc;

	if (pid)
		return visit_process(&census, pid);
	proc = opendir("/proc");
	if (!proc)
		return -errno;
	while (!ret && (process = readdir(proc))) {
		if (!isdigit((unsigned char)process->d_name[0]))
			continue;
		ret = visit_process(&census, atoi(process->d_name));
		if (ret == -EACCES || ret == -ENOENT || ret == -ESRCH ||
		    ret == -EPERM)
			ret = 0;
	}
	closedir(proc);
	return ret;
}
