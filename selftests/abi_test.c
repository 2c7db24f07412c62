// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules that hold for every command, checked for every command: what the
 * table in abi_table.c says is spoilt field by field, and each refusal must
 * have its errno and change nothing. Also built for 32 bits.
 */
#include <kselftest_harness.h>

#include "abi_table.h"

/* The largest size that a command's number can hold */
#define IOC_SIZE_MAX	_IOC_SIZEMASK

FIXTURE(abi) {
	struct live live;
	struct abi_world world;
	const struct abi_command *command;
	struct kipc_stat before;
	struct kipc_mailbox_info mailbox_before;
	__u64 arg[ABI_SIZE_MAX / 8];
	__u8 *page;
	size_t page_size;
};

FIXTURE_SETUP(abi) {
	ASSERT_EQ(0, live_begin(&self->live));
	abi_world_open(&self->world);
	self->page_size = (size_t)sysconf(_SC_PAGESIZE);
	/* Three pages, of which the last is not there */
	self->page = mmap(NULL, 3 * self->page_size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->page);
	munmap(self->page + 2 * self->page_size, self->page_size);
}

FIXTURE_TEARDOWN(abi) {
	abi_world_close(&self->world);
	EXPECT_EQ(0, live_end(&self->live));
}

static size_t size_of(const struct _test_data_abi *self)
{
	return _IOC_SIZE(self->command->command);
}

/* The same command with another size in its number */
static unsigned long resized(const struct _test_data_abi *self, size_t size)
{
	return _IOC(_IOC_DIR(self->command->command), KIPC_IOC_MAGIC,
		    _IOC_NR(self->command->command), size);
}

static bool comes_back(const struct _test_data_abi *self)
{
	return _IOC_DIR(self->command->command) & _IOC_READ;
}

static void prepare(struct _test_data_abi *self, const struct abi_command *command)
{
	self->command = command;
	memset(self->arg, 0, sizeof(self->arg));
	command->prepare(&self->world, self->arg);
	/* The echo frees its last message after its caller has the answer. */
	wait_blocked(self->world.echo_thread.tid, KIPC_REPLY_RECV);
	stat_get(&self->world.pair.client, &self->before);
	self->mailbox_before = mailbox_info(self->world.mailbox);
}

/* Whether usage, traffic and the mailbox are as they were */
static bool unchanged(struct _test_data_abi *self)
{
	struct kipc_mailbox_info info = mailbox_info(self->world.mailbox);

	return stat_same(&self->world.pair.client, &self->before) &&
	       !memcmp(&info, &self->mailbox_before, sizeof(info));
}

static int issue(struct _test_data_abi *self, unsigned long number, void *arg)
{
	return kipc(abi_world_fd(&self->world, self->command), number, arg);
}

/* Whether a copy of the prepared struct gets this errno and changes nothing */
static bool refused(struct _test_data_abi *self, const void *arg, int error)
{
	__u64 copy[ABI_SIZE_MAX / 8];
	int ret;

	memcpy(copy, arg, sizeof(copy));
	ret = issue(self, self->command->command, copy);
	if (ret == -error && unchanged(self))
		return true;
	fprintf(stderr, "# %s: %s, not %s\n", self->command->name,
		ret ? strerror(-ret) : "success", strerror(error));
	return false;
}

/* The prepared command succeeds after all that, and leaves nothing. */
static bool accepted(struct _test_data_abi *self)
{
	int ret = issue(self, self->command->command, self->arg);

	if (ret) {
		fprintf(stderr, "# %s: %s\n", self->command->name,
			strerror(-ret));
		return false;
	}
	self->command->undo(&self->world, self->arg);
	return true;
}

/* For each bit of the field that is not among @allowed: EINVAL */
static bool bits_refused(struct _test_data_abi *self, const struct abi_field *field,
			 __u64 allowed)
{
	__u64 copy[ABI_SIZE_MAX / 8];
	unsigned int bit;

	for (bit = 0; bit < field->size * 8; bit++) {
		__u64 value = abi_field_get(self->arg, field);

		if (allowed >> bit & 1)
			continue;
		memcpy(copy, self->arg, sizeof(copy));
		abi_field_set(copy, field, value | 1ULL << bit);
		if (!refused(self, copy, EINVAL)) {
			fprintf(stderr, "# bit %u at offset %zu\n", bit,
				field->offset);
			return false;
		}
	}
	return true;
}

/* Each command of the header stands in the table, and no other does. */
TEST(header_covered) {
	static const char start[] = "#define KIPC_";
	const char *line = abi_header;
	const struct abi_command *command;
	size_t found = 0;

	while ((line = strstr(line, start))) {
		const char *name = line + strlen("#define ");
		size_t length = strcspn(name, " \t(");
		const char *value = name + length;

		line = value;
		value += strspn(value, " \t");
		if (strncmp(value, "_IO", 3))
			continue;
		EXPECT_NE(NULL, abi_find(name, length)) {
			TH_LOG("%.*s", (int)length, name);
		}
		found++;
	}
	for (command = abi_commands; command->name; command++)
		found--;
	EXPECT_EQ(0, found);
}

/* Each command of the kernel stands in the table; unknown ones get ENOTTY. */
TEST_F(abi, kernel_covered) {
	const struct abi_command *command;
	int fd = self->world.pair.client.fd;
	int mailbox = self->world.mailbox;
	int nr, dir;

	for (nr = 0; nr < 256; nr++) {
		int known = 0;

		for (command = abi_commands; command->name; command++)
			known += (int)_IOC_NR(command->command) == nr;
		EXPECT_GE(1, known);
		for (dir = 0; dir < 4 && !known; dir++) {
			EXPECT_EQ(-ENOTTY, kipc(fd, _IOC(dir, KIPC_IOC_MAGIC,
							 nr, 8), NULL)) {
				TH_LOG("nr %d dir %d", nr, dir);
			}
			EXPECT_EQ(-ENOTTY, kipc(mailbox, _IOC(dir, KIPC_IOC_MAGIC,
							      nr, 8), NULL)) {
				TH_LOG("mailbox: nr %d dir %d", nr, dir);
			}
		}
	}
}

/* Another letter or another direction is another command. */
TEST_F(abi, similar_numbers) {
	const struct abi_command *command;
	unsigned long other;
	unsigned int dir;

	for (command = abi_commands; command->name; command++) {
		prepare(self, command);
		other = command->command ^ 1 << _IOC_TYPESHIFT;
		EXPECT_EQ(-ENOTTY, issue(self, other, self->arg));
		for (dir = 0; dir < 4; dir++) {
			other = _IOC(dir, KIPC_IOC_MAGIC,
				     _IOC_NR(command->command), size_of(self));
			if (other == command->command)
				continue;
			EXPECT_EQ(-ENOTTY, issue(self, other, self->arg));
		}
		EXPECT_TRUE(unchanged(self));
		EXPECT_TRUE(accepted(self));
	}
}

/* A command of an endpoint on a mailbox, and the other way round, and on a view */
TEST_F(abi, other_file) {
	const struct abi_command *command;
	int fd;

	for (command = abi_commands; command->name; command++) {
		prepare(self, command);
		fd = command->by == ABI_MAILBOX ? self->world.pair.client.fd :
						  self->world.mailbox;
		EXPECT_EQ(-ENOTTY, kipc(fd, command->command, self->arg)) {
			TH_LOG("%s", command->name);
		}
		EXPECT_EQ(-ENOTTY, kipc(self->world.eventfd, command->command,
					self->arg));
		if (command->by != ABI_VIEW && command->by != ABI_HELD)
			EXPECT_EQ(-ENOTTY, kipc(self->world.view,
						command->command, self->arg));
		EXPECT_TRUE(unchanged(self));
		EXPECT_TRUE(accepted(self));
	}
}

TEST_F(abi, unknown_flags) {
	const struct abi_command *command;
	const struct abi_flags *flags;

	for (command = abi_commands; command->name; command++) {
		prepare(self, command);
		for (flags = command->flags; flags->field.size; flags++)
			EXPECT_TRUE(bits_refused(self, &flags->field,
						 flags->known));
		EXPECT_TRUE(accepted(self));
	}
}

TEST_F(abi, reserved_fields) {
	const struct abi_command *command;
	const struct abi_field *field;

	for (command = abi_commands; command->name; command++) {
		prepare(self, command);
		for (field = command->reserved; field->size; field++)
			EXPECT_TRUE(bits_refused(self, field, 0));
		EXPECT_TRUE(accepted(self));
	}
}

TEST_F(abi, shorter_structs) {
	const struct abi_command *command;
	size_t size;

	for (command = abi_commands; command->name; command++) {
		prepare(self, command);
		for (size = 0; size < size_of(self); size++) {
			EXPECT_EQ(-EINVAL, issue(self, resized(self, size),
						 self->arg)) {
				TH_LOG("%s size %zu", command->name, size);
			}
		}
		EXPECT_TRUE(unchanged(self));
		EXPECT_TRUE(accepted(self));
	}
}

TEST_F(abi, longer_structs) {
	static __u64 words[(IOC_SIZE_MAX + 1) / 8];
	__u8 *buffer = (__u8 *)words;
	const struct abi_command *command;
	size_t i;

	for (command = abi_commands; command->name; command++) {
		size_t known = _IOC_SIZE(command->command);
		const size_t sizes[] = { known + 1, known + 8, 4097,
					 IOC_SIZE_MAX };

		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			prepare(self, command);
			memset(buffer, 0, sizeof(words));
			memcpy(buffer, self->arg, known);
			buffer[sizes[i] - 1] = 1;
			EXPECT_EQ(-E2BIG, issue(self, resized(self, sizes[i]),
						buffer));
			EXPECT_TRUE(unchanged(self));
			memcpy(buffer, self->arg, known);
			buffer[sizes[i] - 1] = 0;
			EXPECT_EQ(0, issue(self, resized(self, sizes[i]),
					   buffer)) {
				TH_LOG("%s size %zu", command->name, sizes[i]);
			}
			command->undo(&self->world, buffer);
		}
	}
}

TEST_F(abi, bad_struct_pointers) {
	const struct abi_command *command;
	void *const bad[] = {
		NULL,
		(void *)-4096,
		(void *)(1UL << (sizeof(long) * 8 - 1)),
		self->page + 2 * self->page_size,
	};
	size_t i;

	for (command = abi_commands; command->name; command++) {
		prepare(self, command);
		for (i = 0; i < ARRAY_SIZE(bad); i++) {
			EXPECT_EQ(-EFAULT, issue(self, command->command,
						 bad[i])) {
				TH_LOG("%s at %p", command->name, bad[i]);
			}
		}
		EXPECT_TRUE(unchanged(self));
		EXPECT_TRUE(accepted(self));
	}
}

/* The end of the struct is on a page that is not there. */
TEST_F(abi, half_mapped) {
	const struct abi_command *command;
	__u8 *edge = self->page + 2 * self->page_size;
	size_t there;

	for (command = abi_commands; command->name; command++) {
		prepare(self, command);
		for (there = 8; there < size_of(self); there += 8) {
			memcpy(edge - there, self->arg, there);
			EXPECT_EQ(-EFAULT, issue(self, command->command,
						 edge - there)) {
				TH_LOG("%s with %zu bytes", command->name,
				       there);
			}
		}
		EXPECT_TRUE(unchanged(self));
		EXPECT_TRUE(accepted(self));
	}
}

/* The end of the struct, or all of it, is on a page that is read-only. */
TEST_F(abi, read_only) {
	const struct abi_command *command;
	__u8 *edge = self->page + self->page_size;
	size_t size, before;

	for (command = abi_commands; command->name; command++) {
		prepare(self, command);
		size = size_of(self);
		for (before = 0; before < size; before += 8) {
			memcpy(edge - before, self->arg, size);
			mprotect(edge, self->page_size, PROT_READ);
			if (comes_back(self))
				EXPECT_EQ(-EFAULT, issue(self, command->command,
							 edge - before)) {
					TH_LOG("%s with %zu bytes",
					       command->name, before);
				}
			if (!comes_back(self) && !before) {
				EXPECT_EQ(0, issue(self, command->command,
						   edge));
				command->undo(&self->world, self->arg);
				prepare(self, command);
			}
			mprotect(edge, self->page_size, PROT_READ | PROT_WRITE);
		}
		EXPECT_TRUE(unchanged(self));
		EXPECT_TRUE(accepted(self));
	}
}

/* Whether the address gets EFAULT in that field, which stays as it is */
static bool address_refused(struct _test_data_abi *self,
			    const struct abi_field *field, __u64 address)
{
	__u64 good = abi_field_get(self->arg, field);
	bool right;

	abi_field_set(self->arg, field, address);
	right = refused(self, self->arg, EFAULT);
	if (!right)
		fprintf(stderr, "# offset %zu address %llx\n", field->offset,
			(unsigned long long)address);
	abi_field_set(self->arg, field, good);
	return right;
}

/* The same for all addresses that are bad, from the @first one on */
static bool pointers_refused(struct _test_data_abi *self,
			     const struct abi_field *field, size_t first)
{
	const __u64 bad[] = {
		0,
		1ULL << 63,
		~0ULL - 4095,
		PTR(self->page + 2 * self->page_size),
		PTR(self->page + 2 * self->page_size - 1),
	};
	bool right = true;
	size_t i;

	for (; field->size; field++) {
		for (i = first; i < ARRAY_SIZE(bad); i++)
			right &= address_refused(self, field, bad[i]);
		right &= address_refused(self, field,
					 abi_field_get(self->arg, field) |
					 1ULL << 62);
	}
	return right;
}

/* Addresses that stand in the structs: also too high ones, in 32 bits. */
TEST_F(abi, bad_embedded_pointers) {
	const struct abi_command *command;

	for (command = abi_commands; command->name; command++) {
		prepare(self, command);
		EXPECT_TRUE(pointers_refused(self, command->pointers, 0));
		EXPECT_TRUE(pointers_refused(self, command->optional, 1));
		EXPECT_TRUE(accepted(self));
	}
}

static bool values_refused(struct _test_data_abi *self,
			   const struct abi_limit *limit)
{
	__u64 good = abi_field_get(self->arg, &limit->field);
	const struct abi_value *value;
	bool right = true;

	for (value = limit->values; value->error; value++) {
		abi_field_set(self->arg, &limit->field, value->value);
		if (refused(self, self->arg, value->error))
			continue;
		right = false;
		fprintf(stderr, "# offset %zu value %llx\n",
			limit->field.offset, (unsigned long long)value->value);
	}
	abi_field_set(self->arg, &limit->field, good);
	return right;
}

TEST_F(abi, bad_values) {
	const struct abi_command *command;
	const struct abi_limit *limit;

	for (command = abi_commands; command->name; command++) {
		prepare(self, command);
		for (limit = abi_limits; limit->command; limit++) {
			if (limit->command == command->command)
				EXPECT_TRUE(values_refused(self, limit));
		}
		EXPECT_TRUE(accepted(self));
	}
}

/* What came back is no hindrance to issuing a command again. */
TEST_F(abi, issued_again) {
	const struct abi_command *command;
	int i;

	for (command = abi_commands; command->name; command++) {
		prepare(self, command);
		for (i = 0; i < 3; i++) {
			EXPECT_TRUE(accepted(self));
			command->prepare(&self->world, self->arg);
		}
		EXPECT_TRUE(accepted(self));
	}
}

TEST_F(abi, closed_file) {
	const struct abi_command *command;
	int fd = dup(self->world.pair.client.fd);

	ASSERT_LE(0, fd);
	close(fd);
	for (command = abi_commands; command->name; command++) {
		prepare(self, command);
		EXPECT_EQ(-EBADF, kipc(fd, command->command, self->arg));
		EXPECT_TRUE(unchanged(self));
		EXPECT_TRUE(accepted(self));
	}
}

TEST_HARNESS_MAIN
