// SPDX-License-Identifier: GPL-2.0-only
/* Signals to a thread or a process, and how to know that they had their effect. */
#include <sys/syscall.h>

#include "interrupt.h"

static int handled;

static void handler(int number)
{
	(void)number;
	__atomic_fetch_add(&handled, 1, __ATOMIC_SEQ_CST);
}

/* Installs the handler of SIGUSR1 with these flags, SA_RESTART or none. */
void interrupt_install(int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	__atomic_store_n(&handled, 0, __ATOMIC_SEQ_CST);
	must_errno(sigaction(SIGUSR1, &action, NULL));
}

/* How often the handler ran so far. */
int interrupts(void)
{
	return __atomic_load_n(&handled, __ATOMIC_SEQ_CST);
}

/* Sends the signal to a thread of this process. */
void interrupt_send(pid_t tid)
{
	must_errno((int)syscall(SYS_tgkill, getpid(), tid, SIGUSR1));
}

/* Sends the signal to a thread, and waits until its handler ran. */
void interrupt(struct thread *thread)
{
	__u64 end = after(20 * SECOND);
	int before = interrupts();

	interrupt_send(thread->tid);
	while (interrupts() == before) {
		check(now() < end);
		pause_ms(1);
	}
}

static char state_of(pid_t pid)
{
	char path[64], text[512];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	must(file_read(path, text, sizeof(text)));
	return strrchr(text, ')')[2];
}

/* Stops a process, waits until it has stopped, and lets it go on. */
void stop_and_continue(pid_t pid)
{
	__u64 end = after(20 * SECOND);

	must_errno(kill(pid, SIGSTOP));
	while (state_of(pid) != 'T') {
		check(now() < end);
		pause_ms(1);
	}
	must_errno(kill(pid, SIGCONT));
}
