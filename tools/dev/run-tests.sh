#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
#   run-tests.sh PROGRAM...
#
# Runs test programs on this machine and prints KTAP. A program passes if it
# exits with 0 within a minute, skips with 4.

set -uo pipefail

# A leak or a report of the sanitizers is a failure of the program.
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:exitcode=99
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1

number=0
failed=0
echo "KTAP version 1"
echo "1..$#"
for program; do
	number=$((number + 1))
	ret=0
	output=$(timeout -k 5 60 "$program" 2>&1 </dev/null) || ret=$?
	[ -z "$output" ] || sed -e 's/^TAP version 13$/KTAP version 1/' \
		-e 's/^/  /' <<<"$output"
	name=$(basename "$program")
	if [ $ret = 0 ] && ! grep -q '^not ok' <<<"$output"; then
		echo "ok $number $name"
	elif [ $ret = 4 ]; then
		echo "ok $number $name # SKIP"
	else
		[ $ret != 124 ] || echo "# no end after 60 s"
		echo "# exit code $ret"
		echo "not ok $number $name"
		failed=1
	fi
done
[ $failed = 0 ] && [ $number -gt 0 ]
