#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# kipc mailbox: mailboxes that are made, shown, looked into, emptied and removed
# on the command line. KTAP on stdout. How messages are sent and received is in
# tool_mailbox_pipe_test.sh.

# shellcheck source=selftests/tool_mailbox.sh
. "$(dirname "$0")/tool_mailbox.sh"

test_help()
{
	expect 0 kipc help mailbox && shows 'Examples:' || return 1
	for command in create info ls peek purge recv rm send; do
		expect 0 kipc mailbox --help && shows "  $command " &&
		expect 0 kipc help mailbox "$command" && shows 'Examples:' &&
		shows "Usage: kipc mailbox $command" || return 1
	done
	expect 0 kipc help send && shows 'Usage: kipc send' &&
	expect 0 kipc help recv && shows 'Usage: kipc recv'
}

test_usage()
{
	expect 2 kipc mailbox &&
	expect 2 kipc mailbox nonsense &&
	says "'nonsense' is no command: see kipc mailbox --help" &&
	expect 2 kipc help mailbox nonsense || return 1
	for command in create info peek purge recv rm send; do
		expect 2 kipc mailbox "$command" || return 1
	done
	for options in '--kind no' '--full no' '--messages 0' \
			'--messages 1048577' '--size 17M' '--size 0' \
			'--mode 0888' '--lease 0' '--lease 5' '--history 5' \
			'--deliveries 3' '--kind work --deliveries 3' \
			'--kind work --dead-letter x' \
			'--kind broadcast --full block' \
			'--kind broadcast --history 65' 'two'; do
		# shellcheck disable=SC2086
		expect 2 kipc mailbox create $options "$box" || return 1
	done
	expect 2 kipc send --priority 32768 "$box" x &&
	expect 2 kipc send --raw "$box" x &&
	expect 2 kipc send --raw --bytes "$box" &&
	expect 2 kipc send --wait --create "$box" x &&
	expect 2 kipc send "$box" x y &&
	expect 2 kipc send --timeout soon "$box" x &&
	expect 2 kipc recv --count 0 "$box" &&
	expect 2 kipc recv --count 2 --follow "$box" &&
	expect 2 kipc recv --all --follow "$box" &&
	expect 2 kipc recv --min-priority 32768 "$box" &&
	expect 2 kipc mailbox peek --index x "$box" &&
	expect 2 kipc mailbox ls one two
}

test_no_device()
{
	for command in "create $box" "info $box" ls "peek $box" \
			"purge $box" "recv $box" "rm $box" "send $box x"; do
		# shellcheck disable=SC2086
		expect 3 kipc --device "$dir/none" mailbox $command &&
		says "no $dir/none: load the module" || return 1
	done
}

test_no_name()
{
	for command in "info $box" "peek $box" "purge $box" "recv $box" \
			"rm $box" "send $box x"; do
		# shellcheck disable=SC2086
		expect 5 kipc mailbox $command &&
		says "no mailbox '$box': see kipc mailbox ls" || return 1
	done
	expect 6 kipc send --wait --timeout 0.2 "$box" x &&
	says 'did not appear' &&
	expect 6 kipc recv --wait --timeout 0.2 "$box" &&
	expect 1 kipc mailbox create 'a..b' && says 'is no name' &&
	expect 1 kipc mailbox ls 'no//name' && says 'is no name'
}

# What is called so is something else, and stays
test_no_mailbox()
{
	serve "$name" "$name" -- cat || return 1
	for command in "create $name" "info $name" "recv $name" \
			"send $name x" "rm $name"; do
		# shellcheck disable=SC2086
		expect 1 kipc mailbox $command &&
		says "'$name' is no mailbox: kipc ls" || return 1
	done
	expect 0 kipc call "$name" 0 x && prints x &&
	expect 0 kipc mailbox create "$box" &&
	expect 1 kipc serve "$box" -- cat && says 'exists already'
}

test_create()
{
	expect 0 kipc mailbox create "$box" && prints '' &&
	has kind '"queue"' && has full '"block"' && has mode '"0600"' &&
	has messages_max 64 && has size_max 4096 && has lease 0 &&
	has last_close false && has uid 0 && has owner '"root"' &&
	expect 0 kipc mailbox create "$box" &&
	expect 1 kipc mailbox create --exclusive "$box" &&
	says 'exists already' &&
	expect 1 kipc mailbox create --messages 65 "$box" &&
	says 'made in another way' && has messages_max 64
}

test_create_options()
{
	expect 0 kipc mailbox create --kind queue --full drop -n 7 --size 64K \
		--mode 0640 --first-come --label "$box" &&
	has full '"drop"' && has messages_max 7 && has size_max 65536 &&
	has mode '"0640"' && has first_come true && has label true &&
	expect 0 kipc mailbox rm "$box" &&
	expect 0 kipc mailbox create --kind broadcast --history 3 "$box" &&
	has kind '"broadcast"' && has full '"drop"' && has history 3 &&
	expect 0 kipc mailbox rm "$box" &&
	expect 0 kipc mailbox create "$name.dead" &&
	expect 0 kipc mailbox create --kind work --lease 1.5 --deliveries 3 \
		--dead-letter "$name.dead" "$box" &&
	has kind '"work"' && has lease 1500000000 && has deliveries_max 3 &&
	expect 5 kipc mailbox create --kind work --deliveries 3 \
		--dead-letter "$name.none" "$name.other"
}

test_last_close()
{
	kipc mailbox create --last-close "$box" &
	services=$!
	until_true kipc mailbox info "$box" && has last_close true &&
	expect 0 kipc send "$box" x && expect 0 kipc recv "$box" &&
	prints 'x
' && kill -TERM "$services" && wait "$services" &&
	expect 5 kipc mailbox info "$box"
}

test_ls()
{
	expect 0 kipc mailbox ls "$name" && prints '' &&
	expect 0 kipc mailbox create --mode 0620 --size 1M "$box" &&
	expect 0 kipc mailbox create --kind work "$name.a" &&
	expect 0 kipc send "$box" 1 && expect 0 kipc send "$box" 2 &&
	serve "$name.node" "$name.node" -- cat || return 1
	kipc recv "$name.a" >"$dir/late" &
	until_true sh -c "kipc mailbox ls $name.a | grep -q '  1 in  '" &&
	expect 0 kipc mailbox ls "$name" &&
	shows '^NAME  *KIND  *MESSAGES  *SIZE  *LEASED  *WAITING  *MODE  *OWNER  *DROPPED$' &&
	shows "^$name.a  *work  *0/64  *4 KiB  *0  *1 in  *rw-------  *root  *0\$" &&
	shows "^$box  *queue  *2/64  *1 MiB  *0  *-  *rw--w----  *root  *0\$" &&
	count 2 "$name" &&
	expect 0 kipc mailbox ls "$name.a" && count 1 "$name" &&
	expect 0 kipc mailbox ls --json "$name" && is_json all &&
	count 2 '"name"' && shows '"receivers": *1,' &&
	expect 0 kipc ls "$name" && shows "^$box  *mailbox  *rw--w----  *root" &&
	shows "^$name.node  *node " && expect 0 kipc send "$name.a" x && wait $!
}

test_info()
{
	expect 0 kipc mailbox create --kind work --lease 30 "$box" &&
	expect 0 kipc send "$box" x && expect 0 kipc mailbox info "$box" &&
	shows "^name  *$box\$" && shows '^kind  *work$' &&
	shows '^lease  *30\.0 s$' && shows '^messages to be received  *1$' &&
	shows '^messages accepted so far  *1$' &&
	expect 0 kipc mailbox info --json "$box" && is_json all &&
	expect 0 kipc stat && shows '^mailboxes  *1 ' &&
	expect 0 kipc stat --json && is_json all && shows '"mailboxes": *{' &&
	shows '"mailbox_bytes": *{'
}

test_peek()
{
	expect 0 kipc mailbox create "$box" &&
	expect 1 kipc mailbox peek "$box" && says 'is empty' &&
	expect 0 kipc mailbox peek --all "$box" && prints '' &&
	expect 0 kipc send "$box" low && expect 0 kipc send -p 9 "$box" high &&
	expect 0 kipc mailbox peek "$box" && prints 'high
' && expect 0 kipc mailbox peek --index 1 "$box" && prints 'low
' && expect 0 kipc mailbox peek --raw --all "$box" && prints 'highlow' &&
	expect 1 kipc mailbox peek --index 2 "$box" && says 'it has fewer' &&
	expect 0 kipc mailbox peek --json --all "$box" && is_json each &&
	count 2 '"deliveries": *0,' && shows '"text": *"low"' && has messages 2
}

test_purge()
{
	expect 0 kipc mailbox create "$box" &&
	expect 0 kipc mailbox purge "$box" && prints '0
' && seq 5 | expect 0 kipc send "$box" && expect 0 kipc mailbox purge "$box" &&
	prints '5
' && has messages 0 &&
	expect 0 kipc mailbox create --kind broadcast "$name.all" &&
	expect 1 kipc mailbox purge "$name.all" && says 'is a broadcast'
}

test_rm()
{
	expect 0 kipc mailbox create "$name.1" &&
	expect 0 kipc mailbox create "$name.3" &&
	expect 5 kipc mailbox rm "$name.1" "$name.2" "$name.3" &&
	says "no mailbox '$name.2'" && expect 0 kipc mailbox ls "$name" &&
	prints ''
}

test_denied()
{
	expect 0 kipc mailbox create --mode 0622 "$box" &&
	expect 0 su user -s /bin/sh -c "kipc send $box hello" &&
	expect 4 su user -s /bin/sh -c "kipc recv $box" && says "permission denied for '$box'" &&
	expect 4 su user -s /bin/sh -c "kipc mailbox peek $box" &&
	expect 4 su user -s /bin/sh -c "kipc mailbox purge $box" &&
	expect 4 su user -s /bin/sh -c "kipc mailbox rm $box" && says 'only its owner' &&
	expect 0 su user -s /bin/sh -c "kipc mailbox info $box" &&
	expect 0 su user -s /bin/sh -c "kipc mailbox ls" && shows "^$box " &&
	expect 4 su user -s /bin/sh -c 'kipc mailbox create sys.test' &&
	says "names under 'sys.'" && expect 0 kipc recv --json "$box" &&
	shows '"uid": *1000,'
}

run_tests help usage no_device no_name no_mailbox create create_options \
	last_close ls info peek purge rm denied
