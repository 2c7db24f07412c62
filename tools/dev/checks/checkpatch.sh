#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's checkpatch --strict over all C files. Some of its rules are
# about kernel code, and make no sense in programs.

set -euo pipefail
cd "$(dirname "$0")/../../.."

scripts=$(selftests/qemu/kernel.sh source)/scripts
user_ignore=PREFER_KERNEL_TYPES,PREFER_DEFINED_ATTRIBUTE_MACRO,VOLATILE
user_ignore+=,STATIC_CONST_CHAR_ARRAY,AVOID_BUG,NEW_TYPEDEFS,SPLIT_STRING
user_ignore+=,BIT_MACRO,ENOSYS

check()
{
	xargs -r perl "$scripts/checkpatch.pl" --no-tree --strict --terse \
		--no-summary --show-types "$@" -f
}

bad=0
find kmod -name '*.[ch]' ! -name trace.h ! -name compat.h | sort | check || bad=1
# The one file that may know of kernel versions
find kmod -name compat.h |
	check --ignore LINUX_VERSION_CODE,CONSTANT_COMPARISON || bad=1
# TRACE_EVENT() has a layout of its own, as in the kernel's include/trace.
find kmod -name trace.h |
	check --ignore OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT || bad=1
# BIT() is not for headers that userspace includes.
find uapi -name '*.[ch]' | sort | check --ignore BIT_MACRO || bad=1
find libuserspace tools selftests -name '*.[ch]' ! -path 'tools/bench/foreign/*' |
	sort | check --ignore "$user_ignore" || bad=1
# What other libraries call their own
find tools/bench/foreign -name '*.[ch]' | sort |
	check --ignore "$user_ignore,CAMELCASE" || bad=1
exit $bad
