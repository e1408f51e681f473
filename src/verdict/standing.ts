/**
 * What a judgement proves of a sender, where something is to be done about its mail.
 */
import type { Judgement } from './evidence.js';

/** `bad`: mail to this sender is known to be lost. `undecided`: neither is known, or the server refuses us. */
export type Standing = 'good' | 'bad' | 'undecided';

/** Only what was said of the address itself, or of its domain taking no mail, is bad. */
export function standingOf({ verdict, reason }: Judgement): Standing {
  if (verdict === 'accepted') return 'good';
  if (verdict === 'undeliverable') return 'bad';
  const isAboutMailbox = reason === 'no-such-mailbox' || reason === 'mailbox-disabled';
  return verdict === 'rejected' && isAboutMailbox ? 'bad' : 'undecided';
}
