#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The command-line tool kipc, as users and scripts meet it: output, exit status
# and complaints of each subcommand. KTAP on stdout. What looks at others is in
# tool_trace_test.sh, tool_top_test.sh and tool_freeze_test.sh, mailboxes are in
# tool_mailbox_test.sh and tool_mailbox_pipe_test.sh.
#
# shellcheck disable=SC2016 # commands for other shells stand in single quotes

# shellcheck source=selftests/tool.sh
. "$(dirname "$0")/tool.sh"

test_help()
{
	expect 0 kipc --help && shows 'Examples:' && shows 'Exit status:' &&
	expect 0 kipc help && shows 'Examples:' || return 1
	for command in call freeze frozen info ls mailbox recv send serve \
			stat thaw top trace watch; do
		expect 0 kipc --help && shows "  $command " &&
		expect 0 kipc help "$command" && shows 'Examples:' &&
		shows "Usage: kipc $command" || return 1
	done
	expect 0 kipc --version && shows '^kipc [0-9.]*, ABI version [0-9]'
}

test_usage()
{
	expect 2 kipc &&
	expect 2 kipc nonsense && says "'nonsense' is no command" &&
	expect 2 kipc help nonsense &&
	expect 2 kipc --nonsense &&
	expect 2 kipc ls --nonsense &&
	expect 2 kipc ls one two &&
	expect 2 kipc call &&
	expect 2 kipc call "$name" hello && says 'CODE must be a number' &&
	expect 2 kipc call "$name" 4294967296 &&
	expect 2 kipc call "$name" 0 data more &&
	expect 2 kipc call --timeout soon "$name" &&
	expect 2 kipc call --timeout -1 "$name" &&
	expect 2 kipc call --pool 1X "$name" &&
	expect 2 kipc serve "$name" &&
	expect 2 kipc serve --jobs 0 "$name" -- cat &&
	expect 2 kipc serve --mode 0888 "$name" -- cat &&
	expect 2 kipc serve --mode 01000 "$name" -- cat
}

test_no_device()
{
	for command in info ls stat watch "call $name" "serve $name cat" \
			top trace "freeze 1" "thaw 1" "frozen 1"; do
		# shellcheck disable=SC2086
		expect 3 kipc --device "$dir/none" $command &&
		says "no $dir/none: load the module" || return 1
	done
}

test_device_denied()
{
	IFS=: read -r major minor </sys/class/misc/kipc/dev &&
	mknod -m 600 "$dir/private" c "$major" "$minor" &&
	chmod 755 "$dir" &&
	expect 0 kipc -d "$dir/private" info &&
	expect 4 su user -s /bin/sh -c "kipc -d $dir/private info" &&
	says "permission denied for $dir/private"
}

test_write_error()
{
	kipc info >/dev/full 2>"$dir/err"
	[ $? = 1 ] && says 'cannot write'
}

test_info()
{
	expect 0 kipc info && shows 'ABI version' && shows 'largest pool' &&
	expect 0 kipc info --json && is_json all &&
	shows '"abi_version": *1,' && shows '"depth_max": *32,' &&
	shows '"domain": *[0-9]'
}

test_stat()
{
	serve "$name" "$name" -- cat &&
	expect 0 kipc call "$name" 0 x &&
	expect 0 kipc stat && shows '^User root (0)' && shows '^names  *1  ' &&
	shows '^pools .* MiB ' && shows '^calls answered  *[1-9]' &&
	expect 0 kipc stat --json && is_json all && shows '"owner": *"root"' &&
	shows '"replies": *[1-9]'
}

test_ls()
{
	serve "$name.b" "$name.b" -- cat && first=$! &&
	serve "$name.a" --mode 0622 "$name.a" -- cat &&
	expect 0 kipc ls && shows '^NAME  *KIND  *MODE  *OWNER  *PID$' &&
	shows "^$name.a  *node  *rw--w--w-  *root  *$!\$" &&
	shows "^$name.b  *node  *rw-------  *root  *$first\$" &&
	expect 0 kipc ls "$name.a" && ! shows "$name.b" >/dev/null &&
	expect 0 kipc ls --json "$name" && is_json all && shows '"mode": *"0622"' ||
		return 1
	order=$(sed -n 's/.*"name": *"\([^"]*\)".*/\1/p' "$dir/out" | xargs)
	[ "$order" = "$name.a $name.b" ] || note "order: $order"
}

test_ls_nothing()
{
	expect 0 kipc ls no.such.name && prints '' &&
	expect 0 kipc ls --json no.such.name &&
	[ "$(tr -d ' \n' <"$dir/out")" = '[]' ] &&
	expect 1 kipc ls 'no//name' && says 'is no name'
}

test_call()
{
	serve "$name" "$name" -- tr a-z A-Z &&
	expect 0 kipc call "$name" && prints '' &&
	expect 0 kipc call "$name" 0 hello && prints HELLO &&
	expect 0 kipc call "$name" 0x10 '' && prints '' &&
	printf 'from stdin' | expect 0 kipc call "$name" 0 - &&
	prints 'FROM STDIN'
}

# More than a pipe holds, both ways, and no byte changed
test_call_large()
{
	dd if=/dev/urandom of="$dir/data" bs=64k count=48 2>/dev/null
	serve "$name" "$name" -- cat &&
	expect 0 kipc call --pool 16M "$name" 0 - <"$dir/data" &&
	{ cmp -s "$dir/data" "$dir/out" || note 'data changed'; }
}

# A command that does not read what it is given
test_call_unread()
{
	serve "$name" "$name" -- sh -c 'echo ready' &&
	expect 0 kipc call "$name" 0 - <"$dir/data" && shows ready
}

test_environment()
{
	KIPC_CODE=99
	export KIPC_CODE
	serve "$name" --mode 0666 "$name" -- \
		sh -c 'echo $KIPC_CODE $KIPC_SENDER_PID $KIPC_SENDER_UID' &&
	expect 0 kipc call "$name" 7 && shows '^7 [1-9][0-9]* 0$' &&
	expect 0 su user -s /bin/sh -c "echo \$\$; exec kipc call $name 8" || return 1
	unset KIPC_CODE
	pid=$(head -n 1 "$dir/out")
	shows "^8 $pid 1000\$"
}

test_code()
{
	serve "$name" "$name" -- sh -c 'echo output; exit 3' &&
	expect 7 kipc call "$name" && shows '^output$' &&
	says "$name: answered with code 3" &&
	expect 3 kipc call --exit-code "$name" && stop &&
	serve "$name" "$name" -- sh -c 'kill -9 $$' &&
	expect 137 kipc call -e "$name" && stop &&
	serve "$name" "$name" -- no-such-command &&
	expect 127 kipc call -e "$name" && stop &&
	serve "$name" "$name" -- /dev/null &&
	expect 126 kipc call -e "$name"
}

test_answer_too_large()
{
	serve "$name" "$name" -- head -c 1000000 /dev/zero &&
	expect 7 kipc call --pool 64K "$name" && says 'answer is too large' &&
	until_true grep -q '1000000 bytes does not fit' "$dir/serve.err" &&
	expect 0 kipc call "$name"
}

test_output_endless()
{
	serve "$name" "$name" -- cat /dev/zero &&
	expect 7 kipc call "$name" && says 'answer is too large' &&
	expect 7 kipc call "$name"
}

# The command, and what it started, ends when the caller's time is up
test_timeout()
{
	serve "$name" "$name" -- sh -c 'sleep 1234 & echo $! >'"$dir/pid; wait" &&
	expect 6 kipc call --timeout 5 "$name" && says 'no answer in time; received: it may' &&
	until_true test -s "$dir/pid" &&
	until_true sh -c "! kill -0 $(cat "$dir/pid")"
}

# So it does when the caller leaves
test_caller_leaves()
{
	rm -f "$dir/pid"
	serve "$name" "$name" -- sh -c 'sleep 1234 & echo $! >'"$dir/pid; wait" ||
		return 1
	kipc call "$name" 2>/dev/null &
	until_true test -s "$dir/pid" && kill -TERM $! &&
	until_true sh -c "! kill -0 $(cat "$dir/pid")"
}

# The options of a call; a label there is only with a security module
test_options()
{
	serve "$name" --label "$name" -- \
		sh -c 'cat; echo "$KIPC_SENDER_LABEL" | wc -l' &&
	expect 0 kipc call --clear --wait "$name" 0 secret && shows '^secret1$'
}

test_no_name()
{
	expect 5 kipc call "$name.none" && says 'kipc ls' &&
	expect 6 kipc call --wait --timeout 0.2 "$name.none" &&
	says 'did not appear' &&
	expect 1 kipc call 'a..b' && says 'is no name' || return 1
	(sleep 1; exec timeout 10 kipc serve "$name.late" -- cat) &
	expect 0 kipc call --wait "$name.late" 0 hello && prints hello ||
		return 1
	wait $!
}

test_name_denied()
{
	serve "$name" "$name" -- cat &&
	expect 4 su user -s /bin/sh -c "kipc call $name 0 x" &&
	says "permission denied for '$name'" && stop &&
	serve "$name" --mode 0622 "$name" -- cat &&
	expect 0 su user -s /bin/sh -c "kipc call $name 0 x" && prints x &&
	expect 1 kipc serve "$name" -- cat && says 'exists already' &&
	expect 4 su user -s /bin/sh -c 'kipc serve sys.test -- cat' && says "names under 'sys.'"
}

# Two commands that wait for each other: both must run at once
test_jobs()
{
	: >"$dir/both"
	serve "$name" --jobs 2 "$name" -- sh -c "echo >>$dir/both
		until [ \$(wc -l <$dir/both) -ge 2 ]; do sleep 0.1; done" &&
	{ timeout 60 kipc call "$name" & } &&
	expect 0 kipc call "$name" && wait $!
}

# With one job, no command may meet another
test_one_job()
{
	calls=
	serve "$name" --jobs 1 "$name" -- \
		sh -c "mkdir $dir/lock && sleep 0.2 && rmdir $dir/lock" ||
		return 1
	for call in 1 2 3; do
		timeout 60 kipc call "$name" &
		calls="$calls $!"
	done
	for call in $calls; do
		wait "$call" || note 'two commands met' || return 1
	done
}

# The first signal lets the command finish and its call be answered
test_stop()
{
	serve "$name" "$name" -- \
		sh -c "echo >$dir/began; sleep 1; echo finished" &&
	service=$! && rm -f "$dir/began" || return 1
	rm -f "$dir/out"
	timeout 60 kipc call "$name" >"$dir/out" &
	until_true test -e "$dir/began" && kill -TERM "$service" || return 1
	wait $! && shows '^finished$' || return 1
	wait "$service" || note "the service ended with $?" || return 1
	! named "$name" || note 'the name is still there'
}

# The second one does not
test_stop_twice()
{
	serve "$name" "$name" -- sh -c "echo >$dir/began; sleep 1234" &&
	service=$! && rm -f "$dir/began" || return 1
	timeout 60 kipc call "$name" 2>"$dir/err" &
	until_true test -e "$dir/began" && kill -TERM "$service" || return 1
	sleep 1
	kill -0 "$service" || note 'one signal was enough' || return 1
	kill -TERM "$service"
	wait $!
	[ $? = 7 ] && says 'answered with code -' || return 1
	wait "$service"
}

test_service_killed()
{
	serve "$name" "$name" -- sh -c "echo >$dir/began; sleep 5" &&
	service=$! && rm -f "$dir/began" || return 1
	timeout 60 kipc call "$name" 2>"$dir/err" &
	until_true test -e "$dir/began" && kill -KILL "$service" || return 1
	wait $!
	[ $? = 1 ] && says 'ended before it answered' && says 'may or may not'
}

watch_events()
{
	until_true grep -q exists "$dir/lines" &&
	until_true grep -q exists "$dir/json" &&
	serve "$name.new" "$name.new" -- cat && new=$! &&
	until_true grep "  appeared  $name.new  (node of root, pid $new)" \
		"$dir/lines" && stop &&
	until_true grep "  vanished  $name.new  (" "$dir/lines" &&
	until_true grep "  vanished  $name.old  (" "$dir/lines" &&
	until_true grep '"event": "vanished".*"'"$name.new" "$dir/json"
}

test_watch()
{
	serve "$name.old" "$name.old" -- cat || return 1
	rm -f "$dir/lines" "$dir/json"
	kipc watch --all "$name" >"$dir/lines" &
	text=$!
	kipc watch --all --json "$name" >"$dir/json" &
	json=$!
	watch_events
	ret=$?
	kill -TERM "$text" "$json"
	wait "$text" && wait "$json" || note 'watch did not end with 0' &&
	return "$ret"
}

# In the foreground, because what a script has in the background ignores SIGINT
test_interrupt()
{
	serve "$name" "$name" -- cat || return 1
	: >"$dir/lines"
	until_true grep -q exists "$dir/lines" && kill -INT "$(cat "$dir/pid")" &
	timeout 60 sh -c "echo \$\$ >$dir/pid
		exec kipc watch --all $name >$dir/lines" ||
		note "watch ended with $?"
}

run_tests help usage no_device device_denied write_error info stat ls \
	ls_nothing call call_large call_unread environment code answer_too_large \
	output_endless timeout caller_leaves options no_name name_denied jobs \
	one_job stop stop_twice service_killed watch interrupt
