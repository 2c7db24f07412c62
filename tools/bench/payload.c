// SPDX-License-Identifier: GPL-2.0-only
#include "payload.h"

#define PAGE	4096

/* Accesses that the compiler does not leave out, whatever it knows. */
static void put_word(void *payload, size_t position, uint64_t word)
{
	__atomic_store_n((uint64_t *)((char *)payload + position), word,
			 __ATOMIC_RELAXED);
}

static uint64_t get_word(const void *payload, size_t position)
{
	return __atomic_load_n((const uint64_t *)((const char *)payload +
						  position), __ATOMIC_RELAXED);
}

/* Both primes, so that neither pages nor powers of two look alike. */
static uint8_t byte_at(size_t position, unsigned int seed)
{
	return (uint8_t)(position % 251 + seed * 17);
}

void payload_fill(void *payload, size_t size, unsigned int seed)
{
	uint8_t *bytes = payload;
	size_t i;

	for (i = 0; i < size; i++)
		bytes[i] = byte_at(i, seed);
}

bool payload_is_filled(const void *payload, size_t size, unsigned int seed)
{
	const uint8_t *bytes = payload;
	size_t i;

	for (i = 0; i < size; i++) {
		if (bytes[i] != byte_at(i, seed))
			return false;
	}
	return true;
}

void payload_stamp(void *payload, size_t size, uint64_t number)
{
	size_t i;

	for (i = 0; i + sizeof(number) <= size; i += PAGE)
		put_word(payload, i, number);
}

uint64_t payload_number(const void *payload)
{
	return get_word(payload, 0);
}

bool payload_is_stamped(const void *payload, size_t size, uint64_t number)
{
	size_t i;

	for (i = 0; i + sizeof(number) <= size; i += PAGE) {
		if (get_word(payload, i) != number)
			return false;
	}
	return true;
}

void payload_read(const void *payload, size_t size)
{
	size_t i;

	for (i = 0; i + sizeof(uint64_t) <= size; i += PAGE)
		get_word(payload, i);
}
