#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Includes point downwards only: entry -> rpc, mailbox, region -> core. The
# three pillars do not include each other. Userspace includes nothing of kmod.
# Kernel versions stand in core/compat.h alone.

set -euo pipefail
cd "$(dirname "$0")/../../.."

# The layer that file $1 of kmod is in, as a folder's name
layer()
{
	local path=${1#kmod/}

	echo "${path%%/*}"
}

# Whether a file of layer $1 may include one of layer $2
allowed()
{
	case $1:$2 in
	entry:entry | entry:rpc | entry:mailbox | entry:region | entry:core) ;;
	rpc:rpc | mailbox:mailbox | region:region | core:core) ;;
	rpc:core | mailbox:core | region:core) ;;
	*) return 1 ;;
	esac
}

bad=0
complain()
{
	echo "$1: $2"
	bad=1
}

# Every include of a file of ours: "file:line:name"
includes()
{
	grep -rnE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$@" |
		sed -E 's/^([^:]+):([0-9]+):[^"]*"([^"]+)".*/\1:\2:\3/'
}

[ -d kmod/core ] || complain kmod "there is no core"
for path in kmod/*/; do
	case $(basename "$path") in
	core | rpc | mailbox | region | entry) ;;
	*) complain "$path" "is no layer of the design" ;;
	esac
done

# Kernel versions are the business of one file.
! grep -rnE 'LINUX_VERSION_CODE|KERNEL_VERSION\(' kmod --include='*.[ch]' |
	grep -v '^kmod/core/compat\.h:' ||
	complain kmod "only core/compat.h may know of kernel versions"

while IFS=: read -r file line name; do
	from=$(layer "$file")
	if [ -e "$(dirname "$file")/$name" ]; then
		to=$(layer "$(realpath --relative-to=. "$(dirname "$file")/$name")")
	elif [ -e "kmod/$name" ]; then
		to=$(layer "kmod/$name")
	else
		complain "$file:$line" "\"$name\" is neither here nor below kmod/"
		continue
	fi
	allowed "$from" "$to" ||
		complain "$file:$line" "$from must not include $to ($name)"
done < <(includes kmod)

while IFS=: read -r file line name; do
	case $(realpath -m --relative-to=. "$(dirname "$file")/$name") in
	kmod/*) complain "$file:$line" "userspace must not include kmod ($name)" ;;
	esac
	! [ -e "kmod/$name" ] ||
		complain "$file:$line" "userspace must not include kmod ($name)"
done < <(includes libuserspace tools selftests)
exit $bad
