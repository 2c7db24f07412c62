#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
#   module.sh stock|debug
#
# The module builds from nothing without any warning, with those of W=1 on.

set -euo pipefail
cd "$(dirname "$0")/../../.."

out=build/check/module-$1
kdir=$(selftests/qemu/kernel.sh "$1")/build
rm -rf "$out"
mkdir -p "$out"
tools/dev/module.sh --out "$PWD/$out" "$kdir" W=1 2>&1 | tee "$out.log"
! grep -iE 'warning' "$out.log"
