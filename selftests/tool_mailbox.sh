#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests of kipc mailbox share; they include it.

# shellcheck source=selftests/tool.sh
. "$(dirname "$0")/tool.sh"

box=$name.box

# Mailboxes outlive those who made them
clean_up()
{
	kipc mailbox ls --json "$name" 2>/dev/null |
		sed -n 's/.*"name": *"\([^"]*\)".*/\1/p' >"$dir/left"
	while read -r left; do
		kipc mailbox rm "$left"
	done <"$dir/left"
	box=$name.box
}

# has KEY VALUE: so it is with $box
has()
{
	kipc mailbox info --json "$box" >"$dir/info" 2>&1
	grep -q "\"$1\": *$2,*\$" "$dir/info" ||
		note "$(grep -e "\"$1\"" "$dir/info") rather than $2"
}

# soon KEY VALUE: so it is before long
soon()
{
	until_true has "$1" "$2"
}
