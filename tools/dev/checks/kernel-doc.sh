#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's kernel-doc finds nothing to complain about in the comments of
# the module, the uapi and the library.

set -euo pipefail
cd "$(dirname "$0")/../../.."

scripts=$(selftests/qemu/kernel.sh source)/scripts
mapfile -t files < <(find kmod uapi libuserspace -name '*.[ch]' | sort)
perl "$scripts/kernel-doc" -none -Werror "${files[@]}"
