#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The example libuserspace/examples/logger.c: what many write, one reads.

# shellcheck source=selftests/tool.sh
. "$(dirname "$0")/tool.sh"

logger=/kipc/bin/logger

forget()
{
	"$logger" unlink 2>/dev/null || true
}

test_sorts_by_severity()
{
	forget
	expect 0 "$logger" write 6 starting up || return
	printf 'one\ntwo\n' | "$logger" write 2 || return
	expect 0 "$logger" drain || return
	cut -d ' ' -f 1,6- "$dir/out" >"$dir/lines"
	printf '<2> one\n<2> two\n<6> starting up\n' | cmp - "$dir/lines" ||
		note "$(cat "$dir/out")"
}

test_reads_what_comes()
{
	forget
	"$logger" read >"$dir/read" &
	services=$!
	for severity in 7 3; do
		expect 0 "$logger" write $severity "it is $severity" || return
	done
	for _ in $(seq 300); do
		[ "$(wc -l <"$dir/read")" = 2 ] && break
		sleep 0.1
	done
	stop
	grep -q '^<3> user 0, process [0-9]*: it is 3$' "$dir/read" ||
		note "$(cat "$dir/read")"
}

test_drops_the_least_severe()
{
	forget
	seq 1005 | "$logger" write 7 || return
	expect 0 "$logger" write 0 panic || return
	expect 0 "$logger" drain || return
	count 1000 '^<' || return
	{
		echo '<0> panic'
		seq 7 1005 | sed 's/^/<7> /'
	} >"$dir/wanted"
	cut -d ' ' -f 1,6- "$dir/out" | cmp - "$dir/wanted" ||
		note "$(head -n 3 "$dir/out")"
}

test_refuses_nonsense()
{
	forget
	expect 1 "$logger" write 8 text || return
	says 'Invalid argument' || return
	expect 2 "$logger" || return
	expect 1 "$logger" unlink || return
	says 'No such file' || return
	expect 0 "$logger" drain || return
	expect 0 "$logger" unlink
}

run_tests sorts_by_severity reads_what_comes drops_the_least_severe \
	refuses_nonsense
