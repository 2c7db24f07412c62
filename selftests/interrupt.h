/* SPDX-License-Identifier: GPL-2.0-only */
/* Signals to a thread or a process, and how to know that they had their effect. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include <signal.h>

#include "task.h"

void interrupt_install(int flags);
void interrupt_send(pid_t tid);
void interrupt(struct thread *thread);
int interrupts(void);
void stop_and_continue(pid_t pid);

#endif /* INTERRUPT_H */
