/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A terminal that shows one text after the other in the same place, and whose
 * keys are read one by one.
 */
#ifndef TOOL_SCREEN_H
#define TOOL_SCREEN_H

/**
 * screen_begin() - take the terminal
 */
void screen_begin(void);

/**
 * screen_show() - show a text in place of the one before
 * @text: lines, of which as much is shown as there is room for; may have
 *	sequences for colours in it
 */
void screen_show(const char *text);

/**
 * screen_key() - a key that was pressed
 *
 * Does not wait.
 *
 * Return: the key; 0 if there is none.
 */
int screen_key(void);

/**
 * screen_end() - give the terminal back as it was
 */
void screen_end(void);

#endif
