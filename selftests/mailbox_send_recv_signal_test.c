// SPDX-License-Identifier: GPL-2.0-only
/* Signals while KIPC_MAILBOX_SEND_RECV waits for what it is to receive. */
#include <kselftest_harness.h>

#include "interrupt.h"
#include "mailbox.h"

FIXTURE(both) {
	struct live live;
	int requests;
	int answers;
	__u32 out;
	__u32 in;
	struct kipc_mailbox_send_recv arg;
};

FIXTURE_SETUP(both) {
	ASSERT_EQ(0, live_begin(&self->live));
	interrupt_install(0);
	self->requests = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 2);
	self->answers = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 2);
	self->arg.to = self->requests;
	self->arg.send.data = PTR(&self->out);
	self->arg.send.data_size = sizeof(self->out);
	self->arg.send.endpoint = -1;
	self->arg.recv.data = PTR(&self->in);
	self->arg.recv.data_size = sizeof(self->in);
	self->arg.recv.endpoint = -1;
}

FIXTURE_TEARDOWN(both) {
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* With SA_RESTART it goes on, and nothing is posted twice. */
TEST_F(both, signal) {
	struct puppet puppet;

	puppet_open(&puppet);
	self->out = 7;
	puppet_begin_on(&puppet, self->answers, KIPC_MAILBOX_SEND_RECV,
			&self->arg);
	wait_blocked(puppet.thread.tid, KIPC_MAILBOX_SEND_RECV);
	interrupt(&puppet.thread);
	EXPECT_EQ(-EINTR, puppet_end(&puppet));
	EXPECT_EQ(-1, self->arg.to);
	interrupt_install(SA_RESTART);
	self->arg.to = self->requests;
	puppet_begin_on(&puppet, self->answers, KIPC_MAILBOX_SEND_RECV,
			&self->arg);
	wait_blocked(puppet.thread.tid, KIPC_MAILBOX_SEND_RECV);
	interrupt(&puppet.thread);
	wait_blocked(puppet.thread.tid, KIPC_MAILBOX_SEND_RECV);
	ASSERT_EQ(0, mail_post(self->answers, 8));
	EXPECT_EQ(0, puppet_end(&puppet));
	EXPECT_EQ(8, self->in);
	EXPECT_EQ(2, mailbox_info(self->requests).accepted);
	puppet_close(&puppet);
}

TEST_HARNESS_MAIN
