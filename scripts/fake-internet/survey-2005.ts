/**
 * The survey of 2005 made anew: a world of mail servers and the senders to ask them about, in that survey's
 * proportions. The same seed, scale and delays always give the same.
 *
 *   quotas ─ domains ─▶ hosting ─▶ world
 *                └────▶ senders, with what each must turn out to be
 */
import type { AskedVerdict, Reason } from '../../src/verdict/evidence.js';
import { seededRandom, shuffled, type Random } from './random.js';
import { planDomains, type DomainPlan } from './survey-2005/domains.js';
import { hostDomains } from './survey-2005/hosting.js';
import { newLocalPart } from './survey-2005/names.js';
import { quotasAt, reported, unknownUser, type Quota } from './survey-2005/quotas.js';
import type { Answer, World } from './world.js';

/** A sender in the log, and the truth about it. */
export interface SurveySender {
  readonly address: string;
  /** Its domain has no other sender. */
  readonly alone: boolean;
  /** How many messages it sent us. */
  readonly messages: number;
  readonly wanted: boolean;
  readonly verdict: AskedVerdict;
  readonly reason: Reason;
}

/** A world and its senders. */
export interface Survey2005 {
  readonly world: World;
  readonly senders: readonly SurveySender[];
}

/** How large, and how slow. */
export interface Survey2005Options {
  readonly seed?: number;
  /** 1 is all 26,093 senders; 0.05 a twentieth of them. */
  readonly scale?: number;
  /** Factor on every wait of the servers; 1 is as slow as real ones, 0 is at once. */
  readonly delays?: number;
}

/** Makes the world and its senders. */
export function survey2005({ seed = 2005, scale = 1, delays = 1 }: Survey2005Options = {}): Survey2005 {
  const random = seededRandom(seed);
  const plans = planDomains(quotasAt(scale), random);
  const { names, servers } = hostDomains(plans, random, delays);
  const mailboxes: Record<string, Answer> = {};
  const drawn = plans.flatMap((plan) => sendersOf(plan, random, mailboxes));
  const senders = markWanted(shuffled(random, drawn), Math.max(1, Math.round(reported.wantedRejected * scale)));
  return { world: { names, servers, mailboxes, dnsMs: [1 * delays, 30 * delays] }, senders };
}

function sendersOf(plan: DomainPlan, random: Random, mailboxes: Record<string, Answer>): SurveySender[] {
  const used = new Set<string>();
  return plan.senders.map((quota) => {
    const address = `${newLocalPart(random, used)}@${plan.name}`;
    setMailbox(mailboxes, address, quota);
    const { verdict, reason } = quota;
    return { address, alone: plan.size === 1, messages: messageCount(random), wanted: false, verdict, reason };
  });
}

function setMailbox(mailboxes: Record<string, Answer>, address: string, { decider }: Quota): void {
  if (decider.by === 'mailbox' && decider.answer !== unknownUser) mailboxes[address.toLowerCase()] = decider.answer;
}

/** Two of three senders are seen once, few often. */
function messageCount(random: Random): number {
  return Math.min(300, Math.floor((1 - random()) ** -0.7));
}

/** Marks as wanted so many of the rejected, and of all others one in thirty. */
function markWanted(senders: readonly SurveySender[], wantedRejected: number): SurveySender[] {
  let rejectedLeft = wantedRejected;
  return senders.map((sender, index) => {
    const wanted = sender.verdict === 'rejected' ? rejectedLeft-- > 0 : index % 30 === 0;
    return { ...sender, wanted };
  });
}
