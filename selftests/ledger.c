// SPDX-License-Identifier: GPL-2.0-only
/* Who sent what and who received it, in memory that survives those who are killed. */
#include "ledger.h"

struct ledger *ledger_new(void)
{
	struct ledger *ledger = mmap(NULL, sizeof(*ledger),
				     PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	must_errno(ledger == MAP_FAILED ? -1 : 0);
	return ledger;
}

void ledger_free(struct ledger *ledger)
{
	munmap(ledger, sizeof(*ledger));
}

static __u32 checksum(const struct letter *letter)
{
	const __u8 *bytes = (const __u8 *)letter;
	__u32 sum = 2166136261U;
	size_t i;

	for (i = 0; i < offsetof(struct letter, checksum); i++)
		sum = (sum ^ bytes[i]) * 16777619U;
	return sum;
}

static __u32 seed_of(const struct letter *letter)
{
	return letter->writer * 65537 + letter->counter;
}

static struct account *account(struct ledger *ledger, __u32 writer,
			       __u32 counter)
{
	check(writer < WRITERS && counter < LETTERS_MAX);
	return &ledger->letter[writer][counter];
}

struct account *letter_account(struct ledger *ledger,
			       const struct letter *letter)
{
	return account(ledger, letter->writer, letter->counter);
}

/*
 * Writes the writer's next message, with so many bytes behind its beginning, and
 * notes that it is going to be sent. Returns its size; 0 if the writer has said all.
 */
size_t letter_write(struct ledger *ledger, __u32 writer, __u32 size, void *to)
{
	struct letter *letter = to;

	if (ledger->next[writer] == LETTERS_MAX)
		return 0;
	letter->writer = writer;
	letter->counter = ledger->next[writer]++;
	letter->size = size;
	letter->checksum = checksum(letter);
	fill(letter + 1, size, seed_of(letter));
	__atomic_store_n(&letter_account(ledger, letter)->state, LETTER_TRIED,
			 __ATOMIC_SEQ_CST);
	return sizeof(*letter) + size;
}

/* The writer knows what came of it. */
void letter_result(struct ledger *ledger, const void *data, bool sent)
{
	__atomic_store_n(&letter_account(ledger, data)->state,
			 sent ? LETTER_SENT : LETTER_NONE, __ATOMIC_SEQ_CST);
}

/* It must be as its writer wrote it. */
const struct letter *letter_check(const void *data, size_t size)
{
	const struct letter *letter = data;

	check(size >= sizeof(*letter));
	check(letter->checksum == checksum(letter));
	check(size == sizeof(*letter) + letter->size);
	check(filled(letter + 1, letter->size, seed_of(letter)));
	return letter;
}

/* Notes that it was received. */
void letter_receive(struct ledger *ledger, const void *data, size_t size)
{
	const struct letter *letter = letter_check(data, size);
	struct account *account = letter_account(ledger, letter);

	check(account->state != LETTER_NONE);
	if (account->received < 255)
		__atomic_fetch_add(&account->received, 1, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&ledger->got, 1, __ATOMIC_RELAXED);
}

/* The reader may receive so many messages from now on. */
void ledger_expect(struct ledger *ledger, __u32 reader, __u32 count)
{
	__atomic_store_n(&ledger->expected[reader], count, __ATOMIC_SEQ_CST);
}

/* It was killed: so many it may have received. */
void ledger_reader_died(struct ledger *ledger, __u32 reader)
{
	ledger->lost += ledger->expected[reader];
	ledger->expected[reader] = 0;
}

static bool complain(__u32 writer, __u32 counter, const struct account *account,
		     const char *what)
{
	fprintf(stderr, "# message %u.%u: state %u, received %u, trying %u, done %u: %s\n",
		writer, counter, account->state, account->received,
		account->trying, account->done, what);
	return false;
}

/* Whether one message was received as it should be; @lost counts those that were not. */
static bool balanced(__u32 kind, const struct account *account, __u64 *lost)
{
	if (account->state == LETTER_NONE)
		return !account->received;
	if (kind == KIPC_MAILBOX_WORK) {
		if (account->done > 1)
			return false;
		return account->state == LETTER_TRIED || account->done ||
		       account->trying;
	}
	if (account->received > 1)
		return false;
	*lost += account->state == LETTER_SENT && !account->received;
	return true;
}

/* Whether all is as it should be with a queue or a work queue that is empty. */
bool ledger_balanced(const struct ledger *ledger, __u32 kind,
		     const struct kipc_mailbox_info *info)
{
	__u64 lost = 0, sent = 0, tried = 0;
	__u32 writer, counter;
	bool right = true;

	for (writer = 0; writer < WRITERS; writer++) {
		for (counter = 0; counter < ledger->next[writer]; counter++) {
			const struct account *account =
				&ledger->letter[writer][counter];

			sent += account->state == LETTER_SENT;
			tried += account->state == LETTER_TRIED;
			if (!balanced(kind, account, &lost))
				right = complain(writer, counter, account,
						 "not as it should be");
		}
	}
	fprintf(stderr, "# %llu sent, %llu perhaps, %llu received, %llu lost of at most %llu\n",
		(unsigned long long)sent, (unsigned long long)tried,
		(unsigned long long)ledger->got, (unsigned long long)lost,
		(unsigned long long)ledger->lost);
	if (kind == KIPC_MAILBOX_QUEUE)
		right &= lost <= info->delivered - ledger->got &&
			 info->delivered - ledger->got <= ledger->lost;
	return right && lost <= ledger->lost && info->accepted >= sent &&
	       info->accepted <= sent + tried;
}
