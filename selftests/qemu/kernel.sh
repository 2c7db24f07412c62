#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Provides the kernels that the tests boot, without installing any: packages
# are downloaded and unpacked into a cache. /boot and /usr/src stay untouched.
#
#   kernel.sh stock    Debian's newest kernel image with its headers
#   kernel.sh debug    a kernel with all checkers on, built from debug.config
#   kernel.sh source   only the kernel source (checkpatch, kselftest harness)
#
# Prints the directory in which these are:
#
#   bzImage            the image to boot             (stock, debug)
#   build              what KDIR= takes              (stock, debug)
#   release            what uname -r says            (stock, debug)
#   modules            lib/modules/<release>         (stock)
#
# Everything in the cache has the version of what it was made from in its name.
# When a version changes, an older entry is not used any more; it may be
# deleted at any time. Entries are made under another name or without their
# stamp, and get it last, so one that was interrupted is made again.

set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kipc
image=${KIPC_IMAGE_PACKAGE:-linux-image-amd64}
source=${KIPC_SOURCE_PACKAGE:-linux-source-6.1}

say()
{
	echo "kernel.sh: $*" >&2
}

die()
{
	say "$*"
	exit 1
}

# Runs the rest of the script once at a time for each entry of the cache.
lock()
{
	exec 9>"$cache/.lock-$1"
	if ! flock -n 9; then
		say "waiting for another run that makes $1"
		flock 9
	fi
}

# apt's lists are missing on a fresh machine, and go stale on an old one.
update_lists()
{
	[ "$(id -u)" = 0 ] || die "run 'sudo apt-get update' first"
	say "apt-get update"
	apt-get -qq update </dev/null >&2 || say "apt-get update failed; going on"
}

# The version of package $1 that would be installed; empty if it is unknown.
candidate()
{
	apt-cache policy "$1" 2>/dev/null |
		sed -n 's/^ *Candidate: *//p' | grep -vx '(none)' || true
}

# The packages that package $1 depends on, as far as they match pattern $2.
depends()
{
	apt-cache depends --important "$1" 2>/dev/null |
		sed -n 's/^ *Depends: *//p' | grep -E "$2" || true
}

# Download the packages into the current directory. If that fails, apt's lists
# may name versions that the mirror does not have any more: begin again with
# fresh ones, once.
download()
{
	local options=(-qq)

	# The user _apt, as whom root downloads otherwise, cannot write here.
	[ "$(id -u)" != 0 ] || options+=(-o APT::Sandbox::User=root)
	say "downloading $*"
	apt-get "${options[@]}" download "$@" </dev/null >&2 && return
	[ -z "${KIPC_UPDATED-}" ] || die "downloading failed"
	update_lists
	KIPC_UPDATED=1 exec "$here/kernel.sh" "$kind"
}

# The version of package $1, with fresh lists if need be; empty if even these
# do not have it.
resolve()
{
	local version

	version=$(candidate "$1")
	if [ -z "$version" ] && [ "$(id -u)" = 0 ]; then
		update_lists
		version=$(candidate "$1")
	fi
	echo "$version"
}

# The newest finished entry whose name begins with $1. It will do if apt does
# not know the package, as on a machine without lists and network.
newest()
{
	find "$cache" -mindepth 2 -maxdepth 2 -path "$cache/$1*/.complete" \
		-printf '%T@ %h\n' | sort -rn | sed -n '1s/^[^ ]* //p'
}

unpack_stock()
{
	local dir=$1 real=$2 release=$3 new

	new=$dir.new
	rm -rf "$new"
	mkdir -p "$new/root"
	cd "$new"
	# shellcheck disable=SC2046 # the words are package names
	download "$real" "linux-headers-$release" \
		$(depends "linux-headers-$release" '^linux-(headers|kbuild)-')
	for deb in *.deb; do
		dpkg-deb -x "$deb" root
	done
	rm -- *.deb

	# The headers' Makefile includes /usr/src/...: make it find its neighbour.
	# shellcheck disable=SC2016 # make expands it, not the shell
	sed -i 's,^include /usr/src/,include $(dir $(lastword $(MAKEFILE_LIST)))../,' \
		"root/usr/src/linux-headers-$release/Makefile"
	ln -s "root/boot/vmlinuz-$release" bzImage
	ln -s "root/usr/src/linux-headers-$release" build
	ln -s "root/lib/modules/$release" modules
	rm -f "modules/build" "modules/source"
	echo "$release" >release
	touch .complete
	cd "$cache"
	rm -rf "$dir"
	mv "$new" "$dir"
}

stock()
{
	local version real release dir

	version=$(resolve "$image")
	if [ -z "$version" ]; then
		dir=$(newest stock-)
		[ -n "$dir" ] || die "apt knows no package $image"
		echo "$dir"
		return
	fi
	real=$(depends "$image" '^linux-image-' | head -n 1)
	real=${real:-$image}
	release=${real#linux-image-}
	dir=$cache/stock-${release}_$version
	if [ ! -e "$dir/.complete" ]; then
		lock stock
		[ -e "$dir/.complete" ] || unpack_stock "$dir" "$real" "$release"
	fi
	echo "$dir"
}

# Unpack the kernel source. The objects of the debug kernel name its path, so
# it does not move.
unpack_source()
{
	local dir=$1 new

	new=$dir.new
	rm -rf "$new"
	mkdir -p "$new/deb"
	cd "$new"
	download "$source"
	dpkg-deb -x ./*.deb deb
	say "unpacking $source"
	tar -xf "deb/usr/src/$source.tar.xz" --strip-components=1
	rm -rf deb ./*.deb
	touch .complete
	cd "$cache"
	rm -rf "$dir"
	mv "$new" "$dir"
}

find_source()
{
	local version dir

	version=$(resolve "$source")
	if [ -z "$version" ]; then
		dir=$(newest "$source"_)
		[ -n "$dir" ] || die "apt knows no package $source"
		echo "$dir"
		return
	fi
	dir=$cache/${source}_$version
	if [ ! -e "$dir/.complete" ]; then
		lock source
		[ -e "$dir/.complete" ] || unpack_source "$dir"
	fi
	echo "$dir"
}

# Every line of debug.config must be in the configuration that came of it: an
# option that does not exist any more, or lacks a dependency, vanishes silently.
verify_config()
{
	local line lost=0

	while read -r line; do
		grep -qxF "$line" "$1/.config" && continue
		say "lost from debug.config: $line"
		lost=1
	done < <(grep '^CONFIG_' "$here/debug.config")
	[ "$lost" = 0 ] || die "debug.config does not fit this kernel"
}

# What a module is built with needs neither the kernel's objects nor its image.
slim()
{
	find "$1" -path "$1/scripts" -prune -o -path "$1/tools" -prune -o \
		-type f \( -name '*.o' -o -name '*.a' -o -name '*.cmd' \) \
		-exec rm -f {} +
}

build_debug()
{
	local dir=$1 src=$2 log=$1/build.log

	rm -rf "$dir"
	mkdir -p "$dir/build"
	say "building the debug kernel once (5 to 10 minutes): $log"
	{
		make -C "$src" O="$dir/build" KCONFIG_ALLCONFIG="$here/debug.config" \
			allnoconfig &&
		make -C "$src" O="$dir/build" olddefconfig
	} </dev/null >"$log" 2>&1 || die "configuring failed: $log"
	verify_config "$dir/build"
	make -C "$src" O="$dir/build" -j"$(nproc)" \
		bzImage modules </dev/null >>"$log" 2>&1 || {
		tail -n 20 "$log" >&2
		die "building failed: $log"
	}
	cp "$dir/build/arch/x86/boot/bzImage" "$dir/bzImage"
	cp "$dir/build/include/config/kernel.release" "$dir/release"
	slim "$dir/build"
	touch "$dir/.complete"
}

debug()
{
	local src key dir

	src=$(find_source)
	key=$({
		basename "$src"
		gcc --version | head -n 1
		ld --version | head -n 1
		cat "$here/debug.config"
	} | sha256sum | cut -c 1-16)
	dir=$cache/debug-$key
	if [ ! -e "$dir/.complete" ]; then
		lock debug
		[ -e "$dir/.complete" ] || build_debug "$dir" "$src"
	fi
	echo "$dir"
}

mkdir -p "$cache"
kind=${1-}
case $kind in
stock)
	stock
	;;
debug)
	debug
	;;
source)
	find_source
	;;
*)
	die "usage: kernel.sh stock|debug|source"
	;;
esac
