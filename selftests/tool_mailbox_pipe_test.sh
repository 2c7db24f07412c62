#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# kipc send and kipc recv: what goes into a mailbox comes out of it, byte for
# byte, in order, once, and whoever is killed meanwhile. KTAP on stdout.

# shellcheck source=selftests/tool_mailbox.sh
. "$(dirname "$0")/tool_mailbox.sh"

# start_from FILE COMMAND...: in the background, ended at the latest after the test
start_from()
{
	from=$1
	shift
	"$@" <"$from" &
	started=$!
	services="$services $started"
}

start()
{
	start_from /dev/null "$@"
}

# same FILE FILE: they have the same content
same()
{
	cmp -s "$1" "$2" || note "$1 and $2 differ"
}

# lines FILE COUNT: it has so many lines
lines()
{
	[ "$(wc -l <"$1")" -ge "$2" ]
}

test_text()
{
	expect 0 kipc mailbox create "$box" &&
	expect 0 kipc send "$box" hello && prints '' &&
	expect 0 kipc mailbox send "$box" '' &&
	expect 0 kipc send "$box" 'two
lines' && has messages 3 &&
	expect 0 kipc recv "$box" && prints 'hello
' && expect 0 kipc mailbox recv --raw "$box" && prints '' &&
	expect 0 kipc recv "$box" && prints 'two
lines
' && has messages 0
}

test_priority()
{
	expect 0 kipc mailbox create "$box" &&
	expect 0 kipc send "$box" a && expect 0 kipc send -p 5 "$box" b &&
	expect 0 kipc send -p 32767 "$box" c && expect 0 kipc send -p 5 "$box" d &&
	expect 0 kipc recv --min-priority 5 --count 2 --raw "$box" &&
	prints cb && expect 0 kipc recv --all --raw "$box" && prints da &&
	expect 0 kipc send -p 4 "$box" e &&
	expect 6 kipc recv --min-priority 5 --timeout 0.2 "$box" &&
	has messages 1
}

# Lines of all kinds; the last one has no end
test_lines()
{
	expect 0 kipc mailbox create "$box" &&
	printf 'one\n\n  three \nfour' | expect 0 kipc send "$box" &&
	has messages 4 && expect 0 kipc recv --json --all "$box" &&
	is_json each && count 4 '"priority": *0,' && shows '"text": *""' &&
	shows '"text": *"  three "' && shows '"text": *"four"' &&
	expect 0 kipc send "$box" </dev/null && has messages 0
}

# A full mailbox only makes the sender wait
test_many()
{
	seq 10000 >"$dir/in"
	expect 0 kipc mailbox create --messages 100 "$box" || return 1
	start kipc recv --count 10000 "$box" >"$dir/got"
	expect 0 kipc send "$box" <"$dir/in" && wait "$started" &&
	same "$dir/in" "$dir/got" && has messages 0
}

# No line waits for the next one
test_slow_input()
{
	rm -f "$dir/pipe"
	mkfifo "$dir/pipe" && expect 0 kipc mailbox create "$box" || return 1
	start_from "$dir/pipe" kipc send "$box"
	exec 9>"$dir/pipe"
	printf 'one\ntwo\nthr' >&9
	soon messages 2 && printf 'ee\n' >&9 && soon messages 3 &&
	printf 'end' >&9
	exec 9>&-
	wait "$started" && expect 0 kipc recv --all "$box" && prints 'one
two
three
end
'
}

test_bytes()
{
	dd if=/dev/urandom of="$dir/data" bs=4k count=700 2>/dev/null
	head -c 65536 "$dir/data" >"$dir/one"
	expect 0 kipc mailbox create --size 64K "$box" &&
	expect 0 kipc send --raw "$box" <"$dir/one" && has messages 1 &&
	expect 0 kipc recv --raw "$box" && same "$dir/one" "$dir/out" &&
	expect 1 kipc send --raw "$box" <"$dir/data" &&
	says 'larger than the 65,536 bytes' && has messages 0 &&
	expect 0 kipc send --raw "$box" </dev/null && has messages 1 &&
	expect 0 kipc recv --raw "$box" && prints '' || return 1
	start kipc recv --raw --follow "$box" >"$dir/got"
	expect 0 kipc send --bytes "$box" <"$dir/data" && soon messages 0 &&
	kill -TERM "$started" && wait "$started" &&
	same "$dir/data" "$dir/got"
}

test_too_large()
{
	expect 0 kipc mailbox create --size 10 "$box" &&
	printf 'first\n1234567890\n12345678901\nlast\n' |
		expect 1 kipc send "$box" && says 'message 3 is larger than the 10 bytes' &&
	says 'create --size' && says 'not sent: 1; sent: 2' && has messages 2 &&
	expect 1 kipc send "$box" 12345678901 &&
	head -c 200000 /dev/zero | expect 1 kipc send "$box" &&
	says 'message 1 is larger' && has messages 2
}

test_full()
{
	expect 0 kipc mailbox create --messages 3 "$box" &&
	seq 5 | expect 6 kipc send --timeout 0.3 "$box" && says 'has no room' &&
	says 'not sent: 2; sent: 3' && expect 6 kipc send -t 0 "$box" x &&
	expect 0 kipc recv --all "$box" && prints '1
2
3
' && expect 0 kipc mailbox create --messages 3 --full fail "$name.fail" &&
	seq 5 | expect 6 kipc send "$name.fail" && says 'has no room' &&
	expect 0 kipc mailbox create --messages 3 --full drop "$name.drop" &&
	seq 5 | expect 0 kipc send "$name.drop" &&
	box=$name.drop && has dropped 2 &&
	expect 0 kipc recv --json --all "$box" && count 3 '"text"' &&
	shows '"sequence": *3, .*"text": *"3"' && shows '"text": *"5"'
}

# A sender that waits for room, and is told to end
test_sender_interrupted()
{
	seq 9 >"$dir/in"
	expect 0 kipc mailbox create --messages 3 "$box" || return 1
	start_from "$dir/in" kipc send "$box" 2>"$dir/err"
	soon senders 1 && kill -TERM "$started" || return 1
	wait "$started"
	[ $? = 1 ] && says 'interrupted' && says 'not sent: 6; sent: 3' &&
	has messages 3 || return 1
	mkfifo "$dir/idle" && exec 9<>"$dir/idle" || return 1
	start_from "$dir/idle" kipc send "$box" 2>"$dir/err"
	soon writers 1 && kill -TERM "$started" && wait "$started"
	ret=$?
	exec 9>&-
	return $ret
}

test_wait()
{
	expect 0 kipc mailbox create "$box" &&
	expect 6 kipc recv --timeout 0 "$box" && says "no message in '$box'" &&
	expect 6 kipc recv --timeout 0.2 "$box" && says 'in time' &&
	expect 0 kipc recv --all "$box" && prints '' || return 1
	start kipc recv --wait --count 2 "$name.new" >"$dir/got"
	expect 0 kipc send --create "$name.new" one &&
	expect 0 kipc send --create "$name.new" two && wait "$started" &&
	[ "$(cat "$dir/got")" = 'one
two' ] && box=$name.new && has mode '"0600"'
}

# Until told to end; or until nobody can send any more
test_follow()
{
	expect 0 kipc mailbox create "$box" || return 1
	start kipc recv --follow "$box" >"$dir/got"
	soon receivers 1 && expect 0 kipc send "$box" one &&
	until_true lines "$dir/got" 1 && kill -TERM "$started" &&
	wait "$started" || return 1
	start kipc recv --follow "$box" >"$dir/got"
	soon receivers 1 && expect 0 kipc send "$box" two &&
	expect 0 kipc mailbox rm "$box" && wait "$started" &&
	[ "$(cat "$dir/got")" = two ]
}

# A receiver that ends by itself is told apart from one that was interrupted
test_interrupted()
{
	expect 0 kipc mailbox create "$box" || return 1
	start kipc recv "$box" 2>"$dir/err"
	soon receivers 1 && kill -TERM "$started" || return 1
	wait "$started"
	[ $? = 1 ] && says 'interrupted'
}

test_json()
{
	printf 'a\200b' >"$dir/data"
	expect 0 kipc mailbox create --kind work "$box" &&
	expect 0 kipc send -p 3 "$box" 'quote " and \ and ä' &&
	expect 0 kipc send --raw "$box" <"$dir/data" &&
	expect 0 kipc recv --json --all "$box" && is_json each &&
	count 2 '"deliveries": *1,' && count 2 '"token": *[1-9]' &&
	count 2 '"lease_end": *0,' && count 2 '"uid": *0,' &&
	count 2 '"pid": *[0-9]' && count 2 '"label": *"' &&
	shows '"sequence": *1, *"priority": *3, ' &&
	shows '"text": *"quote \\" and \\\\ and ä"' &&
	shows '"base64": *"YYBi"' && shows '"size": *3,'
}

# What could not be written is given back, and somebody else gets it
test_not_written()
{
	expect 0 kipc mailbox create --kind work "$box" &&
	expect 0 kipc send "$box" hello || return 1
	kipc recv "$box" >/dev/full 2>"$dir/err"
	[ $? = 1 ] && says 'was given back' && has messages 1 && has leased 0 &&
	expect 0 kipc recv --json "$box" && shows '"deliveries": *2,' &&
	shows '"text": *"hello"' && has messages 0 && has leased 0
}

# Nothing is received for a pipe that nobody reads, neither before nor after
test_no_reader()
{
	expect 0 kipc mailbox create "$box" || return 1
	{
		kipc recv --follow "$box" 2>"$dir/err"
		echo $? >"$dir/status"
	} | head -n 1 >"$dir/got" &
	soon receivers 1 && expect 0 kipc send "$box" one &&
	until_true test -s "$dir/status" &&
	[ "$(cat "$dir/status" "$dir/got")" = '1
one' ] && says 'nobody reads standard output' &&
	expect 0 kipc send "$box" two && has messages 1
}

# work FILE: receive until told to end, or killed
work()
{
	start kipc recv --follow "$box" >>"$dir/$1"
}

# Receivers that are told to end, one after the other: each message is received
# once, in order, also from a mailbox that is no work queue
test_ended()
{
	rm -f "$dir"/work.*
	seq 30000 >"$dir/in"
	expect 0 kipc mailbox create "$box" || return 1
	start_from "$dir/in" kipc send "$box"
	sender=$started
	for round in 1 2 3 4 5; do
		work work.ended && receiver=$started
		soon readers 1 &&
		until_true lines "$dir/work.ended" $((round * 2000)) &&
		kill -TERM "$receiver" && wait "$receiver" || return 1
	done
	work work.ended
	wait "$sender" && soon messages 0 && kill -TERM "$started" &&
	wait "$started" && same "$dir/in" "$dir/work.ended"
}

# Whoever is killed, all is received: what was written and not yet acknowledged
# twice
test_killed()
{
	rm -f "$dir"/work.*
	seq 15000 >"$dir/in"
	expect 0 kipc mailbox create --kind work --messages 50 "$box" || return 1
	work work.1
	work work.2
	for round in 0 3000 6000 9000 12000; do
		work "work.$round" && victim=$started
		soon receivers 3 || return 1
		tail -n +$((round + 1)) "$dir/in" | head -n 3000 >"$dir/part"
		start_from "$dir/part" kipc send "$box"
		until_true test -s "$dir/work.$round" &&
		kill -KILL "$victim" && wait "$started" &&
		soon messages 0 && soon leased 0 || return 1
	done
	sort -u "$dir"/work.* >"$dir/all"
	sort "$dir/in" | same - "$dir/all"
}

# One that is stopped while it holds a message, and then killed
test_held()
{
	rm -f "$dir/pipe"
	mkfifo "$dir/pipe" && head -c 200000 /dev/zero | tr '\0' x >"$dir/in" &&
	expect 0 kipc mailbox create --kind work --size 256K "$box" &&
	expect 0 kipc send --raw "$box" <"$dir/in" || return 1
	exec 9<>"$dir/pipe"
	start kipc recv --raw "$box" >"$dir/pipe"
	soon leased 1 && has messages 0 && kill -KILL "$started" &&
	soon messages 1 && has leased 0 && has returned 1 &&
	expect 0 kipc recv --raw "$box" && same "$dir/in" "$dir/out"
	ret=$?
	exec 9>&-
	return $ret
}

test_dead_letters()
{
	expect 0 kipc mailbox create "$name.dead" &&
	expect 0 kipc mailbox create --kind work --deliveries 2 \
		--dead-letter "$name.dead" "$box" &&
	expect 0 kipc send "$box" poison || return 1
	for delivery in 1 2; do
		kipc recv --timeout 10 "$box" >/dev/full 2>/dev/null
		[ $? = 1 ] || note "delivery $delivery" || return 1
	done
	has messages 0 && has dead 1 && expect 0 kipc recv "$name.dead" &&
	prints 'poison
'
}

test_broadcast()
{
	seq 200 >"$dir/in"
	expect 0 kipc mailbox create --kind broadcast --messages 1000 \
		--history 2 "$box" || return 1
	start kipc recv --follow "$box" >"$dir/got.a"
	start kipc recv --follow --json "$box" >"$dir/got.b"
	soon receivers 2 && expect 0 kipc send "$box" <"$dir/in" &&
	until_true lines "$dir/got.a" 200 && until_true lines "$dir/got.b" 200 &&
	same "$dir/in" "$dir/got.a" || return 1
	sed 's/.*"text": *"\([0-9]*\)".*/\1/' "$dir/got.b" >"$dir/texts"
	same "$dir/in" "$dir/texts" &&
	expect 0 kipc recv --all "$box" && prints '199
200
' && expect 1 kipc send -p 1 "$box" x && says 'no priorities' &&
	expect 1 kipc recv --min-priority 1 "$box" && says 'no priorities'
}

run_tests text priority lines many slow_input bytes too_large full \
	sender_interrupted wait follow interrupted json not_written no_reader \
	ended killed held dead_letters broadcast
