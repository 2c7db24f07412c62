#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Makes sure that the Debian packages of some groups are installed. Instant if
# they are; else root gets them installed, and others the line to run.
#
#   deps.sh GROUP...
#
#   build   to build the library, the tool and the module
#   guest   to run things in a virtual machine
#   check   to run all checks, among them building the debug kernel
#   iceoryx, zmq
#           to measure these systems beside kipc
#
# kernel.sh downloads the guests' kernels; they are not installed.

set -euo pipefail
export LC_ALL=C

build=(build-essential pkg-config libjson-c-dev libtracefs-dev
	libtraceevent-dev libelf-dev libssl-dev kmod)
guest=(qemu-system-x86 busybox-static cpio xz-utils)
check=(bc bison flex perl libpython3-dev gcc-multilib g++-multilib
	clang sparse coccinelle shellcheck dwarves man-db mandoc)
iceoryx=(iceoryx libiceoryx-binding-c-dev)
zmq=(libzmq3-dev)

wanted=()
for group; do
	case $group in
	build) wanted+=("${build[@]}") ;;
	guest) wanted+=("${guest[@]}") ;;
	check) wanted+=("${check[@]}") ;;
	iceoryx) wanted+=("${iceoryx[@]}") ;;
	zmq) wanted+=("${zmq[@]}") ;;
	*) echo "usage: deps.sh build|guest|check|iceoryx|zmq..." >&2; exit 2 ;;
	esac
done

if ! command -v dpkg-query >/dev/null; then
	echo "deps.sh: not Debian; going on without: ${wanted[*]}" >&2
	exit 0
fi

installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' \
	"${wanted[@]}" 2>/dev/null | sed -n 's/^installed //p' || true)
mapfile -t missing < <(comm -13 <(sort -u <<<"$installed") \
	<(printf '%s\n' "${wanted[@]}" | sort -u))
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ]; then
	cat >&2 <<-END
	Packages are missing. As root, run:

	  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}

	END
	exit 1
fi

install()
{
	DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
		-o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 \
		install "${missing[@]}" </dev/null >&2
}

# Whether apt's lists know all of the packages
known()
{
	local package

	for package in "${missing[@]}"; do
		apt-cache show "$package" >/dev/null 2>&1 || return 1
	done
}

echo "deps.sh: installing ${missing[*]}" >&2
known || apt-get -qq update </dev/null >&2
install || {
	# The lists may name versions that are gone.
	apt-get -qq update </dev/null >&2
	install
}
