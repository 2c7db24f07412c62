#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# All shell scripts go through shellcheck, with and without .sh in their names.

set -euo pipefail
cd "$(dirname "$0")/../../.."

mapfile -t scripts < <(grep -rlIE -m 1 --exclude-dir=build --exclude-dir=.git \
	'^#!/bin/(ba|da)?sh|^#!/bin/busybox sh' . | sort)
shellcheck -x "${scripts[@]}"
