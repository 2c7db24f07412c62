#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
#   demo.sh [FILE]
#
# Shows kipc at work: in a virtual machine, several processes count the words
# of FILE, and one of them is killed meanwhile. The number is compared with what
# wc -w says here. Without FILE: the changelog of the kernel that is booted,
# half a million words.
#
# KERNEL=debug boots the other kernel; KO=PATH loads a kipc.ko that was built.

set -euo pipefail
cd "$(dirname "$0")/../.."

file=${1-}
kernel=${KERNEL:-stock}
tools/dev/deps.sh build guest
if [ -z "$file" ]; then
	file=build/demo/changelog
	mkdir -p build/demo
	zcat "$(selftests/qemu/kernel.sh stock)"/root/usr/share/doc/linux-image-*/changelog*.gz \
		>"$file"
fi
[ -f "$file" ] || {
	echo "demo.sh: $file is not a file" >&2
	exit 1
}
make --no-print-directory -s -j"$(nproc)" demo-bin >&2

# The text lies in the guest's memory: packed, as a file, and in the region.
size=$(du -m --apparent-size "$file" | cut -f 1)
options=(--kernel "$kernel" --memory $((1024 + 4 * size)) --quiet)
[ -z "${KO-}" ] || options+=(--ko "$KO")

out=$(mktemp)
trap 'rm -f "$out"' EXIT
echo "Booting a virtual machine ($kernel kernel, 2 CPUs) with kipc.ko ..."
ret=0
selftests/qemu/run.sh "${options[@]}" --file "$file:/root/text" \
	-- kipc-demo /root/text | tee "$out" || ret=$?

words=$(sed -n 's/^words: //p' "$out")
expected=$(LC_ALL=C wc -w <"$file")
echo
echo "kipc-demo: ${words:-no} words in $file"
echo "wc -w:     $expected words"
if [ $ret != 0 ]; then
	echo "demo.sh: kipc-demo failed (exit code $ret)" >&2
	exit $ret
elif [ "$words" != "$expected" ]; then
	echo "demo.sh: the numbers differ" >&2
	exit 1
fi
echo "They are equal."
