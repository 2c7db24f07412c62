// SPDX-License-Identifier: GPL-2.0-only
/* Threads and children of a test, and how to know what they are doing. */
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "task.h"

pid_t thread_id(void)
{
	return (pid_t)syscall(SYS_gettid);
}

static void *thread_run(void *arg)
{
	struct thread *thread = arg;

	thread->tid = thread_id();
	__atomic_store_n(&thread->started, 1, __ATOMIC_RELEASE);
	thread->run(thread->arg);
	return NULL;
}

/* Starts a thread and waits until its @tid is known. */
void thread_start(struct thread *thread, void (*run)(void *arg), void *arg)
{
	thread->run = run;
	thread->arg = arg;
	thread->started = 0;
	must(-pthread_create(&thread->thread, NULL, thread_run, thread));
	while (!__atomic_load_n(&thread->started, __ATOMIC_ACQUIRE))
		pause_ms(1);
}

void thread_join(struct thread *thread)
{
	must(-pthread_join(thread->thread, NULL));
}

static void close_but(int kept)
{
	endpoints_close();
	if (kept > 3)
		close_range(3, (unsigned int)kept - 1, 0);
	close_range((unsigned int)kept + 1, ~0U, 0);
}

/*
 * Forks. The child dies with its parent, so that a test which fails leaves
 * nothing behind, and ends with 0 when @run returns.
 */
void child_start(struct child *child, enum child_files files,
		 void (*run)(int sock, void *arg), void *arg)
{
	pid_t parent = getpid(), pid;
	int socks[2];

	must_errno(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
			      socks));
	fflush(stdout);
	fflush(stderr);
	/* @child can be in memory that both share. */
	pid = fork();
	must_errno(pid);
	if (!pid) {
		must_errno(prctl(PR_SET_PDEATHSIG, SIGKILL));
		/* If that was killed before; it is 0 in another PID namespace */
		if (getppid() && getppid() != parent)
			_exit(0);
		close(socks[0]);
		if (files == CHILD_CLOSES)
			close_but(socks[1]);
		run(socks[1], arg);
		_exit(0);
	}
	close(socks[1]);
	child->pid = pid;
	child->sock = socks[0];
}

/* Waits for the child's end; 0 if all went well in it. */
int child_end(struct child *child)
{
	int status;

	while (waitpid(child->pid, &status, 0) < 0)
		must(errno == EINTR ? 0 : -errno);
	close(child->sock);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -WTERMSIG(status);
}

void child_kill(struct child *child)
{
	kill(child->pid, SIGKILL);
	child_end(child);
}

/* Called by a child: becomes another program, which lives on. */
void child_execute(int sock)
{
	must_errno(dup2(sock, STDIN_FILENO));
	must_errno(execl("/bin/cat", "cat", NULL));
}

/* Waits until it is that other program. */
void child_wait_executed(const struct child *child)
{
	__u64 end = after(20 * SECOND);
	char path[64], name[64];

	sprintf(path, "/proc/%d/comm", (int)child->pid);
	do {
		check(now() < end);
		pause_ms(1);
		/* While a thread takes its first one's place, it is not there. */
	} while (file_read(path, name, sizeof(name)) < 0 ||
		 strcmp(name, "cat\n"));
}

/* Passes a word to the other end; not an error if nobody is there. */
void tell(int sock, __u64 word)
{
	if (send(sock, &word, sizeof(word), MSG_NOSIGNAL) < 0)
		must(errno == EPIPE || errno == ECONNRESET ? 0 : -errno);
}

/* Waits for a word from the other end, which must be alive. */
__u64 hear(int sock)
{
	__u64 word = 0;
	ssize_t size;

	do {
		size = recv(sock, &word, sizeof(word), 0);
	} while (size < 0 && errno == EINTR);
	check(size == sizeof(word));
	return word;
}

/* Gives up root for good: a user without privileges and without groups. */
void become(uid_t uid, gid_t gid)
{
	must_errno(setgroups(0, NULL));
	must_errno(setresgid(gid, gid, gid));
	must_errno(setresuid(uid, uid, uid));
	/* Else /proc/<pid> belongs to root, and death would not reach us */
	must_errno(prctl(PR_SET_DUMPABLE, 1));
	must_errno(prctl(PR_SET_PDEATHSIG, SIGKILL));
}

/* Whether the thread sleeps in that command, as /proc/<tid>/syscall says. */
static bool blocked(pid_t tid, unsigned long command)
{
	unsigned long number, file, seen;
	char path[64], text[256];

	snprintf(path, sizeof(path), "/proc/%d/syscall", (int)tid);
	must(file_read(path, text, sizeof(text)));
	return sscanf(text, "%lu %lx %lx", &number, &file, &seen) == 3 &&
	       number == SYS_ioctl && seen == command;
}

/* Waits until the thread sleeps in that command, seen twice in a row. */
void wait_blocked(pid_t tid, unsigned long command)
{
	__u64 end = after(20 * SECOND);
	int seen = 0;

	while (seen < 2) {
		seen = blocked(tid, command) ? seen + 1 : 0;
		check(now() < end);
		pause_ms(1);
	}
}

/* Waits until the thread sleeps in that system call, seen twice in a row. */
void wait_blocked_in(pid_t tid, long number)
{
	__u64 end = after(20 * SECOND);
	char path[64], text[256];
	int seen = 0;

	snprintf(path, sizeof(path), "/proc/%d/syscall", (int)tid);
	while (seen < 2) {
		must(file_read(path, text, sizeof(text)));
		seen = *text != 'r' && atol(text) == number ? seen + 1 : 0;
		check(now() < end);
		pause_ms(1);
	}
}

/* How often the thread went to sleep so far: it stands still while asleep. */
long context_switches(pid_t tid)
{
	static const char key[] = "\nvoluntary_ctxt_switches:";
	char path[64], text[4096];
	const char *line;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	must(file_read(path, text, sizeof(text)));
	line = strstr(text, key);
	check(line);
	return strtol(line + sizeof(key) - 1, NULL, 10);
}
