#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The example libuserspace/examples/pubsub.c: frames that nobody copies, and subscribers
# that are slow, or die.

# shellcheck source=selftests/tool.sh
. "$(dirname "$0")/tool.sh"

pubsub=/kipc/bin/pubsub
frames=example.frames

clean_up()
{
	"$pubsub" unlink 2>/dev/null
}

# has TEXT: kipc region chunks shows it now
has()
{
	kipc region chunks "$frames" 2>/dev/null | grep -q -e "$1"
}

all_free()
{
	until_true has '^16 of 16 chunks of 1 MiB are free$'
}

# subscribe FILE OPTION...: in the background, with what it prints in the file; $!
subscribe()
{
	file=$1
	shift
	"$pubsub" subscribe "$@" >"$dir/$file" 2>&1 &
	services="$services $!"
}

# printed FILE TEXT: a subscriber did so
printed()
{
	grep -q -e "$2" "$dir/$1" || note "$1: $(cat "$dir/$1")"
}

test_everybody_gets_all()
{
	subscribe one -n 20 && one=$!
	subscribe two -n 20 && two=$!
	expect 0 "$pubsub" publish -r 20 -n 60 &&
	shows 'published [0-9]* frames/s, [0-9.]* MiB/s; no chunk was free for 0$' &&
	shows 'published 60 frames in all; no chunk was free for 0$' &&
	wait "$one" && wait "$two" &&
	printed one 'received 20 frames in all; missed 0$' &&
	printed two 'received 20 frames in all; missed 0$' && all_free
}

# One is killed in the middle of its work on a frame; it gives that back, and nobody else
# notices.
test_one_is_killed()
{
	"$pubsub" publish -r 20 >"$dir/published" &
	publisher=$!
	services="$services $publisher"
	subscribe victim -w 60000 && victim=$!
	subscribe other && other=$!
	until_true has "leased .* pubsub\[$victim\]" &&
	until_true grep -q received "$dir/other" || return 1
	kill -KILL "$victim"
	wait "$victim"
	! has "pubsub\[$victim\]" || note 'it still has a chunk' || return 1
	before=$(grep -c received "$dir/other")
	until_true sh -c "[ \$(grep -c received $dir/other) -ge $((before + 2)) ]" &&
	kill -0 "$publisher" && kill -0 "$other" || return 1
	! grep -v 'no chunk was free for 0$' "$dir/published" ||
		note 'the publisher had no chunk' || return 1
	! grep -v 'missed 0$' "$dir/other" || note 'the other missed frames' ||
		return 1
	stop
	all_free
}

test_one_is_slow()
{
	subscribe slow -w 500 -n 3 && slow=$!
	subscribe fast -n 60 && fast=$!
	expect 0 "$pubsub" publish -r 20 -n 80 &&
	shows 'no chunk was free for 0$' && wait "$slow" && wait "$fast" &&
	printed slow 'received 3 frames in all; missed [1-9]' &&
	printed fast 'received 60 frames in all; missed 0$' && all_free
}

# The publisher dies with a loan; the next one goes on with the same region.
test_publisher_is_killed()
{
	"$pubsub" publish -r 20 >/dev/null &
	publisher=$!
	subscribe one && one=$!
	until_true grep -q received "$dir/one" || return 1
	kill -KILL "$publisher"
	wait "$publisher"
	all_free && expect 0 "$pubsub" publish -r 20 -n 40 && kill -0 "$one" &&
	stop && all_free
}

# Others may read, and no more.
test_another_user()
{
	expect 0 "$pubsub" publish -n 1 &&
	expect 1 su user -s /bin/sh -c "$pubsub publish -n 1" &&
	says 'example.frames: Permission denied' || return 1
	su user -s /bin/sh -c "exec $pubsub subscribe -n 5" >"$dir/user" 2>&1 &
	user=$!
	services="$services $user"
	expect 0 "$pubsub" publish -r 20 -n 40 && wait "$user" &&
	printed user 'received 5 frames in all'
}

test_usage()
{
	expect 2 "$pubsub" &&
	expect 2 "$pubsub" publish -r 0 &&
	expect 2 "$pubsub" publish more &&
	expect 2 "$pubsub" subscribe -x &&
	expect 1 "$pubsub" unlink && says 'No such file'
}

run_tests everybody_gets_all one_is_killed one_is_slow publisher_is_killed \
	another_user usage
