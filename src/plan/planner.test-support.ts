/**
 * Batches, and what can come of them, for the tests of the planner.
 */
import type { Evidence, Event, Stage } from '../verdict/evidence.js';
import {
  Planner,
  type Batch,
  type BatchReport,
  type PlanLimits,
  type RankedServer,
  type Recipient,
} from './planner.js';

export const wide: PlanLimits = {
  siteSessions: 9,
  siteRate: 0,
  sitePauseMs: 60_000,
  sessionRecipients: 1,
  maxAddresses: 5,
  maxSessions: 2,
  throttleRetries: 3,
};

let ranks = 0;

/** Each goes behind those made before it, unless it is given a rank. */
export function server(name: string, site = 'one.example', rank = (ranks += 1)): RankedServer {
  return { host: `${name}.${site}`, address: name, site, rank };
}

export const equals = (...names: readonly string[]): RankedServer[] =>
  names.map((name) => server(name, 'one.example', 0));

/** A planner whose domains have as many senders as announced, ids counting up. */
export function plannerWith(limits: Partial<PlanLimits>): Planner {
  let ids = 0;
  return new Planner({ ...wide, ...limits }, (domainId, count) =>
    Array.from({ length: count }, () => ({ senderId: (ids += 1), mailbox: mailbox(`d${domainId}.example`) })),
  );
}

export function mailbox(domain: string): Recipient['mailbox'] {
  return { localPart: 'a', domain, smtputf8: false };
}

export function evidence(batch: Batch, event: Event, stage: Stage, tookMs = 10): Evidence {
  return {
    event,
    stage,
    replyCode: event === 'reply' ? 554 : null,
    enhancedCode: null,
    replyText: null,
    mxHost: batch.server.host,
    mxAddress: batch.server.address,
    site: batch.server.site,
    catchAll: null,
    checkedAt: 0,
    durationMs: batch.spentMs + tookMs,
    attempts: batch.attempts + 1,
  };
}

const session = { startedAt: 0, durationMs: 10, tls: false };

export function answered(batch: Batch, number = batch.recipients.length): BatchReport {
  const results = batch.recipients
    .slice(0, number)
    .map((recipient) => ({ recipient, evidence: evidence(batch, 'reply', 'rcpt') }));
  return { results, unasked: batch.recipients.slice(number), moveOn: null, session };
}

export function dead(batch: Batch): BatchReport {
  return {
    results: [],
    unasked: batch.recipients,
    moveOn: evidence(batch, 'connection-refused', 'connect'),
    session: null,
  };
}

export function refused(batch: Batch): BatchReport {
  return { results: [], unasked: batch.recipients, moveOn: evidence(batch, 'reply', 'greeting'), session };
}

export function takeNow(planner: Planner, now = 0): Batch {
  const batch = planner.take(now);
  if (batch === null) throw new Error('nothing may start');
  return batch;
}

export function takeAll(planner: Planner, now = 0): Batch[] {
  const batches: Batch[] = [];
  for (let batch = planner.take(now); batch !== null; batch = planner.take(now)) batches.push(batch);
  return batches;
}

export const domainsOf = (batch: Batch): string[] =>
  batch.recipients.map(({ mailbox: { domain } }) => domain.replace('.example', ''));

export function throttled(batch: Batch, number = batch.recipients.length): BatchReport {
  const report = answered(batch, number);
  const results = report.results.map(({ recipient, evidence: before }) => {
    return { recipient, evidence: { ...before, replyCode: 450, enhancedCode: '4.7.0' } };
  });
  return { ...report, results };
}

export function tooBusy(batch: Batch): BatchReport {
  return { ...refused(batch), moveOn: { ...evidence(batch, 'reply', 'greeting'), replyCode: 421 } };
}
