/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names and prefixes as users give them: copied in once, and checked.
 *
 * A name is UTF-8, its segments joined by dots; no segment is empty, and there
 * is no '/' and no control character. A prefix is a name, or the beginning of
 * one that ends at a dot, or nothing at all.
 */
#ifndef KIPC_CORE_KEY_H
#define KIPC_CORE_KEY_H

#include <linux/kipc.h>
#include <linux/string.h>

/**
 * struct kipc_key - a name as a user gave it, checked
 * @size: its bytes
 * @bytes: the name
 */
struct kipc_key {
	u32 size;
	char bytes[KIPC_NAME_MAX];
};

int kipc_key_import(struct kipc_key *key, u64 address, u32 size);
int kipc_prefix_import(struct kipc_key *key, u64 address, u32 size);
bool kipc_prefix_matches(const struct kipc_key *prefix, const char *name,
			 u32 size);
bool kipc_key_is_reserved(const struct kipc_key *key);

/**
 * kipc_key_equals() - compare with a name
 * @key: a name
 * @bytes: another
 * @size: its size
 *
 * Context: Any.
 * Return: Whether they are the same.
 */
static inline bool kipc_key_equals(const struct kipc_key *key,
				   const char *bytes, u32 size)
{
	return key->size == size && !memcmp(key->bytes, bytes, size);
}

#endif /* KIPC_CORE_KEY_H */
