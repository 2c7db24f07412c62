#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
#   step.sh NAME COMMAND [ARGUMENT]...
#
# One step of "make check": runs COMMAND with its output in build/check/NAME.log
# and, when it ends, prints its line of KTAP, under what it printed itself if
# that is KTAP, too. Steps may run at the same time.

set -uo pipefail
cd "$(dirname "$0")/../.." || exit
# The make that runs the steps and those that they run are unrelated.
unset MAKEFLAGS MFLAGS MAKELEVEL

name=$1
shift
out=build/check
log=$out/$name.log
start=$(date +%s)
ret=0
"$@" </dev/null >"$log" 2>"$log.err" || ret=$?
seconds=$(($(date +%s) - start))

# As comments: the end of what a step said that failed
explain()
{
	if ! is_ktap; then
		tail -n 50 "$log"
	fi
	tail -n 50 "$log.err"
	echo "see $log"
}

is_ktap()
{
	grep -qm 1 '^KTAP version 1$' "$log"
}

report()
{
	local number

	number=$(($(cat "$out/number" 2>/dev/null || echo 0) + 1))
	echo $number >"$out/number"
	is_ktap && sed 's/^/  /' "$log"
	if [ $ret = 0 ]; then
		echo "ok $number $name # $seconds s"
	else
		explain | sed 's/^/# /'
		echo "not ok $number $name # $seconds s"
	fi
}

exec 9>"$out/lock"
flock 9
report | tee -a "$out/report.ktap"
exit $ret
