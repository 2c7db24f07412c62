// SPDX-License-Identifier: GPL-2.0-only
/* Passing file descriptors from process to process by a socket. */
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "passing.h"
#include "selftest.h"

/* A message of one byte, with room for one descriptor */
union room {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(sizeof(int))];
};

void fd_send(int sock, int fd)
{
	union room control = { 0 };
	struct iovec iov = { &(char){ 'x' }, 1 };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.head), &fd, sizeof(int));
	must_errno(sendmsg(sock, &message, 0));
}

/* Returns the descriptor, or -1 if nobody will send any more. */
int fd_recv(int sock)
{
	union room control = { 0 };
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t got = recvmsg(sock, &message, MSG_CMSG_CLOEXEC);
	int fd;

	must_errno(got);
	if (!got)
		return -1;
	check(control.head.cmsg_type == SCM_RIGHTS);
	memcpy(&fd, CMSG_DATA(&control.head), sizeof(int));
	return fd;
}
