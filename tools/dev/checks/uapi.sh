#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The uapi header alone: in C99 as pedantic as can be, in C++, in 32 bits, with
# gcc and clang; without holes in its structs, and with the same layout in 32
# and 64 bits.

set -euo pipefail
cd "$(dirname "$0")/../../.."

header=uapi/linux/kipc.h
out=build/check/uapi
mkdir -p "$out"
bad=0

# try NAME COMMAND...
try()
{
	local name=$1

	shift
	"$@" || {
		echo "$header: fails in $name"
		bad=1
	}
}

# What -Wpadded finds in ours only: the system's own headers are not checked.
warn=(-Wall -Wextra -Werror -pedantic-errors -Wpadded -Iuapi -fsyntax-only)
echo '#include <linux/kipc.h>' >"$out/alone.c"
cp "$out/alone.c" "$out/alone.cc"
for cc in gcc clang; do
	for bits in -m64 -m32; do
		try "$cc C99 $bits" "$cc" $bits -std=c99 "${warn[@]}" "$out/alone.c"
		try "$cc C11 $bits" "$cc" $bits -std=c11 "${warn[@]}" "$out/alone.c"
		try "$cc C++11 $bits" "$cc" $bits -x c++ -std=c++11 \
			"${warn[@]}" "$out/alone.cc"
	done
done

# An object with a variable of each struct carries their layouts.
{
	cat "$out/alone.c"
	grep -oE '^struct kipc_[a-z0-9_]+ \{' "$header" | sort |
		sed -E 's/struct (kipc_[a-z0-9_]+) \{/struct \1 v_\1;/'
} >"$out/layout.c"
for bits in 32 64; do
	gcc -m$bits -g -Iuapi -c -o "$out/layout$bits.o" "$out/layout.c"
	pahole "$out/layout$bits.o" |
		sed -n '/^struct kipc_/,/^};/p' >"$out/layout$bits"
done
[ -s "$out/layout64" ] || {
	echo "pahole found no struct"
	bad=1
}
diff -u "$out/layout32" "$out/layout64" || {
	echo "$header: the layout depends on the size of a word"
	bad=1
}
exit $bad
