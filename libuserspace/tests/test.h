/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The frame of the library's own tests: each program has a table of cases, and
 * prints TAP. A case begins with an empty fake kernel (see fake.h), and must
 * leave it empty. A case that hangs is killed by SIGALRM.
 */
#ifndef KIPC_TESTS_TEST_H
#define KIPC_TESTS_TEST_H

#include <errno.h>
#include <string.h>

#include <kipc.h>

#include "fake.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#define EXPECT_EQ(wanted, got) \
	test_equal((long long)(wanted), (long long)(got), #got, \
		   __FILE__, __LINE__)
#define EXPECT(condition) \
	test_equal(1, !!(condition), #condition, __FILE__, __LINE__)

struct test {
	const char *name;
	void (*run)(void);
};

#define TEST(function)	{ #function, function }

void test_equal(long long wanted, long long got, const char *what,
		const char *file, int line);
int test_main(const struct test *tests, size_t count);

#endif /* KIPC_TESTS_TEST_H */
