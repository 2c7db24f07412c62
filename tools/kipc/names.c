// SPDX-License-Identifier: GPL-2.0-only
/* Which node a name stands for: what debugfs tells root. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

#define NAMES_FILE	"/sys/kernel/debug/kipc/names"

/* A line: DOMAIN ENDPOINT NODE NAME; the name may have spaces in it */
static int parse(char *line, struct names_entry *entry)
{
	unsigned long long domain, endpoint;
	char *end = strrchr(line, '\n');
	int begin = 0;

	if (end)
		*end = '\0';
	if (sscanf(line, "%llu %llu %u%n", &domain, &endpoint, &entry->node,
		   &begin) != 3 || line[begin] != ' ')
		return -EINVAL;
	entry->domain = domain;
	entry->endpoint = endpoint;
	entry->name = line + begin + 1;
	return 0;
}

int names_read(names_visit visit, void *context)
{
	FILE *file = fopen(NAMES_FILE, "re");
	struct names_entry entry;
	char *line = NULL;
	size_t size = 0;
	int ret = 0;

	if (!file)
		return -errno;
	while (!ret && getline(&line, &size, file) >= 0)
		if (!parse(line, &entry))
			ret = visit(&entry, context);
	free(line);
	fclose(file);
	return ret;
}

int names_match(const char *name, const char *prefix)
{
	size_t size = strlen(prefix);

	return !strncmp(name, prefix, size) &&
	       (!name[size] || name[size] == '.');
}
