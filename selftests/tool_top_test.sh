#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# kipc top and the endpoints' part of kipc stat, as scripts and people meet them.
#
# shellcheck disable=SC2016 # commands for other shells stand in single quotes

# shellcheck source=selftests/tool.sh
. "$(dirname "$0")/tool.sh"

frames=example.frames

clean_up()
{
	/kipc/bin/pubsub unlink 2>/dev/null
}

# top_while COMMAND OPTION...: kipc top, while the command runs again and again
top_while()
{
	command=$1
	shift
	while :; do sh -c "$command"; done >/dev/null 2>&1 &
	busy=$!
	expect 0 kipc top "$@"
	ret=$?
	kill -TERM "$busy"
	wait "$busy" 2>/dev/null
	return $ret
}

test_usage()
{
	expect 2 kipc top nonsense &&
	expect 2 kipc top -n 0 && expect 2 kipc top -d 0 &&
	expect 3 kipc -d "$dir/none" top -n 1
}

test_text()
{
	serve "$name" "$name" -- cat && server=$! &&
	top_while "kipc call $name 0 hello" -n 1 -d 3 || return 1
	shows '^kipc top, ..:..:.., the last 3\.[0-9]* s. Domain [0-9]*: ' &&
	shows ' calls/s, .* answers/s, 0 failed/s, 0 sends/s, 0 notifications/s' &&
	shows '^CALLER  *OBJECT  *OWNER  *CALLS/s  *FAILED/s  *P50  *P99  *MAX  *WAIT' &&
	shows "^kipc ([0-9]* processes)  *$name  *kipc\[$server\]  *[1-9.]* .* ms " &&
	shows '^ENDPOINT  *PROCESS  *QUEUED  *SERVING  *ABANDONED  *STARVED/s' &&
	shows "^@[0-9]*  *kipc\[$server\] .* 16 MiB .* $name\$" &&
	! shows "$(printf '\033')" >/dev/null
}

# intervals NUMBER: so many more of them were shown
intervals()
{
	have=$(wc -l <"$dir/out")
	until_true sh -c "[ \$(wc -l <$dir/out) -ge $((have + $1)) ]"
}

# begin_top: kipc top --json, as $top, in whose second interval we are
begin_top()
{
	: >"$dir/out"
	rm -f "$dir/out" "$dir/err"
	kipc top --json -d 1 >"$dir/out" 2>"$dir/err" &
	top=$!
	intervals 1
}

# What comes after the last event is in the next interval.
end_top()
{
	intervals 2
	kill -TERM "$top"
	wait "$top" || note "top ended with $?"
}

# total NUMBER KEY: what all intervals tell of calls to the service
total()
{
	sum=$(grep -o "\"name\": \"$name\", \"calls\": [^}]*" "$dir/out" |
		grep -o "\"$2\": [0-9]*" | awk '{ sum += $2 } END { print sum + 0 }')
	[ "$sum" = "$1" ] || note "$2: $sum rather than $1"
}

# The figures are right
test_json()
{
	serve "$name" "$name" -- cat && server=$! && begin_top || return 1
	kipc call "$name" && kipc call "$name" 1 && kipc call "$name" 2
	end_top && is_json each && total 3 calls && total 3 answered &&
	total 0 failed && total 0 waiting &&
	shows "\"owner\": { [^}]*\"pid\": $server,[^}]*}, \"node\": 1, \"name\": \"$name\"" &&
	shows '"caller": {[^}]*"process": "kipc", "processes": [1-3] }' &&
	shows '"p50_ns": [1-9].*"p99_ns": [1-9].*"max_ns": [1-9]' &&
	shows '"lost": 0' && ! shows '"lost": [1-9]' >/dev/null &&
	shows "\"pid\": $server, .*\"nodes\": 2, .*\"name\": \"$name\", \"names\": 1"
}

# Somebody who waits, for an answer that does not come
test_waiting()
{
	serve "$name" "$name" -- sleep 100 && server=$! && begin_top || return 1
	kipc call "$name" 2>/dev/null &
	caller=$!
	kipc call -t 1 "$name" 2>/dev/null
	end_top && total 2 calls && total 1 failed && total 0 answered &&
	shows "\"pid\": $caller,.*\"name\": \"$name\", \"calls\": [01], .*\"waiting\": 1"
	ret=$?
	kill -KILL "$server"
	wait "$caller"
	return $ret
}

# A publisher that has a loan, and a subscriber that keeps a lease, each with a view
test_regions()
{
	/kipc/bin/pubsub publish -r 10 >/dev/null &
	services="$services $!"
	/kipc/bin/pubsub subscribe -w 60000 >/dev/null &
	services="$services $!"
	until_true sh -c "kipc region chunks $frames | grep -q '^11 of 16 '" &&
	expect 0 kipc top -n 1 -d 0.2 && shows '^ENDPOINT' &&
	shows '^REGION  *SIZE  *MEMORY  *VIEWS  *PROCESSES  *CHUNK  *FREE  *LEASES  *NAME$' &&
	shows "^ *[0-9]*  *16 MiB  *[0-9.]* .iB  *2  *2  *1 MiB  *11/16  *2  *$frames\$" &&
	expect 0 kipc top --json -n 2 -d 0.2 && is_json each &&
	count 2 "\"regions\": \[ { \"region\": [0-9]*, \"domain\": [0-9]*, \"name\": \"$frames\", \"size\": 16777216, .*\"views\": 2, \"processes\": 2, \"chunk_size\": 1048576, \"chunks\": 16, \"chunks_free\": 11, \"leases\": 2 } \]" &&
	expect 0 su user -s /bin/sh -c 'kipc top -n 1 -d 0.2' &&
	! shows '^REGION' >/dev/null || return 1
	# One that is gone is not shown; a new one of the same name is, also without it.
	kipc top --json -d 0.2 >"$dir/tops" 2>&1 &
	top=$!
	until_true grep -q "$frames" "$dir/tops" || return 1
	stop
	/kipc/bin/pubsub unlink
	until_true sh -c "tail -n 1 $dir/tops | grep -q '\"regions\": \[ \]'" || return 1
	/kipc/bin/pubsub publish -r 10 >/dev/null &
	services="$services $!"
	/kipc/bin/pubsub subscribe >"$dir/received" &
	services="$services $!"
	until_true sh -c "tail -n 1 $dir/tops | grep -q $frames" &&
	until_true grep -q received "$dir/received" || return 1
	/kipc/bin/pubsub unlink
	until_true sh -c "tail -n 1 $dir/tops | grep '\"chunks\": 16' | grep -qv $frames" ||
		return 1
	kill -TERM "$top" && wait "$top"
}

test_iterations()
{
	expect 0 kipc top --json -n 3 -d 0.2 && count 3 '"interval_ns"' && is_json each &&
	expect 0 kipc top -b -n 2 -d 0.2 && count 2 '^kipc top'
}

test_stop()
{
	rm -f "$dir/out"
	kipc top -b -d 0.2 >"$dir/out" &
	top=$!
	until_true grep -q '^kipc top' "$dir/out" && kill -TERM "$top" && wait "$top" &&
	! ls -d /sys/kernel/tracing/instances/kipc-* 2>/dev/null
}

# Others see their own endpoints, and how to see more
test_not_root()
{
	serve "$name" --mode 0666 "$name" -- cat || return 1
	expect 0 su user -s /bin/sh -c "
		kipc serve $name.user -- cat &
		until kipc call $name.user; do sleep 0.1; done 2>/dev/null
		kipc top -n 1 -d 0.5; kipc stat; kill \$!" &&
	count 2 'run as root' && shows " $name.user\$" &&
	! shows " $name\$" >/dev/null && ! shows '^CALLER' >/dev/null &&
	shows '^1 endpoints that you can see:' &&
	expect 0 su user -s /bin/sh -c 'kipc top --json -n 1 -d 0.5' && is_json each &&
	shows '"endpoints": \[' && ! shows '"pairs"' >/dev/null
}

test_no_tracefs()
{
	expect 0 unshare -m sh -c "
		mount -t tmpfs none /sys/kernel && exec kipc top -n 1 -d 0.2" &&
	shows 'Who calls whom is not known: no tracefs' && shows '^ENDPOINT'
}

run_tests usage text json waiting regions iterations stop not_root no_tracefs
