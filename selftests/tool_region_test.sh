#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# kipc region: regions that are made, shown, read, written, taken away and removed on the
# command line. KTAP on stdout.

# shellcheck source=selftests/tool.sh
. "$(dirname "$0")/tool.sh"

region=$name.region
pubsub=/kipc/bin/pubsub
frames=example.frames

# Regions outlive those who made them
clean_up()
{
	"$pubsub" unlink 2>/dev/null
	kipc ls --json "$name" 2>/dev/null |
		sed -n 's/.*"name": *"\([^"]*\)".*/\1/p' >"$dir/left"
	while read -r left; do
		kipc region rm "$left" 2>/dev/null || kipc mailbox rm "$left"
	done <"$dir/left"
}

test_help()
{
	expect 0 kipc help region && shows 'Examples:' || return 1
	for command in cat chunks create ls revoke rm views write; do
		expect 0 kipc region --help && shows "  $command " &&
		expect 0 kipc help region "$command" && shows 'Examples:' &&
		shows "Usage: kipc region $command" || return 1
	done
}

test_usage()
{
	expect 2 kipc region &&
	expect 2 kipc region nonsense &&
	says "'nonsense' is no command: see kipc region --help" || return 1
	for command in cat chunks create revoke rm views write; do
		expect 2 kipc region "$command" || return 1
	done
	expect 2 kipc region create "$region" &&
	expect 2 kipc region create "$region" 0 &&
	expect 2 kipc region create "$region" 1025G &&
	expect 2 kipc region create --mode 0999 "$region" 4K &&
	expect 2 kipc region create "$region" 4K more &&
	expect 2 kipc region create --leases 2 "$region" 4K &&
	says '--leases is for a region with --chunk' &&
	expect 2 kipc region create --chunk 0 "$region" 4K &&
	expect 2 kipc region create --chunk 8K "$region" 4K &&
	says 'one chunk does not fit' &&
	expect 2 kipc region create --chunk 64 "$region" 8M &&
	says 'make them larger' &&
	expect 2 kipc region create --chunk 64 --leases 0 "$region" 4K &&
	expect 2 kipc region create --chunk 64 --leases 1025 "$region" 4K &&
	expect 2 kipc region chunks one two &&
	expect 2 kipc region cat --size 0 "$region" &&
	expect 2 kipc region cat --offset x "$region" &&
	expect 2 kipc region cat one two &&
	expect 2 kipc region revoke "$region" &&
	expect 2 kipc region revoke --all "$region" 1 &&
	expect 2 kipc region ls one two
}

test_no_device()
{
	for command in "cat $region" "chunks $region" "create $region 4K" ls "revoke $region 1" \
			"rm $region" "views $region" "write $region"; do
		# shellcheck disable=SC2086
		expect 3 kipc --device "$dir/none" region $command &&
		says "no $dir/none: load the module" || return 1
	done
}

test_no_region()
{
	for command in "cat $region" "chunks $region" "revoke $region 1" "rm $region" \
			"views $region" "write $region"; do
		# shellcheck disable=SC2086
		expect 5 kipc region $command &&
		says "no region '$region': see kipc region ls" || return 1
	done
	expect 0 kipc mailbox create "$region" &&
	expect 1 kipc region cat "$region" && says "'$region' is no region" &&
	expect 1 kipc region rm "$region" && says "'$region' is no region" &&
	expect 1 kipc region create "$region" 4K &&
	expect 0 kipc mailbox rm "$region"
}

test_create()
{
	expect 0 kipc region create "$region" 5000 && prints '' &&
	expect 0 kipc region create "$region" 8K &&
	expect 1 kipc region create "$region" 4K && says 'in another way' &&
	expect 1 kipc region create --mode 0644 "$region" 8K &&
	expect 1 kipc region create --exclusive "$region" 8K &&
	says "'$region' exists already" &&
	expect 0 kipc ls "$region" && shows "^$region  *region " &&
	expect 0 kipc region rm "$region" &&
	expect 0 kipc region create --huge "$region" 4M || return 1
	printf 'hello' | kipc region write "$region" || return 1
	expect 0 kipc region cat --size 5 "$region" && prints 'hello' &&
	expect 0 kipc region rm "$region" &&
	expect 2 kipc region create --huge "$region"
}

test_create_chunks()
{
	expect 0 kipc region create --chunk 5000 "$region" 16K && prints '' &&
	expect 0 kipc region create --chunk 5056 --leases 8 "$region" 16K &&
	expect 1 kipc region create --chunk 4K "$region" 16K && says 'in another way' &&
	expect 1 kipc region create --chunk 5000 -l 2 "$region" 16K &&
	expect 1 kipc region create "$region" 16K &&
	expect 1 kipc region create --chunk 5000 --exclusive "$region" 16K &&
	says "'$region' exists already" &&
	expect 0 kipc region ls "$region" &&
	shows '^NAME  *SIZE  *MEMORY  *VIEWS  *CHUNK  *FREE ' &&
	shows "^$region  *16 KiB  *0 B  *0  *4.9 KiB  *3/3  *no " &&
	expect 0 kipc region ls --json "$region" && is_json all &&
	shows '"chunk_size": *5056,' && shows '"chunks_free": *3,' &&
	expect 0 kipc region chunks "$region" &&
	prints '3 of 3 chunks of 4.9 KiB are free
' && expect 0 kipc region chunks --json "$region" && is_json all &&
	expect 0 kipc region rm "$region" &&
	expect 0 kipc region create "$region" 16K &&
	expect 1 kipc region chunks "$region" && prints '' &&
	says "'$region' has no chunks: kipc region create --chunk" &&
	expect 0 kipc region rm "$region" &&
	expect 0 kipc region create --chunk 33K "$region" 64K &&
	expect 0 kipc region ls "$region" && shows ' 36 KiB .* 33 KiB  *1/1 ' &&
	expect 0 kipc region rm "$region"
}

# One subscriber works on a frame for a minute; the others wait in the mailbox. That has
# room for 4, and of the last of them the publisher has the loan.
test_chunks()
{
	"$pubsub" publish -r 10 >/dev/null &
	publisher=$!
	"$pubsub" subscribe -w 60000 >/dev/null &
	subscriber=$!
	services="$services $publisher $subscriber"
	until_true sh -c "kipc region chunks $frames | grep -q '^11 of 16 chunks of 1 MiB are free'" &&
	expect 0 kipc region chunks "$frames" &&
	shows '^CHUNK  *STATE  *VIEW  *PROCESS  *USER  *MESSAGES$' &&
	shows "^ *[0-9]*  *loaned  *[0-9]*  *pubsub\[$publisher\]  *root  *-\$" &&
	shows "^ *[0-9]*  *leased  *[0-9]*  *pubsub\[$subscriber\]  *root  *-\$" &&
	count 4 '^ *[0-9]*  *sent  *-  *-  *-  *1$' || return 1
	view=$(awk '$2 == "leased" { print $3 }' "$dir/out")
	expect 0 kipc region chunks --json "$frames" && is_json all &&
	count 4 '"state": *"sent"' && count 4 '"messages": *1' &&
	shows '"state": *"leased"' && shows "\"pid\": *$subscriber," &&
	shows "\"view\": *$view," && shows '"process": *"pubsub"' &&
	shows '"user": *"root"' && expect 0 kipc region views "$frames" &&
	shows "^ *$view  *-  *r  .* $subscriber " &&
	expect 0 kipc region revoke "$frames" "$view" &&
	expect 0 kipc region chunks "$frames" && ! shows leased >/dev/null &&
	kill -KILL "$publisher" "$subscriber" && wait "$publisher"
	wait "$subscriber"
	expect 0 kipc region chunks "$frames" && prints '16 of 16 chunks of 1 MiB are free
'
}

test_copy()
{
	expect 0 kipc region create "$region" 8K || return 1
	printf 'hello, world' | kipc region write "$region" || return 1
	expect 0 kipc region cat --size 12 "$region" && prints 'hello, world' &&
	expect 0 kipc region cat -o 7 -n 5 "$region" && prints 'world' ||
		return 1
	printf 'there' | kipc region write --offset 7 "$region" || return 1
	expect 0 kipc region cat --size 12 "$region" && prints 'hello, there' ||
		return 1
	[ "$(kipc region cat "$region" | wc -c)" -eq 8192 ] || return 1
	[ "$(kipc region cat -o 4K "$region" | wc -c)" -eq 4096 ] || return 1
	head -c 8192 /dev/urandom >"$dir/data"
	kipc region write "$region" <"$dir/data" || return 1
	kipc region cat "$region" | cmp - "$dir/data" || return 1
	echo more >>"$dir/data"
	expect 1 sh -c "kipc region write $region <$dir/data" &&
	says 'the rest does not fit' &&
	expect 1 kipc region cat --offset 9K "$region" && says 'only 8 KiB' &&
	expect 1 kipc region cat --offset 8K --size 1 "$region" &&
	expect 0 kipc region rm "$region"
}

test_ls()
{
	expect 0 kipc region ls "$name" && prints '' &&
	expect 0 kipc region create --mode 0640 "$region" 1M || return 1
	printf x | kipc region write "$region" || return 1
	expect 0 kipc region ls "$name" && shows '^NAME ' &&
	shows "^$region  *1 MiB  *4 KiB  *0  *-  *-  *no  *rw-r-----  *root\$" &&
	expect 0 kipc region ls --json "$name" && is_json all &&
	shows '"resident": *4096,' && shows '"size": *1048576,' &&
	expect 0 kipc stat && shows '^regions  *1 ' &&
	shows "^regions' sizes  *1 MiB " &&
	expect 0 kipc stat --json && is_json all && shows '"views": *{' &&
	expect 0 su user -s /bin/sh -c 'kipc region ls' &&
	shows "^$region  *-  *-  *-  *-  *-  *-  *rw-r-----  *root\$" &&
	expect 0 kipc region rm "$region"
}

# A process that has a view, until its standard input ends
hold()
{
	kipc region write "$region" <"$dir/hold" 2>"$dir/held" &
	held=$!
	exec 9>"$dir/hold"
	for _ in $(seq 100); do
		kipc region views "$region" | grep -q " $held " && return 0
		sleep 0.1
	done
	return 1
}

let_go()
{
	echo x >&9
	exec 9>&-
	wait "$held"
}

test_views()
{
	mkfifo "$dir/hold"
	expect 0 kipc region create "$region" 8K &&
	expect 0 kipc region views "$region" && prints '' && hold || return 1
	expect 0 kipc region views "$region" && shows '^ID  *FROM ' &&
	shows "^ *[0-9][0-9]*  *-  *rw  *0 B  *8 KiB  *$held  *root\$" &&
	expect 0 kipc region views --json "$region" && is_json all &&
	shows "\"pid\": *$held," || return 1
	expect 1 kipc region revoke "$region" 99999 && says 'has no view 99999' &&
	expect 2 kipc region revoke "$region" x && says 'is no number' &&
	expect 0 kipc region views "$region" || return 1
	id=$(awk 'NR == 2 { print $1 }' "$dir/out")
	expect 0 kipc region revoke "$region" "$id" &&
	expect 0 kipc region views "$region" && prints '' || return 1
	let_go && return 1
	grep -q 'taken away meanwhile' "$dir/held" && hold &&
	expect 0 kipc region revoke --all "$region" || return 1
	let_go && return 1
	expect 0 kipc region rm "$region"
}

test_denied()
{
	expect 0 kipc region create --mode 0604 "$region" 4K || return 1
	printf hello | kipc region write "$region" || return 1
	expect 0 su user -s /bin/sh -c "kipc region cat -n 5 $region" &&
	prints hello &&
	expect 4 su user -s /bin/sh -c "echo x | kipc region write $region" &&
	says "permission denied for '$region'" &&
	expect 4 su user -s /bin/sh -c "kipc region views $region" &&
	says 'that is for its owner' &&
	expect 4 su user -s /bin/sh -c "kipc region revoke --all $region" &&
	expect 4 su user -s /bin/sh -c "kipc region chunks $region" &&
	expect 4 su user -s /bin/sh -c "kipc region rm $region" &&
	says 'only its owner' &&
	expect 4 su user -s /bin/sh -c 'kipc region create sys.test 4K' &&
	says "names under 'sys.'" && expect 0 kipc region rm "$region"
}

test_rm()
{
	expect 0 kipc region create "$region.1" 4K &&
	expect 0 kipc region create "$region.3" 4K &&
	expect 5 kipc region rm "$region.1" "$region.2" "$region.3" &&
	says "no region '$region.2'" && expect 0 kipc region ls "$name" &&
	prints ''
}

run_tests help usage no_device no_region create create_chunks chunks copy ls views denied rm
