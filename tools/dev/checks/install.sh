#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What "make install" installs is complete: a program builds against it in C
# and C++, shared and static, with no other path than what pkg-config says.

set -euo pipefail
cd "$(dirname "$0")/../../.."

root=$PWD/build/check/root
rm -rf "$root"
kdir=$(selftests/qemu/kernel.sh stock)/build
make --no-print-directory install DESTDIR="$root" PREFIX=/usr KDIR="$kdir"

export PKG_CONFIG_PATH=$root/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root
export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
read -ra flags < <(pkg-config --cflags --libs libkipc)
read -ra static_flags < <(pkg-config --static --cflags --libs libkipc)
echo "${flags[@]}"
for example in libuserspace/examples/*.c; do
	gcc -Wall -Werror -o "$root/shared" "$example" "${flags[@]}" -pthread
	gcc -Wall -Werror -static -o "$root/static" "$example" \
		"${static_flags[@]}" -pthread
	readelf -d "$root/shared" | grep -F 'libkipc.so.'
done
printf '#include <kipc.h>\nint main() { return 0; }\n' >"$root/try.cc"
g++ -Wall -Wextra -Werror -pedantic -std=c++11 -o "$root/try" "$root/try.cc" \
	"${flags[@]}"
find "$root" -name 'kipc.ko*' | grep .
LD_LIBRARY_PATH=$root/usr/lib "$root/usr/bin/kipc" --help >/dev/null

# Nothing but the public names is exported: those of library $1 that are not like $2
# make it fail.
check_exports()
{
	# shellcheck disable=SC2016 # these are awk's own variables
	nm -D --defined-only "$root/usr/lib/$1" |
		awk -v like="$2" '$2 ~ /[TDBR]/ && $3 !~ like {
			print "exports " $3
			bad = 1
		}
		END { exit bad }'
}

check_exports libkipc.so '^kipc_'
check_exports libkipc-mq.so '^mq_|^__mq_open_2$'
