#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# kipc freeze, thaw and frozen: whom they take, what they do, what they say.

# shellcheck source=selftests/tool.sh
. "$(dirname "$0")/tool.sh"

test_usage()
{
	for command in freeze thaw frozen; do
		expect 2 kipc $command && expect 2 kipc $command one two &&
		expect 3 kipc -d "$dir/none" $command "$name" &&
		expect 5 kipc $command "$name" && says 'no such endpoint' &&
		expect 5 kipc $command @999999999 && says 'no endpoint @999999999' &&
		expect 5 kipc $command $$ && expect 5 kipc $command 99999999 ||
			return 1
	done
}

# Whatever they are meant by: calls fail until they are thawed
test_freeze()
{
	serve "$name" "$name" -- cat && server=$! || return 1
	number=$(sed -n 's/kipc-endpoint:.//p' /proc/"$server"/fdinfo/*)
	for who in "$name" "$server" "@$number"; do
		expect 0 kipc freeze "$who" &&
		shows '^ENDPOINT  *STATE  *SERVING  *CALLING  *QUEUED$' &&
		shows "^@$number  *frozen  *0  *0  *0\$" &&
		expect 0 kipc frozen "$who" && shows "^@$number  *frozen " &&
		expect 1 kipc call "$name" && says "$name" &&
		expect 0 kipc top -b -n 1 -d 0.1 &&
		shows "^@$number .* frozen  *$name\$" &&
		expect 0 kipc thaw "$who" && shows "^@$number  *running " &&
		expect 0 kipc call "$name" 0 hello && prints hello || return 1
	done
}

# What it still has to do
test_busy()
{
	serve "$name" "$name" -- sleep 100 && server=$! || return 1
	timeout 60 kipc call "$name" 2>/dev/null &
	caller=$!
	until_true sh -c "kipc frozen $name | grep -q '  running  *1  *0  *0'"
	expect 0 kipc freeze --json "$name" && is_json all &&
	shows '"frozen": *true' && shows '"serving": *1'
	ret=$?
	kill -KILL "$server"
	wait "$caller"
	return $ret
}

# All that are below a name, and no others
test_several()
{
	serve "$name.a" "$name.a" -- cat && serve "$name.b" "$name.b" -- cat &&
	serve "${name}c" "${name}c" -- cat &&
	expect 0 kipc freeze "$name" && count 2 ' frozen ' &&
	expect 0 kipc frozen "${name}c" && count 1 ' running ' &&
	expect 0 kipc thaw "$name" && count 2 ' running '
}

test_not_root()
{
	serve "$name" --mode 0666 "$name" -- cat || return 1
	for command in freeze thaw frozen; do
		expect 4 su user -s /bin/sh -c "kipc $command $name" &&
		says 'permission denied: run as root' || return 1
	done
}

if kipc frozen @1 2>&1 | grep -q 'cannot freeze'; then
	echo "1..0 # SKIP this kernel's kipc cannot freeze"
	exit 4
fi
run_tests usage freeze busy several not_root
