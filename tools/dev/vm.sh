#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A shell in a virtual machine with kipc.ko loaded, the tool, the examples and
# the tests. KERNEL=debug boots the other kernel, SMP= sets the virtual CPUs.

set -euo pipefail
cd "$(dirname "$0")/../.."

tools/dev/deps.sh build guest
make --no-print-directory -s -j"$(nproc)" build/static/kipc examples demo-bin >&2
cat <<'END'

A shell in the guest. In PATH: kipc, kipc-demo and the examples; in
/kipc/selftests: what "make selftests" built. exit, or Ctrl-D, ends it.

END
# How the last command of the shell ended is nobody's business.
selftests/qemu/run.sh --kernel "${KERNEL:-stock}" --smp "${SMP:-2}" \
	--timeout 86400 --append quiet --interactive -- \
	sh -c 'stty sane; sh -i; exit 0'
