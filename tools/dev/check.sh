#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
#   check.sh [STEP]...
#
# Runs the steps of check.mk (all of them, or those named with what they need),
# prints KTAP, and ends with the line "N passed, N failed". A step that fails
# does not keep others from running, except those that need its result: they
# fail too. The logs are in build/check/.

set -euo pipefail
cd "$(dirname "$0")/../.."
unset MAKEFLAGS MFLAGS MAKELEVEL

make=(make --no-print-directory -f tools/dev/check.mk)

# How the tests of the report ended. A line counts unless it only sums up those
# indented under it; one that failed for a reason of its own does count.
count()
{
	awk '
	# The tests indented under a line of this depth: how many there are, how
	# many failed, and that those skipped belong to it
	function close_below(depth, name,    d, i) {
		below = below_failed = 0
		for (d in seen) {
			if (d + 0 > depth) {
				below += seen[d]
				below_failed += failed_at[d]
				delete seen[d]
				delete failed_at[d]
			}
		}
		for (i = 1; i <= skipped; i++) {
			if (skip_depth[i] > depth) {
				skip[i] = name ": " skip[i]
				skip_depth[i] = depth
			}
		}
	}
	/^ *(not )?ok [0-9]+/ {
		match($0, /^ */)
		depth = RLENGTH
		fails = /^ *not ok/
		text = $0
		sub(/^ *(not )?ok [0-9]+ *(- )?/, "", text)
		name = text
		sub(/ *#.*/, "", name)
		close_below(depth, name)
		seen[depth]++
		failed_at[depth] += fails || below_failed
		if (fails) {
			if (!below_failed)
				failed++
		} else if (/# SKIP/) {
			skip[++skipped] = text
			skip_depth[skipped] = depth
		} else if (!below) {
			passed++
		}
	}
	END {
		for (i = 1; i <= skipped; i++) {
			sub(/ *# SKIP */, " (", skip[i])
			print "# skipped: " skip[i] ")"
		}
		printf "%d passed, %d failed", passed, failed
		if (skipped)
			printf ", %d skipped", skipped
		print ""
	}' "$1"
}

# Steps without a result did not run, because one that they need failed.
report_missing()
{
	local number name

	number=$(cat build/check/number 2>/dev/null || echo 0)
	for name in "$@"; do
		grep -qE "^(not )?ok [0-9]+ $name( |\$)" build/check/report.ktap &&
			continue
		number=$((number + 1))
		echo "not ok $number $name # not run: a step that it needs failed"
	done | tee -a build/check/report.ktap
}

tools/dev/deps.sh build guest check
rm -rf build/check
mkdir -p build/check
read -ra steps <<<"$(make -s -f tools/dev/check.mk list)"
if [ $# -gt 0 ]; then
	targets=("$@")
	# Those that make would run for them, in no particular order
	mapfile -t steps < <("${make[@]}" -n "$@" |
		sed -nE 's,^(.*[^ ] )?tools/dev/step\.sh ([a-z-]+) .*,\2,p')
else
	targets=(all)
fi

start=$(date +%s)
printf 'KTAP version 1\n1..%d\n' ${#steps[@]} | tee build/check/report.ktap
"${make[@]}" -k -j"$(nproc)" "${targets[@]}" 2>build/check/make.err || true
report_missing "${steps[@]}"
echo "# $(($(date +%s) - start)) s in all"
count build/check/report.ktap | tee build/check/summary
tail -n 1 build/check/summary | grep -qE ' 0 failed'
