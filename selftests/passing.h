/* SPDX-License-Identifier: GPL-2.0-only */
/* Passing file descriptors from process to process by a socket. */
#ifndef PASSING_H
#define PASSING_H

void fd_send(int sock, int fd);
int fd_recv(int sock);

#endif /* PASSING_H */
