#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# kipc trace as users and scripts meet it: whom it shows, how it ends, and that
# it leaves nothing behind. What it says of each event is in trace_test.c.
#
# shellcheck disable=SC2016 # commands for other shells stand in single quotes

# shellcheck source=selftests/tool.sh
. "$(dirname "$0")/tool.sh"

tracefs=/sys/kernel/tracing

# is_tracing PID: it has switched on the tracepoint that is the last one; any
# process for "*"
is_tracing()
{
	# shellcheck disable=SC2086
	grep -q 1 $tracefs/instances/kipc-$1/events/kipc/kipc_endpoint_open/enable
}

# trace [OPTION]... [WHO]: start it, as $tracer, and wait until it traces; its
# output is in $dir/out
trace()
{
	rm -f "$dir/out" "$dir/err"
	kipc trace "$@" >"$dir/out" 2>"$dir/err" &
	tracer=$!
	until_true is_tracing "$tracer"
}

# ended [STATUS]: it has ended by itself, and left nothing behind
ended()
{
	wait "$tracer"
	got=$?
	[ "$got" = "${1:-0}" ] || note "exit status $got" || return 1
	until_true gone
}

gone()
{
	! ls -d $tracefs/instances/kipc-* 2>/dev/null
}

end_trace()
{
	kill -TERM "$tracer" && ended
}

test_usage()
{
	expect 2 kipc trace one two &&
	expect 2 kipc trace -n 0 && says 'no number of lines' &&
	expect 2 kipc trace -t never && says 'no time in seconds' &&
	expect 3 kipc -d "$dir/none" trace && gone
}

test_text()
{
	serve "$name" "$name" -- sh -c 'cat; exit $KIPC_CODE' && server=$! &&
	trace || return 1
	kipc call "$name" 0 hello >"$dir/answer" && kipc call -e "$name" 3 2>"$dir/err"
	end_trace &&
	count 1 "kipc\[[0-9]*\] -> $name (kipc\[$server\]): call 0, 5 B" &&
	count 1 "kipc\[[0-9]*\] <- $name: code 0, 5 B, after .* (.* queued)" &&
	count 1 "-> $name (kipc\[$server\]): call 3, 0 B" &&
	count 1 "<- $name: code 3, 0 B, after" &&
	count 4 '^[0-9][0-9]:[0-9][0-9]:[0-9][0-9]\.[0-9]\{6\}  kipc' &&
	! shows opens >/dev/null
}

test_json()
{
	serve "$name" "$name" -- cat && server=$! && trace --json || return 1
	for code in 1 2 3; do
		kipc call "$name" $code 12345 >/dev/null
	done
	end_trace && is_json each &&
	count 3 '"event": "call".*"to": {[^}]*"pid": '"$server"'.*"size": 5' &&
	count 3 '"event": "received".*"kind": "call"' &&
	count 3 '"event": "replied".*"reply_size": 5' &&
	count 3 '"event": "done".*"stage": "done".*"latency_ns": [1-9]' &&
	count 1 '"event": "call".*"code": 3,'
}

test_all()
{
	trace --all || return 1
	serve "$name" "$name" -- cat && kipc call "$name" >/dev/null &&
	stop && end_trace &&
	count 1 "kipc\[[0-9]*\]: here is $name" &&
	count 1 "kipc\[[0-9]*\]: $name is gone" &&
	count 1 "has call 0 of kipc\[[0-9]*\] to $name, after" &&
	count 1 'answers kipc\[[0-9]*\]: code 0, 0 B' && shows 'opens endpoint' &&
	shows 'closes endpoint'
}

test_failures()
{
	serve "$name" "$name" -- sh -c "echo >$dir/began; sleep 100" &&
	server=$! && trace || return 1
	kipc call -t 2 "$name" 2>/dev/null
	rm -f "$dir/began"
	kipc call "$name" 2>/dev/null &
	caller=$!
	until_true test -e "$dir/began" && kill -KILL "$server"
	wait $caller
	end_trace &&
	count 1 "<- $name: ETIMEDOUT, received, after 2\.[0-9]* s" &&
	count 1 "<- $name: EOWNERDEAD, received, after" &&
	count 1 "kipc\[$server\]: $name is gone"
}

# By name, by process, by endpoint; others are not shown
test_who()
{
	serve "$name.a" "$name.a" -- cat && server=$! &&
	serve "$name.b" "$name.b" -- cat || return 1
	for who in "$name.a" "$server"; do
		trace --json "$who" || return 1
		kipc call "$name.a" && kipc call "$name.b"
		end_trace && count 1 '"event": "call"' || return 1
	done
	number=$(sed -n 's/kipc-endpoint:.//p' /proc/"$server"/fdinfo/*)
	trace --json "@$number" || return 1
	kipc call "$name.a" && kipc call "$name.b"
	end_trace && count 1 '"event": "call"'
}

test_count()
{
	serve "$name" "$name" -- cat && trace -n 3 || return 1
	kipc call "$name" && kipc call "$name"
	ended && count 3 'kipc'
}

test_time()
{
	expect 0 kipc trace -t 0.5 && prints '' && gone
}

# In the foreground, because what a script has in the background ignores SIGINT
test_interrupt()
{
	until_true is_tracing '*' && kill -INT "$(cat "$dir/pid")" &
	timeout 60 sh -c "echo \$\$ >$dir/pid; exec kipc trace" ||
		note "trace ended with $?" || return 1
	wait $! && gone
}

test_killed()
{
	trace && kill -KILL "$tracer" && ended 137 2>/dev/null
}

# Nobody is left to clean up but who traces next
test_all_killed()
{
	trace || return 1
	for process in /proc/[0-9]*; do
		! grep -q kipc-janitor "$process/comm" ||
			kill -KILL "${process#/proc/}"
	done
	kill -KILL "$tracer"
	wait "$tracer" 2>/dev/null
	[ -d "$tracefs/instances/kipc-$tracer" ] &&
	expect 0 kipc trace -t 0.1 && gone
}

test_closed_pipe()
{
	serve "$name" "$name" -- cat || return 1
	{
		kipc trace 2>"$dir/err"
		echo $? >"$dir/status"
	} | head -n 1 >"$dir/out" &
	reader=$!
	until_true is_tracing '*' || return 1
	until_true sh -c "kipc call $name; test -e $dir/status"
	wait $reader
	shows "$name" && [ "$(cat "$dir/status")" = 141 ] &&
	[ ! -s "$dir/err" ] && until_true gone
}

# Two at once, and somebody else's tracing, get along
test_others()
{
	serve "$name" "$name" -- cat || return 1
	echo 1 >$tracefs/events/kipc/kipc_notify/enable
	cat $tracefs/set_event $tracefs/trace_clock >"$dir/before"
	kipc trace --json >"$dir/second" &
	second=$!
	until_true is_tracing "$second" && trace --json || return 1
	kipc call "$name" 1
	cat $tracefs/set_event $tracefs/trace_clock >"$dir/after"
	kill -TERM "$second"
	wait "$second"
	end_trace
	ret=$?
	echo 0 >$tracefs/events/kipc/kipc_notify/enable
	[ $ret = 0 ] && count 1 '"event": "call"' &&
	[ "$(grep -c '"event": "call"' "$dir/second")" = 1 ] &&
	cmp "$dir/before" "$dir/after"
}

test_not_root()
{
	expect 4 su user -s /bin/sh -c 'kipc trace' && says 'run as root' && gone
}

test_no_tracefs()
{
	expect 1 unshare -m sh -c "
		mount -t tmpfs none /sys/kernel && exec kipc trace" &&
	says 'no tracefs'
}

if [ ! -d $tracefs/instances ]; then
	echo '1..0 # SKIP no tracefs'
	exit 4
fi
run_tests usage text json all failures who count time interrupt killed \
	all_killed closed_pipe others not_root no_tracefs
