#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
#   man.sh install|uninstall DIR PAGE...
#   man.sh names PAGE...
#
# Installs manual pages below DIR, or removes them again. A page is to be found by
# each name that its section NAME tells, not only by that of its file: the others
# get a page that refers to it. "names" prints them, with their sections.

set -euo pipefail
cd "$(dirname "$0")/../.."

# The names of page $1, one a line
names_of()
{
	sed -n '/^\.SH NAME/ { n; s/ *\\-.*//; s/, */\n/g; p; }' "$1"
}

# Where a page with name $1 and the section of file $2 belongs
place_of()
{
	echo "man${2##*.}/$1.${2##*.}"
}

each_place()
{
	local page name

	for page; do
		for name in $(basename "${page%.*}") $(names_of "$page"); do
			echo "$page $(place_of "$name" "$page")"
		done
	done | sort -u
}

install_pages()
{
	local dir=$1 page place own

	shift
	each_place "$@" | while read -r page place; do
		own=$(place_of "$(basename "${page%.*}")" "$page")
		mkdir -p "$dir/${place%/*}"
		if [ "$place" = "$own" ]; then
			install -m 644 "$page" "$dir/$place"
		else
			echo ".so $own" >"$dir/$place"
			chmod 644 "$dir/$place"
		fi
	done
}

uninstall_pages()
{
	local dir=$1 page place

	shift
	each_place "$@" | while read -r page place; do
		rm -f "$dir/$place"
	done
}

command=$1
shift
case $command in
install) install_pages "$@" ;;
uninstall) uninstall_pages "$@" ;;
names) each_place "$@" | sed 's,.*/,,' ;;
*) echo "usage: man.sh install|uninstall DIR PAGE... | names PAGE..." >&2; exit 2 ;;
esac
