// SPDX-License-Identifier: GPL-2.0-only
#include "core/key.h"

#include <linux/uaccess.h>

#define RESERVED	"sys."

/*
 * The size of the UTF-8 sequence that @s begins with, 0 if it is not one:
 * Unicode 15.0, table 3-7, which leaves out overlong forms, surrogates and what
 * is above U+10FFFF.
 */
static u32 utf8_sequence(const u8 *s, u32 size)
{
	u8 low = 0x80, high = 0xbf;
	u32 n, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (n > size)
		return 0;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (i = 2; i < n; i++)
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	return n;
}

/* U+0000 to U+001F, and U+007F to U+009F, of which all but one take 2 bytes */
static bool is_control(const u8 *s)
{
	return s[0] < 0x20 || s[0] == 0x7f || (s[0] == 0xc2 && s[1] < 0xa0);
}

/* Segments joined by dots. A prefix may end with one. */
static bool is_valid(const struct kipc_key *key, bool prefix)
{
	const u8 *s = (const u8 *)key->bytes;
	bool empty = true;
	u32 i = 0, n;

	while (i < key->size) {
		n = utf8_sequence(s + i, key->size - i);
		if (!n || is_control(s + i) || s[i] == '/')
			return false;
		if (s[i] == '.' && empty)
			return false;
		empty = s[i] == '.';
		i += n;
	}
	return !empty || prefix;
}

static int import(struct kipc_key *key, u64 address, u32 size, bool prefix)
{
	if (!size && !prefix)
		return -EINVAL;
	if (size > KIPC_NAME_MAX)
		return -ENAMETOOLONG;
	if (copy_from_user(key->bytes, u64_to_user_ptr(address), size))
		return -EFAULT;
	key->size = size;
	return is_valid(key, prefix) ? 0 : -EINVAL;
}

/**
 * kipc_key_import() - copy in a name
 * @key: where
 * @address: user address of the name
 * @size: its size in bytes
 *
 * Context: Process context. May sleep.
 * Return: 0, -EFAULT, -EINVAL or -ENAMETOOLONG.
 */
int kipc_key_import(struct kipc_key *key, u64 address, u32 size)
{
	return import(key, address, size, false);
}

/**
 * kipc_prefix_import() - copy in a prefix
 * @key: where
 * @address: user address of the prefix
 * @size: its size in bytes; 0 is a prefix of everything
 *
 * Context: Process context. May sleep.
 * Return: 0, -EFAULT, -EINVAL or -ENAMETOOLONG.
 */
int kipc_prefix_import(struct kipc_key *key, u64 address, u32 size)
{
	return import(key, address, size, true);
}

/**
 * kipc_prefix_matches() - whether a name is under a prefix
 * @prefix: the prefix
 * @name: the name
 * @size: its size
 *
 * Context: Any.
 * Return: Whether it is the prefix or begins with it and a dot.
 */
bool kipc_prefix_matches(const struct kipc_key *prefix, const char *name,
			 u32 size)
{
	u32 n = prefix->size;

	if (!n)
		return true;
	if (size < n || memcmp(name, prefix->bytes, n))
		return false;
	return size == n || name[n] == '.' || prefix->bytes[n - 1] == '.';
}

/**
 * kipc_key_is_reserved() - whether a name is for the system only
 * @key: the name
 *
 * Context: Any.
 * Return: Whether it is under "sys.".
 */
bool kipc_key_is_reserved(const struct kipc_key *key)
{
	return key->size > strlen(RESERVED) &&
	       !memcmp(key->bytes, RESERVED, strlen(RESERVED));
}
