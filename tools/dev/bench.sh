#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
#   bench.sh                                       everything
#   bench.sh [--time] ARGUMENT OF kipc-bench...    only that
#
# What messages cost, for kipc and its peers. First in a virtual machine whose
# clock counts executed instructions: the numbers are the same on any machine,
# however busy. Then, with --time, in one with two CPUs, in time: only ratios
# within that run mean anything, and only if nobody else needs this machine.
#
# Prints tables, and which targets are reached; the numbers are in
# build/bench.json.

set -euo pipefail
cd "$(dirname "$0")/../.."

results=build/bench.json
foreign=()

# The module of the peer "floor". kbuild leaves its objects beside links.
build_floor()
{
	mkdir -p build/floor
	ln -sf "$PWD"/tools/bench/floor/* build/floor/
	make -C "$(selftests/qemu/kernel.sh stock)/build" M="$PWD/build/floor" \
		--no-print-directory -s W=1 modules >build/floor/log 2>&1 || {
		cat build/floor/log >&2
		exit 1
	}
}

# Whether the arguments of kipc-bench leave room for a system, which has only this
# operation, or this one and its like.
#
# wants SYSTEM OPERATION ARGUMENT...
wants()
{
	local system=$1 operation=$2

	shift 2
	while [ $# -gt 0 ]; do
		case $1 in
		-s | --system) [ "${2-}" = "$system" ] || return 1 ;;
		-o | --operation) [[ ${2-} = "$operation"* ]] || return 1 ;;
		esac
		shift
	done
}

# The programs for systems whose libraries are only to be had as shared objects,
# where they are to be had. kipc-bench says which it had to do without.
#
# build_foreign ARGUMENT OF kipc-bench...
build_foreign()
{
	if wants iceoryx publish "$@" && build_peer iceoryx; then
		foreign+=(--program build/foreign/kipc-bench-iceoryx
			--program "$(command -v iox-roudi)")
	fi
	if wants zmq stream "$@" && build_peer zmq; then
		foreign+=(--program build/foreign/kipc-bench-zmq)
	fi
}

build_peer()
{
	if tools/dev/deps.sh "$1" &&
		make --no-print-directory -s -j"$(nproc)" "bench-$1" >&2; then
		return
	fi
	echo "bench.sh: going on without $1" >&2
	return 1
}

boot()
{
	selftests/qemu/run.sh --kernel stock --quiet \
		--timeout "${TIMEOUT:-3000}" \
		--module binder_linux --insmod build/floor/kipc_floor.ko \
		"${foreign[@]}" "$@"
}

# count ARGUMENT OF kipc-bench...
count()
{
	echo "Booting a virtual machine that counts instructions ..." >&2
	boot --icount --append mitigations=off \
		--fetch "/root/bench.json:$results" -- \
		kipc-bench --json /root/bench.json "$@"
}

# The CPUs' clocks run alike in QEMU, but the kernel's test finds that they do
# not: it has to be told.
#
# measure_time OPTION OF run.sh... -- ARGUMENT OF kipc-bench...
measure_time()
{
	local options=()

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	echo "Booting a virtual machine with two CPUs ..." >&2
	ACCEL=${ACCEL:-tcg,thread=multi} boot --smp 2 "${options[@]}" \
		--append "mitigations=off tsc=reliable" \
		--fetch "/root/times.json:$results" -- \
		kipc-bench --time --repeats 15 --json /root/times.json "$@"
}

# CPU time that this machine has spent since it started, in clock ticks
machine_ticks()
{
	awk '/^cpu / { print $2 + $3 + $4 + $7 + $8 + $9 }' /proc/stat
}

# Run a command, and say how much of the machine others took meanwhile.
with_others()
{
	local before used ret=0

	before=$(machine_ticks)
	used=$(mktemp)
	{
		TIMEFORMAT='%U %S %R'
		time "$@" 2>&3 || ret=$?
	} 3>&2 2>"$used"
	awk -v ticks="$(($(machine_ticks) - before))" -v cpus="$(nproc)" \
		-v hz="$(getconf CLK_TCK)" '{
		others = 100 * (ticks / hz - $1 - $2) / ($3 * cpus)
		printf "\nOthers took %.0f %% of this machine%s.\n", others,
			others < 10 ? "" : ": the times above are not to be trusted"
	}' "$used"
	rm -f "$used"
	return $ret
}

tools/dev/deps.sh build guest
make --no-print-directory -s -j"$(nproc)" bench-bin >&2
build_floor
build_foreign "$@"
if [ "${1-}" = --time ]; then
	shift
	with_others measure_time -- "$@"
elif [ $# -gt 0 ]; then
	count "$@"
else
	count
	cp "$results" build/counts.json
	with_others measure_time --file build/counts.json -- \
		--earlier /root/counts.json --targets
fi
echo "$results has the numbers." >&2
