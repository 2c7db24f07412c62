#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The demonstration on texts of every shape: its total is that of wc -w, and it
# says that a worker was killed, and its piece delivered again by the kernel and
# done by another worker. KTAP on stdout.
#
# The totals are those that wc of GNU coreutils gives; the guest's wc is that of
# busybox, which has another idea of words that cannot be printed.

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

note()
{
	echo "# $*"
	return 1
}

# counts WORDS [OPTION]...: the demonstration finds so many words in $dir/text
counts()
{
	want=$1
	shift
	timeout 60 kipc-demo "$@" "$dir/text" >"$dir/out" 2>&1 ||
		{ sed 's/^/# /' "$dir/out"; note "exit status not 0"; return 1; }
	got=$(sed -n '$s/^words: //p' "$dir/out")
	[ "$got" = "$want" ] || note "$got words rather than $want"
}

# shows TEXT COUNT: it does so, in so many lines
shows()
{
	[ "$(grep -c -e "$1" "$dir/out")" = "$2" ] ||
		note "'$1' is not there $2 times"
}

# Each piece was posted once and reported once; one was delivered twice
delivered()
{
	posted=$(sed -n 's/^mailbox: \([0-9]*\) messages,.*/\1/p' "$dir/out")
	shows ": [0-9]* bytes in $posted pieces, " 1 &&
	shows "^mailbox: .* $((posted + 1)) deliveries, redelivered 1, reported twice 0\$" 1
}

# Nobody has a piece of the text any more
freed()
{
	shows ', which is leased to it, has counted' 1 &&
	shows '^region: [0-9]* chunks of text, 0 of them still in use: the lease of the killed worker has returned by itself$' 1
}

# One worker is killed, and what it held is done by another one
redone()
{
	shows ': SIGKILL$' 1 && shows 'death notice: worker' 1 &&
	shows 'to do again$' 1 && shows '  killed$' 1 &&
	shows 'the kernel redelivered piece [0-9]* (delivery 2)' 1 &&
	delivered && freed || return 1
	victim=$(sed -n 's/.* worker \([0-9]*\) (pid.*SIGKILL$/\1/p' "$dir/out")
	other=$(sed -n 's/.* is done by worker \([0-9]*\):.*/\1/p' "$dir/out")
	case $other in
	[0-9]*) [ "$other" != "$victim" ] && return 0 ;;
	esac
	note "killed: worker $victim, done again by: worker $other"
}

test_text()
{
	seq 1 50000 >"$dir/text"
	counts 50000 && redone && counts 50000 --workers 2 && redone &&
	counts 50000 --workers 16 --piece 1000 && redone
}

test_tiny()
{
	printf 'two words' >"$dir/text"
	counts 2 && redone && counts 2 --piece 1 && redone
}

test_empty()
{
	: >"$dir/text"
	counts 0 && shows SIGKILL 0
}

# All that is white space, and all that is not, at cuts of every kind
test_white_space()
{
	printf ' a\tb\nc\vd\fe\rf  g\n\n h' >"$dir/text"
	for size in 1 2 3 7 1000; do
		counts 8 --piece "$size" && redone || return 1
	done
}

# Bytes that are not printable separate nothing, and are no words alone
test_not_printable()
{
	printf 'a\200b \200\201 \001 c\000d \303\244' >"$dir/text"
	for size in 1 2 3 7 1000; do
		counts 2 --piece "$size" && redone || return 1
	done
}

# A word that is longer than a piece
test_long_word()
{
	{ head -c 200000 /dev/zero | tr '\0' x; printf ' end'; } >"$dir/text"
	counts 2 && redone && counts 2 --piece 999 && redone
}

test_errors()
{
	kipc-demo "$dir/none" 2>"$dir/out"
	[ $? = 1 ] && shows 'No such file' 1 || return 1
	kipc-demo "$dir" 2>"$dir/out"
	[ $? = 1 ] && shows 'not a regular file' 1 || return 1
	kipc-demo --workers 1 "$dir/text" 2>"$dir/out"
	[ $? = 2 ] && shows 'no number from 2' 1
}

tests='text tiny empty white_space not_printable long_word errors'

echo 'TAP version 13'
if [ ! -c /dev/kipc ]; then
	echo '1..0 # SKIP no /dev/kipc'
	exit 4
fi
# shellcheck disable=SC2086
set -- $tests
echo "1..$#"
number=0
failed=0
for test in "$@"; do
	number=$((number + 1))
	if "test_$test"; then
		echo "ok $number $test"
	else
		echo "not ok $number $test"
		failed=$((failed + 1))
	fi
done
[ "$failed" = 0 ]
