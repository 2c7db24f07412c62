#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Builds kipc.ko out of the source tree, so that builds for several kernels can
# stand side by side.
#
#   module.sh [--out DIR] KDIR [MAKE ARGUMENT]...   build for the kernel in KDIR
#   module.sh --install KDIR DESTDIR                build and modules_install
#   module.sh --missing KDIR                        say how to get a KDIR
#
# kbuild puts objects beside the sources. So it gets a tree of symbolic links
# to them, build/<release> or DIR, and leaves its objects there.

set -euo pipefail
# kbuild is not part of a make that may have called this.
unset MAKEFLAGS MFLAGS MAKELEVEL

top=$(cd "$(dirname "$0")/../.." && pwd)

missing()
{
	cat >&2 <<-END

	No kernel to build kipc.ko for: $1 is not there.
	  - On Debian or Ubuntu:  sudo apt-get install linux-headers-$(uname -r)
	  - Headers elsewhere:    make KDIR=/path/to/kernel/build
	  - To try kipc without:  make demo  or  make vm  (in a virtual machine)

	END
}

# Make $1 a tree of links to the sources; forget those that are gone.
link_tree()
{
	local part

	for part in Kbuild kmod uapi; do
		cp -rsf "$top/$part" "$1/"
	done
	find "$1" -xtype l -delete
}

build()
{
	make -C "$kdir" M="$out" -j"$(nproc)" "$@" modules
}

install=
out=
case ${1-} in
--missing)
	missing "$2"
	exit 0
	;;
--install)
	install=1
	shift
	;;
--out)
	out=$2
	shift 2
	;;
esac
kdir=$1
shift

if [ ! -e "$kdir/Makefile" ]; then
	missing "$kdir"
	[ -n "$install" ] && exit 0
	exit 1
fi
kdir=$(cd "$kdir" && pwd)
# What uname -r will say. Debian's kernel.release says something else.
release=$(sed -n 's/^#define UTS_RELEASE "\(.*\)"/\1/p' \
	"$kdir/include/generated/utsrelease.h")
out=${out:-$top/build/$release}
mkdir -p "$out"
exec 9>"$out/.lock"
flock 9
link_tree "$out"
if [ -n "$install" ]; then
	build
	make -C "$kdir" M="$out" INSTALL_MOD_PATH="${1-}" modules_install
else
	build "$@"
	echo "kipc: built ${out#"$top/"}/kipc.ko for $release"
fi
