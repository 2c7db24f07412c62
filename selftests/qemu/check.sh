#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs selftests in a guest, in one boot, and prints KTAP.
#
#   check.sh [--kernel stock|debug] [--smp N] [--ko PATH] [--log DIR] [TEST...]
#
# Without names: all tests that were built ("make selftests"), and the scripts
# selftests/*_test.sh. guest/run-tests says what a test must do to pass. On top
# of that, here: a test that the guest did not come to because it died fails,
# and so does the run if the console shows a complaint at the very end.
#
# A test may take 60 seconds, or what build/selftests/timeouts says; three times
# as long on the debug kernel.

set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
kernel=stock
log=
options=()

while [ $# -gt 0 ]; do
	case $1 in
	--kernel) kernel=$2; shift ;;
	--log) log=$2; shift ;;
	--smp | --ko) options+=("$1" "$2"); shift ;;
	--) shift; break ;;
	-*) sed -n 's/^# *check.sh/usage: check.sh/p' "$0" >&2; exit 2 ;;
	*) break ;;
	esac
	shift
done
log=${log:-$top/build/qemu/check-$kernel-$$}
mkdir -p "$log"

all_tests()
{
	{
		find "$top/build/selftests" -maxdepth 1 -name '*_test*' \
			-type f -perm -u+x -printf '%f\n'
		find "$top/selftests" -maxdepth 1 -name '*_test.sh' -printf '%f\n'
	} | sort
}

# NAME:SECONDS of test $1; a 32-bit build takes as long as its other one
with_timeout()
{
	local base=${1%.sh} seconds

	seconds=$(awk -v a="$base" -v b="${base%32}" \
		'$1 == a || $1 == b { print $2 }' \
		"$top/build/selftests/timeouts" 2>/dev/null | head -n 1)
	seconds=${seconds:-60}
	[ "$kernel" != debug ] || seconds=$((seconds * 3))
	echo "$1:$seconds"
}

# The console shows what came after the guest's own last look at its log.
scan_console()
{
	sed -n '/kipc-guest: begin/,$p' "$log/console.log" |
		grep -a -E -f <(list bad) | grep -a -v -E -f <(list benign) || true
}

list()
{
	grep -v -e '^#' -e '^$' "$here/guest/$1.txt"
}

# Tests that have no result fail. $1 is how many results there are.
report_missing()
{
	local number=$1 total=$2 current
	local tests=("${@:3}")

	[ "$number" -lt "$total" ] || return 0
	current=$(sed -n 's/.*kipc-guest: test //p' "$log/console.log" | tail -n 1)
	echo "# the guest died, or was stopped, during or after ${current:-its boot}"
	echo "# see $log/console.log, from its first complaint on, or its end:"
	scan_console | head -n 1 >"$log/first"
	if [ -s "$log/first" ]; then
		grep -a -F -A 60 -m 1 -f "$log/first" "$log/console.log"
	else
		tail -n 30 "$log/console.log"
	fi | tr -d '\r' | sed 's/^/#   /'
	while [ "$number" -lt "$total" ]; do
		echo "not ok $((number + 1))" \
			"${tests[$number]:-verdict_$((number - ${#tests[@]} + 1))}" \
			"# no result: the guest died"
		number=$((number + 1))
	done
}

[ $# -gt 0 ] || mapfile -t names < <(all_tests)
[ $# -eq 0 ] || names=("$@")
tests=()
limit=120
for name in "${names[@]}"; do
	tests+=("$(with_timeout "$name")")
	limit=$((limit + ${tests[-1]##*:}))
done
[ ${#tests[@]} -gt 0 ] || {
	echo "check.sh: no tests; run 'make selftests'" >&2
	exit 1
}

ret=0
# One line more than the guest's own is planned: that of the console. Slab
# caches that are not merged with others show which objects are left in them.
"$here/run.sh" --kernel "$kernel" --timeout "$limit" --log "$log" --quiet \
	--append slab_nomerge "${options[@]}" -- /kipc/run-tests --more 1 "${tests[@]}" |
	tee "$log/output" || ret=1
total=$(sed -n 's/^1\.\.//p' "$log/output" | head -n 1)
total=$((${total:-0} - 1))
done=$(grep -cE '^(not )?ok ' "$log/output" || true)
if [ "$total" -lt 0 ]; then
	total=${#tests[@]}
	printf 'KTAP version 1\n1..%d\n' "$((total + 1))"
fi
report_missing "$done" "$total" "${names[@]}"
scan_console >"$log/complaints"
if [ -s "$log/complaints" ] || [ "$done" -lt "$total" ]; then
	sed 's/^/# /' "$log/complaints"
	echo "not ok $((total + 1)) console_log"
	ret=1
else
	echo "ok $((total + 1)) console_log"
fi
exit $ret
