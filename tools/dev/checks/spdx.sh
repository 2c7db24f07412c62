#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every source file says its licence in its first lines, the right one for the
# folder that it is in, and the text of that licence is in LICENSES/.

set -euo pipefail
cd "$(dirname "$0")/../../.."

bad=0

licence_of()
{
	case $1 in
	uapi/*) echo 'GPL-2.0-only WITH Linux-syscall-note' ;;
	libuserspace/*.[ch] | libuserspace/*.map) echo 'LGPL-2.1-or-later OR MIT' ;;
	*) echo 'GPL-2.0-only' ;;
	esac
}

while read -r file; do
	found=$(sed -n '1,3s/.*SPDX-License-Identifier: \(.*\)/\1/p' "$file" |
		sed 's, *\*/$,,' | head -n 1)
	[ "$found" = "$(licence_of "$file")" ] || {
		echo "$file: '$found' rather than '$(licence_of "$file")'"
		bad=1
	}
done < <(find Makefile Kbuild kmod uapi libuserspace tools selftests .ci \
	-type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.mk' -o \
	-name '*.map' -o -name '*.config' -o -name Makefile -o -name Kbuild -o \
	-path .ci/run \))

for licence in GPL-2.0 LGPL-2.1 MIT Linux-syscall-note; do
	[ -n "$(find LICENSES -name "$licence*" 2>/dev/null)" ] || {
		echo "LICENSES: no text of $licence"
		bad=1
	}
done
exit $bad
