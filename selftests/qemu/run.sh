#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Boots a kernel in QEMU with kipc loaded and runs a command in it.
#
#   run.sh [OPTION]... [--] COMMAND [ARGUMENT]...
#
#   --kernel stock|debug    which kernel (stock)
#   --smp N                 virtual CPUs (2)
#   --memory M              MiB of memory (1024; debug 2048)
#   --timeout S             end the guest after so many seconds (300)
#   --append WORDS          more words for the kernel's command line
#   --file PATH[:GUEST]     put a file into the guest (at /root/<basename>)
#   --fetch GUEST:PATH      copy a file out of the guest when it ended
#   --program PATH          put a program that is linked at run time into the
#                           guest's PATH, and its libraries to where they are here
#   --module NAME           load NAME.ko of the stock kernel, too
#   --no-module             do not build and load kipc.ko
#   --ko PATH               load this kipc.ko, and do not build one
#   --insmod PATH           load this module, too
#   --interactive           COMMAND talks to this terminal
#   --icount                guest time counts instructions, on one CPU
#   --monitor PATH          a socket for QEMU's monitor
#   --log DIRECTORY         where console.log goes (build/qemu/<kernel>-<pid>)
#   --quiet                 do not show the console's end if the guest fails
#
# Exits with COMMAND's exit code, or with 125 if the guest did not get that
# far. COMMAND's output comes out as it is made; the console, with the kernel's
# log, goes to console.log. ACCEL=kvm in the environment is faster; the default
# is tcg, which works everywhere.

set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
accel=${ACCEL:-tcg}
kernel=stock
smp=2
memory=
timeout=300
append=
module=1
ko=
fetch=
interactive=
icount=
monitor=
log=
quiet=
files=()
programs=()
stock_modules=()
more_modules=()

usage()
{
	sed -n '/^# *run.sh/,/^# *--quiet/s/^# \{0,3\}//p' "$0"
}

while [ $# -gt 0 ]; do
	case $1 in
	--kernel) kernel=$2; shift ;;
	--smp) smp=$2; shift ;;
	--memory) memory=$2; shift ;;
	--timeout) timeout=$2; shift ;;
	--append) append=$2; shift ;;
	--file) files+=("$2"); shift ;;
	--program) programs+=("$2"); shift ;;
	--module) stock_modules+=("$2"); shift ;;
	--no-module) module= ;;
	--ko) ko=$2; shift ;;
	--insmod) more_modules+=("$2"); shift ;;
	--fetch) fetch=$2; shift ;;
	--interactive) interactive=1 ;;
	--icount) icount=1 ;;
	--monitor) monitor=$2; shift ;;
	--log) log=$2; shift ;;
	--quiet) quiet=1 ;;
	--) shift; break ;;
	--help) usage; exit ;;
	-*) usage >&2; exit 2 ;;
	*) break ;;
	esac
	shift
done
[ $# -gt 0 ] || {
	usage >&2
	exit 2
}

find_kernel()
{
	kdir=$("$here/kernel.sh" "$kernel")
	release=$(cat "$kdir/release")
	if [ "$kernel" = debug ]; then
		memory=${memory:-2048}
	fi
	memory=${memory:-1024}
}

build_module()
{
	[ -n "$module" ] && [ -z "$ko" ] || return 0
	ko=$top/build/$release/kipc.ko
	make -C "$top" --no-print-directory module KDIR="$kdir/build" \
		</dev/null >"$log/module.log" 2>&1 || {
		cat "$log/module.log" >&2
		exit 125
	}
}

# Copy what was built into the root file system: programs and their scripts.
copy_programs()
{
	local dir

	for dir in examples static demo bench; do
		[ ! -d "$top/build/$dir" ] || find "$top/build/$dir" \
			-maxdepth 1 -type f -perm -u+x \
			-exec cp -t "$root/kipc/bin" {} +
	done
	[ ! -d "$top/build/selftests" ] || find "$top/build/selftests" \
		-maxdepth 1 -type f -perm -u+x \
		-exec cp -t "$root/kipc/selftests" {} +
	find "$top/selftests" -maxdepth 1 -name '*.sh' \
		-exec cp -t "$root/kipc/selftests" {} +
}

# Copy programs that are linked at run time to a folder of the guest, and what they
# need to where it is on this machine.
#
# copy_linked FOLDER PROGRAM...
copy_linked()
{
	local folder=$1 libraries path

	shift
	[ $# -gt 0 ] || return 0
	libraries=$(ldd "$@")
	! grep 'not found' <<<"$libraries" >&2 || exit 125
	mkdir -p "$root/$folder"
	cp -t "$root/$folder" "$@"
	sed -nE 's,.*[[:space:]](/[^ ]*) \(0x.*,\1,p' <<<"$libraries" |
		sort -u | while read -r path; do
			mkdir -p "$root${path%/*}"
			cp -L "$path" "$root$path"
		done
}

copy_dynamic()
{
	local paths

	mapfile -t paths < <(find "$top/build/dynamic" -maxdepth 1 -type f \
		-perm -u+x 2>/dev/null)
	copy_linked kipc/dynamic "${paths[@]}"
	copy_linked kipc/bin "${programs[@]}"
}

# Copy NAME.ko of the stock kernel, and those that it depends on, in the order
# in which they are to be loaded.
copy_stock_module()
{
	local path dependency

	path=$(find "$kdir/modules/" -name "$1.ko*" | head -n 1)
	[ -n "$path" ] || {
		echo "run.sh: no $1.ko in $kernel" >&2
		exit 125
	}
	for dependency in $(modinfo -F depends "$path" | tr ',' ' '); do
		copy_stock_module "$dependency"
	done
	case $path in
	*.xz) xz -dc "$path" >"$root/kipc/$1.ko" ;;
	*) cp "$path" "$root/kipc/$1.ko" ;;
	esac
	load_module "$1.ko"
}

# Let the guest load /kipc/$1 before kipc.ko.
load_module()
{
	echo "insmod /kipc/$1 || finish 125" >>"$root/kipc/settings.modules"
}

make_root()
{
	local file name

	mkdir -p "$root"/{bin,etc,root,kipc/{bin,selftests}}
	cp "$(command -v busybox)" "$root/bin/busybox"
	cp "$here"/guest/* "$root/kipc/"
	mv "$root/kipc/init" "$root/init"
	cp "$here"/etc/* "$root/etc/"
	copy_programs
	copy_dynamic
	# Debug information would only take the guest's memory and time.
	find "$root/kipc" -type f -exec strip --strip-debug {} + 2>/dev/null ||
		true
	for file in "${files[@]}"; do
		name=${file##*:}
		[ "$name" != "$file" ] || name=/root/$(basename "$file")
		mkdir -p "$root/$(dirname "$name")"
		cp "${file%%:*}" "$root/$name"
	done
	[ -z "$module" ] || cp "$ko" "$root/kipc/kipc.ko"
	for name in "${stock_modules[@]}"; do
		copy_stock_module "$name"
	done
	for file in "${more_modules[@]}"; do
		cp "$file" "$root/kipc/"
		load_module "$(basename "$file")"
	done
	{
		echo "MODULE=$module INTERACTIVE=$interactive"
		printf 'FETCH=%q\n' "${fetch%%:*}"
		cat "$root/kipc/settings.modules" 2>/dev/null || true
	} >"$root/kipc/settings"
	printf '%q ' exec "$@" >"$root/kipc/command"
	(cd "$root" && find . | cpio -o -H newc -R 0:0 --quiet) >"$log/initrd"
}

boot()
{
	local options

	# The kernel would panic if its timer did not tick for a moment at boot, as it
	# does where this machine is busy: no_timer_check.
	options=(-nodefaults -no-user-config -display none -no-reboot
		-m "$memory" -kernel "$kdir/bzImage" -initrd "$log/initrd"
		-append "console=ttyS0 panic=-1 oops=panic log_buf_len=4M
			nokaslr no_timer_check $append")
	if [ -n "$icount" ]; then
		# shellcheck disable=SC2054 # the commas are QEMU's
		options+=(-accel tcg,thread=single -icount "shift=0,sleep=off"
			-smp 1 -cpu "max,-erms,-fsrm")
	else
		options+=(-accel "$accel" -smp "$smp" -cpu max)
	fi
	if [ -n "$interactive" ]; then
		options+=(-chardev "stdio,id=console,signal=off,logfile=$log/console.log"
			-chardev "null,id=output")
	else
		options+=(-chardev "file,id=console,path=$log/console.log"
			-chardev "stdio,id=output,signal=off")
		exec </dev/null
	fi
	[ -z "$monitor" ] ||
		options+=(-monitor "unix:$monitor,server=on,wait=off")
	options+=(-serial chardev:console -serial chardev:output
		-serial null -serial "file:$log/verdict")
	timeout --foreground -k 5 "$timeout" \
		qemu-system-x86_64 "${options[@]}"
}

find_kernel
log=${log:-$top/build/qemu/$kernel-$$}
root=$log/root
mkdir -p "$log"
trap 'rm -rf "$root" "$log/initrd"' EXIT
find "$top/build/qemu" -mindepth 1 -maxdepth 1 -mmin +1440 \
	-exec rm -rf {} + 2>/dev/null || true
build_module
make_root "$@"
[ -n "$interactive$quiet" ] || echo "run.sh: console: $log/console.log" >&2
ret=0
boot || ret=$?
if [ "$ret" = 124 ]; then
	echo "run.sh: the guest was stopped after $timeout s" >&2
elif verdict=$(head -n 1 "$log/verdict" | grep -xE '[0-9]+'); then
	[ -z "$fetch" ] || tail -n +2 "$log/verdict" >"${fetch#*:}"
	exit "$verdict"
else
	echo "run.sh: the guest ended without a verdict; QEMU said $ret" >&2
fi
[ -n "$quiet" ] || tail -n 30 "$log/console.log" >&2
exit 125
