#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The budget of size: no file over 600 lines, half of the .c files of each part
# at most 300, no function over 80 lines, 22 on average. Public headers, which
# are mostly their own manual, may be longer.

set -euo pipefail
cd "$(dirname "$0")/../../.."

bad=0

# Files of part $1 that are too long
check_files()
{
	local lines file median

	while read -r lines file; do
		[ "$lines" -le 600 ] || {
			echo "$file: $lines lines, at most 600"
			bad=1
		}
	done < <(find "$1" -name '*.[ch]' ! -path '*/include/*' \
		-exec wc -l {} + | grep -v ' total$')
	median=$(find "$1" -name '*.c' -exec sh -c 'wc -l <"$1"' _ {} \; |
		sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] + 0 }')
	[ "$median" -le 300 ] || {
		echo "$1: half of the .c files have over $median lines, at most 300"
		bad=1
	}
}

# Functions of part $1 that are too long. A body begins and ends with a brace
# in the first column.
check_functions()
{
	# shellcheck disable=SC2016 # these are awk's own variables
	find "$1" -name '*.c' -print0 | sort -z | xargs -0 -r awk -v part="$1" '
	FNR == 1 { start = 0 }
	/^[A-Za-z_].*\(/ { head = $0 }
	/^\{/ { start = FNR }
	/^\}/ && start && !/^\}.*;/ {
		length_ = FNR - start + 1
		functions++
		lines += length_
		if (length_ > 80) {
			printf "%s:%d: %d lines, at most 80: %s\n", FILENAME,
				start, length_, head
			bad = 1
		}
		start = 0
	}
	END {
		if (functions && lines / functions > 22) {
			printf "%s: functions of %.1f lines on average, at " \
				"most 22\n", part, lines / functions
			bad = 1
		}
		exit bad
	}' || bad=1
}

for part in kmod libuserspace tools selftests; do
	check_files "$part"
	check_functions "$part"
done
exit $bad
