// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <stdio.h>
#include <unistd.h>

#include "test.h"

#define SECONDS_MAX	60

static int failures;

void test_equal(long long wanted, long long got, const char *what,
		const char *file, int line)
{
	if (wanted == got)
		return;
	__atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED);
	printf("# %s:%d: %s is %lld, not %lld\n", file, line, what, got,
	       wanted);
}

static int run(const struct test *test, size_t number)
{
	int before = failures;

	alarm(SECONDS_MAX);
	fake_reset();
	test->run();
	EXPECT_EQ(0, fake_endpoints());
	printf("%sok %zu %s\n", failures == before ? "" : "not ", number,
	       test->name);
	fflush(stdout);
	return failures != before;
}

int test_main(const struct test *tests, size_t count)
{
	int failed = 0;

	printf("TAP version 13\n1..%zu\n", count);
	for (size_t i = 0; i < count; i++)
		failed += run(&tests[i], i + 1);
	return failed ? 1 : 0;
}
