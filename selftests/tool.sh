#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests of the command-line tool share; they include it. A test is a
# function test_NAME, and "run_tests NAME..." runs them and prints KTAP.
#
# shellcheck disable=SC2016 # commands for other shells stand in single quotes

# shellcheck disable=SC2034 # for those who include this
name=test.tool
dir=$(mktemp -d) || exit 1
services=

# End the services that a test started; twice, in case their commands hang
stop()
{
	for pid in $services; do
		kill -TERM "$pid" 2>/dev/null && sleep 0.1
		kill -TERM "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	services=
}

trap 'stop; rm -rf "$dir"' EXIT

# note TEXT...: a diagnostic line; it fails, so that a test can end with it
note()
{
	echo "# $*"
	return 1
}

# expect STATUS COMMAND...: its output goes to $dir/out and $dir/err
expect()
{
	want=$1
	shift
	timeout 60 "$@" >"$dir/out" 2>"$dir/err"
	got=$?
	[ "$got" = "$want" ] && return 0
	sed 's/^/# /' "$dir/err"
	note "$*: exit status $got rather than $want"
}

# shows TEXT, says TEXT: the last command did so on stdout, on stderr
shows()
{
	grep -q -e "$1" "$dir/out" || note "stdout does not show '$1'"
}

says()
{
	grep -q -e "$1" "$dir/err" || note "stderr does not say '$1'"
}

# prints TEXT: on stdout there was exactly this
prints()
{
	printf '%s' "$1" | cmp -s - "$dir/out" ||
		note "stdout is '$(cat "$dir/out")' rather than '$1'"
}

# until_true COMMAND...: try it until it succeeds
until_true()
{
	tries=300
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || note "in vain: $*" || return 1
		sleep 0.1
	done
}

named()
{
	kipc ls | grep -q -e "^$1 "
}

# serve NAME [OPTION]... -- COMMAND...: start a service and wait for its name
serve()
{
	served=$1
	shift
	kipc serve "$@" 2>"$dir/serve.err" &
	services="$services $!"
	until_true named "$served"
}

# is_json each|all: each line of the last command's output is JSON by itself, or
# all of it together is. First what is no structure goes, then all structures, from
# the inside.
is_json()
{
	case $1 in
	all) tr -d '\n' <"$dir/out" && echo ;;
	*) cat "$dir/out" ;;
	esac | sed -E '
		s/"([^"\\[:cntrl:]]|\\(["\\\/bfnrt]|u[0-9a-fA-F]{4}))*"/S/g
		s/-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/V/g
		s/true|false|null/V/g
		s/[ \t]//g
		:again
		s/\{(S:[SV](,S:[SV])*)?\}/V/g
		s/\[([SV](,[SV])*)?\]/V/g
		t again' | grep -v '^V$' >"$dir/nojson"
	! [ -s "$dir/nojson" ] || note "no JSON: $(head -n 1 "$dir/nojson")"
}

# count NUMBER TEXT: on so many lines of stdout there is this
count()
{
	counted=$(grep -c -e "$2" "$dir/out")
	[ "$counted" = "$1" ] || note "'$2' on $counted lines rather than $1"
}

# What is to be done after each test, beside ending its services
clean_up()
{
	:
}

run_tests()
{
	echo 'TAP version 13'
	if [ ! -c /dev/kipc ]; then
		echo '1..0 # SKIP no /dev/kipc'
		exit 4
	fi
	echo "1..$#"
	ran=0
	failed=0
	for test in "$@"; do
		ran=$((ran + 1))
		if "test_$test"; then
			echo "ok $ran $test"
		else
			echo "not ok $ran $test"
			failed=$((failed + 1))
		fi
		stop
		clean_up
	done
	[ "$failed" = 0 ]
}
