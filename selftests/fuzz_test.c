// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands with random structs, whose fields are likely to mean something: ids
 * that came back before, small sizes, known flags; and here and there a number
 * that means nothing. Several processes issue them on the same endpoints. The
 * kernel must have nothing to complain about, and nothing may be left.
 *
 * KIPC_FUZZ_SEED repeats a run, KIPC_FUZZ_SECONDS makes it longer.
 */
#include <kselftest_harness.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <sys/uio.h>

#include "freeze.h"
#include "fuzz_field.h"

#define PROCESSES	4
#define ENDPOINTS	3
#define KNOWN		16
/* Descriptors that are received are closed from here on. */
#define FIRST_RECEIVED	64

/* Numbers that an endpoint got from the kernel; some are old. */
enum known {
	HANDLE,
	NODE,
	TOKEN,
	CALL_ID,
	OFFSET,
	LEASE,
	KNOWN_KINDS,
};

/**
 * struct board - memory that all processes share
 * @known: by each endpoint: some numbers of each kind
 * @succeeded: how often each command succeeded
 */
struct board {
	__u64 known[ENDPOINTS][KNOWN_KINDS][KNOWN];
	unsigned long succeeded[64];
};

/**
 * struct fuzz - one process
 * @endpoint: on which commands are issued
 * @mailbox: on which those of mailboxes are, one of each kind
 * @eventfd: told of messages
 * @view: of a region, on which its commands are, one for each
 * @turn: which endpoint's turn it is, and which mailbox's
 * @command: whose turn it is
 * @board: shared
 * @seed: of this process
 * @answer: token of a call that it has just received
 */
struct fuzz {
	struct endpoint endpoint[ENDPOINTS];
	int mailbox[ENDPOINTS];
	int view[ENDPOINTS];
	int eventfd;
	__u32 turn;
	const struct abi_command *command;
	struct board *board;
	__u32 seed;
	__u64 answer;
};

static __u8 data[8192];
static __u64 buffer[128];
static struct kipc_message nested[9];
static __u64 offsets[8];
static __u64 tokens[8];
static struct kipc_mailbox_send sends[8];
static struct kipc_mailbox_recv recvs[8];
static struct kipc_attachment attachment[8];
static struct kipc_vec vec[8];

static __u32 pick(struct fuzz *fuzz, __u32 count)
{
	return next_random(&fuzz->seed) % count;
}

/* Remembers a number in the place of an older one. */
static void learn(struct fuzz *fuzz, enum known what, __u64 number)
{
	fuzz->board->known[fuzz->turn][what][pick(fuzz, KNOWN)] = number;
}

static __u64 recall(struct fuzz *fuzz, enum known what)
{
	return fuzz->board->known[fuzz->turn][what][pick(fuzz, KNOWN)];
}

static __u32 flags_of(struct fuzz *fuzz, const struct abi_field *field)
{
	const struct abi_flags *flags = fuzz->command->flags;

	while (flags->field.size && flags->field.offset != field->offset)
		flags++;
	return flags->known & next_random(&fuzz->seed) &
	       next_random(&fuzz->seed);
}

static void fill_attachments(struct fuzz *fuzz)
{
	size_t i;

	memset(attachment, 0, sizeof(attachment));
	for (i = 0; i < ARRAY_SIZE(attachment); i++) {
		attachment[i].type = 1 + pick(fuzz, 3);
		attachment[i].rights = 1 + pick(fuzz, 7);
		if (attachment[i].type == KIPC_ATTACH_HANDLE) {
			attachment[i].id = (__u32)recall(fuzz, HANDLE);
			attachment[i].rights |= KIPC_RIGHT_GRANT;
		} else if (attachment[i].type == KIPC_ATTACH_NODE) {
			attachment[i].id = (__u32)recall(fuzz, NODE);
		} else {
			attachment[i].id = pick(fuzz, 4);
			attachment[i].rights = 0;
		}
	}
	if (!pick(fuzz, 4))
		fuzz_attach_region(attachment, fuzz->view[fuzz->turn],
				   next_random(&fuzz->seed));
}

static __u64 likely_data(struct fuzz *fuzz)
{
	size_t i;

	if (fuzz->command->command == KIPC_FREE) {
		for (i = 0; i < ARRAY_SIZE(offsets); i++)
			offsets[i] = recall(fuzz, OFFSET);
		return PTR(offsets);
	}
	for (i = 0; i < ARRAY_SIZE(vec); i++) {
		vec[i].base = PTR(data);
		vec[i].size = pick(fuzz, 1000);
	}
	return pick(fuzz, 2) ? PTR(vec) : PTR(data);
}

/* Names have between one and three letters, so that some meet. */
static const char * const names[] = { "a.b", "abc", "b.c", "ccc" };
/* Those of mailboxes and regions, which would not get any otherwise */
static const char * const box_names[] = { "x.y", "xyz", "z.z" };

static __u64 likely_name(struct fuzz *fuzz)
{
	bool is_box = fuzz->command->command == KIPC_MAILBOX_OPEN ||
		      fuzz->command->command == KIPC_REGION_OPEN;

	if (pick(fuzz, 16) ? is_box : !is_box)
		return PTR(box_names[pick(fuzz, ARRAY_SIZE(box_names))]);
	return PTR(names[pick(fuzz, ARRAY_SIZE(names))]);
}

static int likely_endpoint(struct fuzz *fuzz)
{
	return pick(fuzz, 4) ? fuzz->endpoint[pick(fuzz, ENDPOINTS)].fd : -1;
}

static __u64 likely_sends(struct fuzz *fuzz)
{
	size_t i;

	memset(sends, 0, sizeof(sends));
	for (i = 0; i < ARRAY_SIZE(sends); i++) {
		sends[i].priority = pick(fuzz, 2) * pick(fuzz, 16);
		sends[i].data = likely_data(fuzz);
		sends[i].data_size = pick(fuzz, 5000);
		sends[i].attachments = PTR(attachment);
		sends[i].attachment_count = pick(fuzz, 2);
		sends[i].endpoint = likely_endpoint(fuzz);
	}
	fill_attachments(fuzz);
	return PTR(sends);
}

static __u64 likely_recvs(struct fuzz *fuzz)
{
	size_t i;

	memset(recvs, 0, sizeof(recvs));
	for (i = 0; i < ARRAY_SIZE(recvs); i++) {
		recvs[i].data = PTR(data);
		recvs[i].data_size = pick(fuzz, sizeof(data));
		recvs[i].attachments = PTR(buffer);
		recvs[i].attachments_max = pick(fuzz, 5);
		recvs[i].endpoint = likely_endpoint(fuzz);
	}
	return PTR(recvs);
}

static __u64 likely_tokens(struct fuzz *fuzz)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tokens); i++)
		tokens[i] = recall(fuzz, LEASE);
	return PTR(tokens);
}

/* What only mailboxes have */
static __u64 likely_of_mailbox(struct fuzz *fuzz, enum fuzz_kind kind)
{
	switch (kind) {
	case FUZZ_BOX_FLAGS:
		return BOTH | KIPC_MAILBOX_CREATE |
		       (next_random(&fuzz->seed) & next_random(&fuzz->seed) &
			(BOTH | KIPC_MAILBOX_LAST_CLOSE | KIPC_NONBLOCK |
			 KIPC_MAILBOX_FIRST_COME | KIPC_MAILBOX_LABEL));
	case FUZZ_BOX_MODE:
		return 0666 & next_random(&fuzz->seed);
	case FUZZ_BOX_KIND:
		return pick(fuzz, 2) ? 0 : pick(fuzz, 3);
	case FUZZ_BOX:
		return pick(fuzz, 8) ? ~0U :
		       (__u32)fuzz->mailbox[pick(fuzz, ENDPOINTS)];
	case FUZZ_FILE:
		return (__u32)likely_endpoint(fuzz);
	case FUZZ_EVENTFD:
		return pick(fuzz, 2) ? ~0U : (__u32)fuzz->eventfd;
	case FUZZ_SENDS:
		return likely_sends(fuzz);
	case FUZZ_RECVS:
		return likely_recvs(fuzz);
	case FUZZ_TOKENS:
		return likely_tokens(fuzz);
	case FUZZ_SOON:
		return after(pick(fuzz, 1000000));
	default:
		return pick(fuzz, 3);
	}
}

static __u64 likely(struct fuzz *fuzz, const struct fuzz_field *field)
{
	switch (field->kind) {
	case FUZZ_FLAGS:
		return flags_of(fuzz, &field->field);
	case FUZZ_HANDLE:
		return recall(fuzz, HANDLE);
	case FUZZ_NODE:
		return recall(fuzz, NODE);
	case FUZZ_ID:
		return pick(fuzz, 2) ? recall(fuzz, NODE) :
				       recall(fuzz, HANDLE);
	case FUZZ_TOKEN:
		return recall(fuzz, TOKEN);
	case FUZZ_PARENT:
		return pick(fuzz, 2) ? recall(fuzz, TOKEN) : 0;
	case FUZZ_CALL_ID:
		return recall(fuzz, CALL_ID);
	case FUZZ_OFFSET:
		return recall(fuzz, OFFSET);
	case FUZZ_RIGHTS:
		return pick(fuzz, 2) ? KIPC_RIGHTS_ALL : pick(fuzz, 8);
	case FUZZ_DATA:
		return likely_data(fuzz);
	case FUZZ_SIZE:
		return pick(fuzz, 2) ? pick(fuzz, 9) : pick(fuzz, 8192);
	case FUZZ_ATTACHMENTS:
		fill_attachments(fuzz);
		return PTR(attachment);
	case FUZZ_COUNT:
		return pick(fuzz, 2) ? pick(fuzz, 9) : pick(fuzz, 2);
	case FUZZ_DEADLINE:
		return after(pick(fuzz, 100000000));
	case FUZZ_NAME:
		return likely_name(fuzz);
	case FUZZ_NAME_SIZE:
		return pick(fuzz, 4);
	case FUZZ_MODE:
		return 0770 | pick(fuzz, 8);
	case FUZZ_SMALL:
		return pick(fuzz, 16);
	case FUZZ_BUFFER:
		return PTR(buffer);
	case FUZZ_BUFFER_SIZE:
		return pick(fuzz, sizeof(buffer));
	case FUZZ_MESSAGE:
		return pick(fuzz, 4) ? PTR(nested) : 0;
	case FUZZ_ENDPOINT:
		return number_of(&fuzz->endpoint[pick(fuzz, ENDPOINTS)]);
	case FUZZ_ACTION:
		return pick(fuzz, 8) ? KIPC_FREEZE_OFF : pick(fuzz, 3);
	default:
		return field->kind < FUZZ_REGION_FLAGS ?
		       likely_of_mailbox(fuzz, field->kind) :
		       fuzz_of_region(field, next_random(&fuzz->seed));
	}
}

static void fill_args(struct fuzz *fuzz, __u64 *args)
{
	const struct fuzz_field *field;

	memset(args, 0, ABI_SIZE_MAX);
	for (field = fuzz_fields; field->command; field++) {
		if (field->command == fuzz->command->command)
			abi_field_set(args, &field->field,
				      likely(fuzz, field));
	}
	/* Nothing else may stand there without a token. */
	if (fuzz->command->command == KIPC_REPLY_RECV && !args[0])
		memset(args, 0, sizeof(struct kipc_reply));
	if (!pick(fuzz, 8))
		args[pick(fuzz, _IOC_SIZE(fuzz->command->command) / 8)] ^=
			1ULL << pick(fuzz, 64);
}

/*
 * Reads an attachment, if it is there still: another process may have freed the
 * slice by now, and then the pool need not have memory there.
 */
static bool read_attachment(struct endpoint *endpoint,
			    const struct kipc_message *message, __u32 index,
			    struct kipc_attachment *got)
{
	struct iovec to = { .iov_base = got, .iov_len = sizeof(*got) };
	struct iovec from = {
		.iov_base = (void *)came(endpoint, message, index),
		.iov_len = sizeof(*got),
	};

	return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == sizeof(*got);
}

static void learn_message(struct fuzz *fuzz, struct endpoint *endpoint,
			  const struct kipc_message *message)
{
	struct kipc_attachment got;
	__u32 i;

	if (message->token)
		learn(fuzz, TOKEN, message->token);
	if (pick(fuzz, 2))
		fuzz->answer = message->token;
	if (message->kind != KIPC_MSG_SEND && !message->size &&
	    !message->attachment_count && !message->label_size)
		return;
	learn(fuzz, OFFSET, message->offset);
	for (i = 0; i < message->attachment_count; i++) {
		if (read_attachment(endpoint, message, i, &got) &&
		    got.type == KIPC_ATTACH_HANDLE)
			learn(fuzz, HANDLE, got.id);
	}
}

/* A reply, or a call that is to be served before the reply comes */
static void learn_call(struct fuzz *fuzz, struct endpoint *endpoint,
		       const struct kipc_call *call)
{
	if (call->stage == KIPC_STAGE_NESTED) {
		learn(fuzz, CALL_ID, call->id);
		learn_message(fuzz, endpoint, &nested[0]);
	} else {
		learn(fuzz, OFFSET, call->reply_offset);
	}
}

/* Work that was leased; sometimes it is done at once, so that there is room. */
static void learn_lease(struct fuzz *fuzz, __u64 token)
{
	if (!token)
		return;
	learn(fuzz, LEASE, token);
	if (pick(fuzz, 2))
		lease_ack(fuzz->mailbox[fuzz->turn], token);
}

/* What a command that succeeded has brought */
static void learn_result(struct fuzz *fuzz, struct endpoint *endpoint,
			 const void *args)
{
	const struct kipc_reply_recv *both = args;
	const struct kipc_name_lookup *lookup = args;
	const struct kipc_node_create *create = args;
	const struct kipc_handle_dup *dup = args;
	const struct kipc_recv *recv = args;
	const struct kipc_mailbox_recv_batch *batch = args;
	const struct kipc_mailbox_recv *mail = args;
	const struct kipc_mailbox_open *open = args;
	const struct kipc_region_open *region = args;
	__u32 i;

	switch (fuzz->command->command) {
	case KIPC_NODE_CREATE:
		learn(fuzz, NODE, create->node);
		break;
	case KIPC_HANDLE_DUP:
		learn(fuzz, HANDLE, dup->result);
		break;
	case KIPC_NAME_LOOKUP:
		if (lookup->handle)
			learn(fuzz, HANDLE, lookup->handle);
		break;
	case KIPC_CALL:
		learn_call(fuzz, endpoint, args);
		break;
	case KIPC_RECV:
		learn_message(fuzz, endpoint, &recv->message);
		break;
	case KIPC_REPLY_RECV:
		learn_message(fuzz, endpoint, &both->recv.message);
		break;
	case KIPC_MAILBOX_RECV:
		learn_lease(fuzz, mail->mail.token);
		break;
	case KIPC_MAILBOX_RECV_BATCH:
		for (i = 0; i < batch->received; i++)
			learn_lease(fuzz, recvs[i].mail.token);
		break;
	case KIPC_MAILBOX_OPEN:
		close(open->fd);
		break;
	case KIPC_REGION_OPEN:
		region_touch_and_close(region->fd);
		break;
	case KIPC_CHUNK_LOAN:
		fuzz_learn_loan(args);
		break;
	}
}

static void interrupt(int number)
{
	(void)number;
}

/* Whatever waits is interrupted after a while. */
static void start_timer(void)
{
	const struct itimerval timer = {
		.it_interval.tv_usec = 100000,
		.it_value.tv_usec = 100000,
	};
	struct sigaction action = { .sa_handler = interrupt };

	must_errno(sigaction(SIGALRM, &action, NULL));
	must_errno(setitimer(ITIMER_REAL, &timer, NULL));
}

/* A command succeeded. */
static void count(struct fuzz *fuzz, const char *name)
{
	const struct abi_command *command = abi_find(name, strlen(name));

	__atomic_fetch_add(&fuzz->board->succeeded[command - abi_commands], 1,
			   __ATOMIC_RELAXED);
}

static int file_of(struct fuzz *fuzz, enum abi_party by)
{
	switch (by) {
	case ABI_MAILBOX:
		return fuzz->mailbox[fuzz->turn];
	case ABI_VIEW:
	case ABI_HELD:
		return fuzz->view[fuzz->turn];
	default:
		return fuzz->endpoint[fuzz->turn].fd;
	}
}

static void issue_one(struct fuzz *fuzz, size_t commands)
{
	struct endpoint *endpoint;
	__u64 args[ABI_SIZE_MAX / 8];
	size_t nr = pick(fuzz, (__u32)commands);

	fuzz->turn = pick(fuzz, ENDPOINTS);
	/* Ending things is easier than making them: do it less often. */
	fuzz->command = &abi_commands[nr];
	if ((fuzz->command->command == KIPC_NODE_DESTROY ||
	     fuzz->command->command == KIPC_HANDLE_DROP ||
	     fuzz->command->command == KIPC_NAME_UNPUBLISH) && pick(fuzz, 4))
		return;
	endpoint = &fuzz->endpoint[fuzz->turn];
	fill_args(fuzz, args);
	if (kipc(file_of(fuzz, fuzz->command->by), fuzz->command->command,
		 args))
		return;
	count(fuzz, fuzz->command->name);
	learn_result(fuzz, endpoint, args);
	if (fuzz->answer &&
	    !reply_bytes(endpoint, fuzz->answer, data, pick(fuzz, 8)))
		count(fuzz, "KIPC_REPLY");
	fuzz->answer = 0;
}

/* Issues commands until it is killed. */
static void issue_commands(int sock, void *arg)
{
	struct fuzz *fuzz = arg;
	size_t commands = 0;
	int i;

	(void)sock;
	while (abi_commands[commands].name)
		commands++;
	check(commands <= ARRAY_SIZE(fuzz->board->succeeded));
	for (i = 0; i < ENDPOINTS; i++) {
		fuzz->endpoint[i].pool = mmap(NULL, POOL, PROT_READ, MAP_SHARED,
					      fuzz->endpoint[i].fd, 0);
		must_errno(fuzz->endpoint[i].pool == MAP_FAILED ? -1 : 0);
	}
	start_timer();
	for (;;) {
		issue_one(fuzz, commands);
		if (!pick(fuzz, 16))
			close_range(FIRST_RECEIVED, ~0U, 0);
	}
}

FIXTURE(fuzz) {
	struct live live;
	struct fuzz fuzz;
};

FIXTURE_SETUP(fuzz) {
	int i;

	ASSERT_EQ(0, live_begin(&self->live));
	self->fuzz.board = mmap(NULL, sizeof(struct board),
				PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->fuzz.board);
	for (i = 0; i < ENDPOINTS; i++) {
		endpoint_open(&self->fuzz.endpoint[i], POOL);
		self->fuzz.mailbox[i] = mailbox_make(NULL, (__u32)i, 16);
		self->fuzz.view[i] = chunks_make(NULL, 4, 0);
	}
	self->fuzz.eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

FIXTURE_TEARDOWN(fuzz) {
	int i;

	/* A bit of a name's address may have been changed, so it can be any. */
	mailboxes_unlink();
	for (i = 0; i < ENDPOINTS; i++) {
		close(self->fuzz.mailbox[i]);
		close(self->fuzz.view[i]);
	}
	close(self->fuzz.eventfd);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static unsigned long successes(const struct fuzz *fuzz,
			       const struct abi_command *command)
{
	return __atomic_load_n(&fuzz->board->succeeded[command - abi_commands],
			       __ATOMIC_RELAXED);
}

static bool all_succeeded(const struct fuzz *fuzz)
{
	const struct abi_command *command;

	for (command = abi_commands; command->name; command++)
		if (!successes(fuzz, command))
			return false;
	return true;
}

/* At least as long as was asked for; longer where all is slow. */
TEST_F_TIMEOUT(fuzz, likely_numbers, 3600) {
	__u32 seed = number_from("KIPC_FUZZ_SEED", (__u32)now());
	__u32 seconds = number_from("KIPC_FUZZ_SECONDS", 10);
	const struct abi_command *command;
	struct child child[PROCESSES];
	int i;

	TH_LOG("KIPC_FUZZ_SEED=%u, %u seconds", seed, seconds);
	for (i = 0; i < PROCESSES; i++) {
		self->fuzz.seed = next_random(&seed);
		child_start(&child[i], CHILD_SHARES, issue_commands,
			    &self->fuzz);
	}
	pause_ms(seconds * 1000L);
	for (i = 0; i < 90 && !all_succeeded(&self->fuzz); i++)
		pause_ms(1000);
	for (i = 0; i < PROCESSES; i++) {
		kill(child[i].pid, SIGKILL);
		EXPECT_EQ(-SIGKILL, child_end(&child[i]));
	}
	for (command = abi_commands; command->name; command++) {
		unsigned long succeeded = successes(&self->fuzz, command);

		TH_LOG("%s succeeded %lu times", command->name, succeeded);
		EXPECT_LT(0, succeeded);
	}
}

TEST_HARNESS_MAIN
