/**
 * Colours for a terminal. What they mean is said here once; whether there are any is decided by whoever prints.
 */
import { styleText } from 'node:util';
import type { Verdict } from '../verdict/evidence.js';

/** What a piece of text is, not what it looks like. */
export type Role = 'heading' | 'alarm' | Verdict;

/** Gives the text as it is to be printed. Widths are to be measured before. */
export type Paint = (role: Role, text: string) => string;

/** No colours, for pipes and files. */
export const plain: Paint = (_role, text) => text;

const formats = {
  heading: 'bold',
  alarm: 'red',
  accepted: 'green',
  deferred: 'yellow',
  rejected: 'red',
  'no-answer': 'magenta',
  unreachable: 'blue',
  undeliverable: 'cyan',
  skipped: 'gray',
  pending: 'gray',
} as const satisfies Record<Role, Parameters<typeof styleText>[0]>;

/** The sixteen colours that every terminal has, as its owner has set them. */
export const colours: Paint = (role, text) => styleText(formats[role], text, { validateStream: false });
