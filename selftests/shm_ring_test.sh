#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The example libuserspace/examples/shm_ring.c: a ring in a region.

# shellcheck source=selftests/tool.sh
. "$(dirname "$0")/tool.sh"

ring=/kipc/bin/shm_ring

forget()
{
	"$ring" unlink 2>/dev/null || true
}

test_child_writes()
{
	expect 0 "$ring" both 200000 || return
	shows '^200000 messages, 0 lost, [0-9]* per second$' || return
	echo "# $(cat "$dir/out")"
}

test_finds_by_name()
{
	forget
	"$ring" read >"$dir/read" &
	reader=$!
	expect 0 "$ring" write 1000 || return
	wait "$reader" || note "the reader failed" || return
	grep -q '^1000 messages, 0 lost' "$dir/read" ||
		note "$(cat "$dir/read")" || return
	expect 0 "$ring" unlink
}

# What was written before it was killed is all there
test_notices_a_killed_writer()
{
	forget
	"$ring" write 1000000000 &
	writer=$!
	"$ring" read >"$dir/read" &
	reader=$!
	sleep 1
	kill -KILL "$writer"
	wait "$reader" || note "the reader failed" || return
	grep -q '^[1-9][0-9]* messages, 0 lost' "$dir/read" ||
		note "$(cat "$dir/read")"
}

test_notices_a_killed_reader()
{
	forget
	"$ring" read &
	reader=$!
	"$ring" write 1000000000 2>"$dir/err" &
	writer=$!
	sleep 1
	kill -KILL "$reader"
	wait "$writer" && note "the writer went on"
	says 'write: Broken pipe' || return
	forget
}

test_refuses_nonsense()
{
	expect 2 "$ring" || return
	expect 2 "$ring" write 0 || return
	expect 1 "$ring" unlink || return
	says 'No such file'
}

run_tests child_writes finds_by_name notices_a_killed_writer \
	notices_a_killed_reader refuses_nonsense
