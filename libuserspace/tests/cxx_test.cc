// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * kipc.h in a C++ program: types and functions of the same name, callbacks
 * without captures, and the addresses of functions. What it calls needs no
 * device: it is opened where there is none.
 */
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <kipc.h>

namespace {

struct Counter {
	unsigned int calls;
};

int count(struct kipc_request *request, void *userdata)
{
	static_cast<Counter *>(userdata)->calls++;
	return kipc_request_reply(request, 0, NULL, 0);
}

int check(bool condition, int number, const char *name)
{
	std::printf("%sok %d %s\n", condition ? "" : "not ", number, name);
	return !condition;
}

} // namespace

int main()
{
	struct kipc *endpoint = NULL;
	struct kipc_info info;
	struct kipc_stat stat;
	struct kipc_result result;
	struct kipc_attachment attachment;
	kipc_handler handler = count;
	kipc_death_callback died = [](struct kipc *, uint32_t, void *) {};
	int (*call)(struct kipc *, uint32_t, uint32_t, const void *, size_t,
		    uint64_t, struct kipc_result *) = kipc_call;
	int failed = 0;

	std::memset(&info, 0, sizeof(info));
	std::memset(&stat, 0, sizeof(stat));
	std::memset(&result, 0, sizeof(result));
	std::printf("TAP version 13\n1..4\n");
	failed += check(kipc_open("/nowhere", 0, 0, &endpoint) == -ENOENT, 1,
			"opens_nothing");
	kipc_attachment_set_fd(&attachment, 1);
	failed += check(attachment.type == KIPC_ATTACH_FD && attachment.id == 1,
			2, "makes_attachments");
	failed += check(handler && died && call == kipc_call &&
			kipc_deadline_remaining(KIPC_FOREVER) == UINT64_MAX,
			3, "knows_types_and_functions");
	struct kipc_mailbox_options options = kipc_mailbox_options();
	struct kipc_mail mail;
	options.kind = KIPC_MAILBOX_WORK;
	failed += check(kipc_mailbox_open(endpoint, "", KIPC_MAILBOX_CREATE,
					  0600, &options) == -EINVAL &&
			kipc_mailbox_recv(-1, NULL, 0, KIPC_NO_WAIT, &mail) ==
			-EBADF &&
			kipc_mailbox_lease(-1, KIPC_LEASE_ACK, NULL, 1, 0) ==
			-EBADF, 4, "knows_mailboxes");
	kipc_result_release(&result);
	return failed;
}
