#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# sparse over the module, for the stock kernel.

set -euo pipefail
cd "$(dirname "$0")/../../.."

out=build/check/sparse
kdir=$(selftests/qemu/kernel.sh stock)/build
mkdir -p "$out"
tools/dev/module.sh --out "$PWD/$out" "$kdir" C=2 CF=-D__CHECK_ENDIAN__ \
	>"$out/log" 2>&1 || {
	cat "$out/log"
	exit 1
}
# Headers of the kernel are not ours to correct.
! grep -E '^[^ ]*(kmod|uapi)/[^ ]*: (warning|error)' "$out/log"
