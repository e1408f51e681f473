/**
 * What a state says of the senders that bounces wait to go to.
 */
import { formatAddress } from '../senders/address.js';
import type { FoundEvidence } from '../store/newest-evidence.js';
import type { State } from '../store/state.js';
import type { Judgement } from '../verdict/evidence.js';
import { standingOf, type Standing } from '../verdict/standing.js';
import type { BounceFate } from './queue-summary.js';
import type { Know } from './queue-tally.js';

/** Judges what was found, as the survey that found it would. */
export type JudgeFound = (found: FoundEvidence, address: string) => Judgement;

/** Looks senders up. */
export function lookUpIn(state: Pick<State, 'newestEvidence'>, judge: JudgeFound): Know {
  return (mailbox) => {
    const address = formatAddress(mailbox);
    const found = state.newestEvidence(address, mailbox.domain);
    return found === null ? 'unknown' : fateBy[standingOf(judge(found, address))];
  };
}

/** `good` and `bad` in the words of bounces. */
const fateBy = { good: 'valid', bad: 'invalid', undecided: 'undecided' } as const satisfies Record<
  Standing,
  BounceFate
>;
