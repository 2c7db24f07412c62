// SPDX-License-Identifier: GPL-2.0-only
/* Numbers, times, users and permissions as people write them. */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

const char *text_time(char *text, uint64_t ns)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	double value = (double)ns;
	size_t unit = 0;

	/* As it is going to be rounded */
	while (value >= 999.5 && unit < 3) {
		value /= 1000;
		unit++;
	}
	snprintf(text, TEXT_MAX, "%.*f %s", !unit || value >= 99.95 ? 0 :
		 value >= 9.995 ? 1 : 2, value, units[unit]);
	return text;
}

void text_now(char *text, size_t size)
{
	time_t seconds = time(NULL);
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(text, size, "%Y-%m-%dT%H:%M:%S%z", &tm);
}

const char *text_rate(char *text, uint64_t count, uint64_t ns)
{
	double rate = (double)count * 1e9 / (double)ns;

	if (!count || rate >= 9.95)
		return text_count(text, (uint64_t)(rate + 0.5));
	snprintf(text, TEXT_MAX, "%.*f", rate < 0.095 ? 2 : 1, rate);
	return text;
}

const char *text_error(char *text, int error)
{
	const char *name = strerrorname_np(-error);

	/* What the kernel calls ERESTARTSYS is an interruption. */
	if (error == -512)
		name = "EINTR";
	if (name)
		snprintf(text, TEXT_MAX, "%s", name);
	else
		snprintf(text, TEXT_MAX, "error %d", error);
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
	switch (kind) {
	case KIPC_OBJECT_NODE:
		return "node";
	case KIPC_OBJECT_MAILBOX:
		return "mailbox";
	case KIPC_OBJECT_REGION:
		return "region";
	default:
		return "unknown";
	}
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

int text_parse_mode(const char *text, mode_t *mode)
{
	char *end;
	unsigned long bits = strtoul(text, &end, 8);

	if (!isdigit((unsigned char)*text) || *end || bits > 0777)
		return -EINVAL;
	*mode = (mode_t)bits;
	return 0;
}

int text_parse_seconds(const char *text, uint64_t *ns)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds > 0) || seconds > 1e9)
		return -EINVAL;
	*ns = (uint64_t)(seconds * 1e9) ?: 1;
	return 0;
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
