#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
#   bench.sh [ARGUMENT OF kipc-bench]...
#
# What a round trip costs, for kipc and its peers, in a virtual machine whose
# clock counts executed instructions: the numbers are the same on any machine,
# however busy. Prints a table; the numbers are in build/bench.json.

set -euo pipefail
cd "$(dirname "$0")/../.."

tools/dev/deps.sh build guest
make --no-print-directory -s -j"$(nproc)" bench-bin >&2
echo "Booting a virtual machine that counts instructions ..." >&2
selftests/qemu/run.sh --kernel stock --icount --quiet \
	--timeout "${TIMEOUT:-3000}" --append mitigations=off \
	--module binder_linux \
	--fetch /root/bench.json:build/bench.json -- \
	kipc-bench --json /root/bench.json "$@"
echo "build/bench.json has the numbers." >&2
