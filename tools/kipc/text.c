// SPDX-License-Identifier: GPL-2.0-only
/* Numbers, users and permissions as people write them. */
#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kipc.h>

#include "text.h"

const char *text_count(char *text, uint64_t count)
{
	char digits[TEXT_MAX];
	int size = snprintf(digits, sizeof(digits), "%llu",
			    (unsigned long long)count);
	char *to = text;

	for (int i = 0; i < size; i++) {
		if (i && (size - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return text;
}

const char *text_bytes(char *text, uint64_t bytes)
{
	static const char *const units[] = {
		"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"
	};
	double value = bytes;
	size_t unit = 0;

	while (value >= 1024) {
		value /= 1024;
		unit++;
	}
	if (value == (uint64_t)value)
		snprintf(text, TEXT_MAX, "%.0f %s", value, units[unit]);
	else
		snprintf(text, TEXT_MAX, "%.1f %s", value, units[unit]);
	return text;
}

const char *text_mode(char *text, mode_t mode)
{
	static const char letters[] = "rwxrwxrwx";

	for (int i = 0; i < 9; i++)
		text[i] = mode & (0400 >> i) ? letters[i] : '-';
	text[9] = '\0';
	return text;
}

/*
 * Reads the file rather than asking NSS, which would make a statically linked
 * tool depend on shared libraries of the same glibc.
 */
static void find_user(char *text, uid_t uid)
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd *entry;

	snprintf(text, TEXT_MAX, "%u", (unsigned int)uid);
	if (!file)
		return;
	while ((entry = fgetpwent(file))) {
		if (entry->pw_uid == uid) {
			snprintf(text, TEXT_MAX, "%s", entry->pw_name);
			break;
		}
	}
	fclose(file);
}

const char *text_user(char *text, uid_t uid)
{
	static char found[TEXT_MAX];
	static uid_t last;

	if (!*found || uid != last)
		find_user(found, uid);
	last = uid;
	return strcpy(text, found);
}

const char *text_kind(unsigned int kind)
{
	return kind == KIPC_OBJECT_NODE ? "node" : "unknown";
}

int text_parse_number(const char *text, uint64_t most, uint64_t *number)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	*number = strtoull(text, &end, 0);
	return errno || *end || *number > most ? -EINVAL : 0;
}

int text_parse_size(const char *text, size_t most, size_t *bytes)
{
	static const char units[] = "KMG";
	unsigned long long value;
	const char *unit;
	int shift = 0;
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	value = strtoull(text, &end, 10);
	unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
	if (unit) {
		shift = 10 * (int)(unit - units + 1);
		end++;
	}
	if (errno || *end || !value || value > most >> shift)
		return -EINVAL;
	*bytes = (size_t)value << shift;
	return 0;
}
