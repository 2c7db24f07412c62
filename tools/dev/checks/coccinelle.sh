#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's semantic patches over the module, those that are about any code
# and not about a subsystem.

set -euo pipefail
cd "$(dirname "$0")/../../.."

scripts=$(selftests/qemu/kernel.sh source)/scripts/coccinelle
out=build/check/coccinelle
mkdir -p "$out"
: >"$out/report"

# These need more than a quick look at each function, are about drivers that
# kipc is not, or are out of date.
skip='clk_put|devm_|iounmap|pci_|platform_|pm_runtime|bq27xxx|device_attr|of_table'
skip+='|device_node|for_each_child|irqf_|do_div|simple_open'

# Debian's spatch cannot run the scripts that are written in OCaml.
grep -rlE --include='*.cocci' '^virtual.*\breport\b' \
	"$scripts"/{api,free,iterators,locks,misc,null,tests} |
	xargs grep -L ':ocaml' | grep -vE "$skip" | sort >"$out/patches"
[ -s "$out/patches" ]
# shellcheck disable=SC2016 # the inner shell expands it
xargs -P "$(nproc)" -I PATCH timeout 120 sh -c '
	spatch --very-quiet --no-show-diff -D report --cocci-file "$1" \
		--dir kmod --include-headers --no-includes --jobs 1 \
		>"$2/$(basename "$1").out" 2>"$2/$(basename "$1").err" ||
		echo "$1: spatch failed"' _ PATCH "$out" <"$out/patches" >>"$out/report"
cat "$out"/*.out >>"$out/report"
cat "$out/report"
[ ! -s "$out/report" ]
