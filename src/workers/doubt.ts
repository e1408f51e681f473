/**
 * What is no longer believed of a worker once it shows that it cannot reach anybody, or that it is listed: those of its
 * findings that came of the same cause.
 */
import type { Evidence } from '../verdict/evidence.js';
import { judge } from '../verdict/judge.js';

/** Findings of one worker that say something of it and not of the senders. */
export interface Doubt {
  readonly worker: string;
  /** Connections that did not come about, or refusals of whoever asks from there. */
  readonly about: 'connections' | 'refusals';
  /** From when on and up to when, by the worker's own clock, milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
}

/** Whether evidence about an address is among those findings; the empty address stands for all. */
export function isDoubtful({ worker, about, since, until }: Doubt, evidence: Evidence, address: string): boolean {
  const { prober, checkedAt, event, stage, replyCode } = evidence;
  if (prober !== worker && prober?.startsWith(`${worker} `) !== true) return false;
  if (checkedAt < since || checkedAt > until) return false;
  if (about === 'connections') return stage === 'connect' && event !== 'forbidden-network';
  return (replyCode ?? 0) >= 500 && judge(evidence, address).reason === 'refused-us';
}
