/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Sleeping on a word in memory that processes share, and waking who does.
 */
#ifndef KIPC_SRC_FUTEX_H
#define KIPC_SRC_FUTEX_H

#include <stdint.h>

/**
 * kipc_futex_wait() - sleep as long as a word has a value
 * @word: the word
 * @value: the value
 * @deadline: when to stop, CLOCK_MONOTONIC in ns; KIPC_FOREVER
 *
 * Return: 0 if it was woken, for whatever reason; or -EAGAIN (it has another value), -EINTR
 * or -ETIMEDOUT.
 */
int kipc_futex_wait(uint32_t *word, uint32_t value, uint64_t deadline);

/**
 * kipc_futex_wake() - wake threads that sleep on a word
 * @word: the word
 * @count: how many at most
 */
void kipc_futex_wake(uint32_t *word, unsigned int count);

#endif /* KIPC_SRC_FUTEX_H */
