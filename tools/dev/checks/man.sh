#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The manual pages are well-formed; each function of the library is found by man,
# in a page that declares it just as kipc.h does; and what a page refers to exists.

set -euo pipefail
cd "$(dirname "$0")/../../.."

pages=(libuserspace/man/*.[1-8] tools/kipc/*.[1-8])
bad=0

complain()
{
	echo "$*"
	bad=1
}

# What groff, man and mandoc say against page $1; pages have no date
lint()
{
	{ man --warnings -E UTF-8 -l -Tutf8 -Z "$1" >/dev/null; } 2>&1
	mandoc -Tlint -W warning "$1" 2>&1 | grep -v 'missing date' || true
	lexgrog "$1" >/dev/null || echo "$1: whatis cannot read its NAME"
}

for page in "${pages[@]}"; do
	found=$(lint "$page")
	[ -z "$found" ] || complain "$found"
done

# Where man looks once they are installed
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
tools/dev/man.sh install "$root" "${pages[@]}"

# The text of manual page $1, without any white space
text()
{
	man -M "$root" -E UTF-8 3 "$1" 2>/dev/null | tr -d '[:space:]'
}

# As kipc.h declares function $1, likewise
declaration()
{
	tr -d '[:space:]' <<<"$header" | grep -oE "[;{}][^;{}]*[* ]?$1\([^)]*\);" |
		head -n 1 | cut -c2-
}

header=$(gcc -E -P -Ilibuserspace/include -Iuapi libuserspace/include/kipc.h |
	sed -E '/^# *pragma|^extern "C"/d')
while read -r function; do
	declared=$(declaration "$function")
	[ -n "$declared" ] || complain "$function: not found in kipc.h"
	grep -qF "$declared" <<<"$(text "$function")" ||
		complain "$function: no page says $declared"
done < <(sed -n 's/^\t\t\(kipc_.*\);$/\1/p' libuserspace/libkipc.map)

# Names of other pages of ours, as "name(3)"
while IFS=: read -r page name section; do
	[ -e "$root/man$section/$name.$section" ] ||
		complain "$page: there is no $name($section)"
done < <(grep -oE '^\.BR \\?(lib)?kipc[a-z_]* \([1-8]\)' "${pages[@]}" |
	sed -E 's/^([^:]+):\.BR ([^ ]+) \(([1-8])\)/\1:\2:\3/')
exit $bad
