/**
 * What a sender weighs in a survey of some kind of mail.
 */
import type { CountedMail } from '../store/survey-info.js';
import type { DayCount } from '../store/days-of-senders.js';

/** The messages of that kind among a sender's, in all or of a day. */
export const messagesOf: Readonly<
  Record<CountedMail, (counts: Pick<DayCount, 'messages' | 'rejectedMessages'>) => number>
> = {
  accepted: (counts) => counts.messages,
  rejected: (counts) => counts.rejectedMessages,
  all: (counts) => counts.messages + counts.rejectedMessages,
};
