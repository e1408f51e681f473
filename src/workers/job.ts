/**
 * What a coordinator and its workers say to each other through Redis: a batch as a job, and what came of it. Whoever can
 * write to Redis can make a job, so everything is looked at before it is used.
 */
import { isIP } from 'node:net';
import type { Batch, BatchReport, Server } from '../plan/planner.js';
import type { ServerKnowledge } from '../probe/server-memory.js';
import type { ProbeSettings } from '../probe/settings.js';
import { formatAddress, parseAddress } from '../senders/address.js';
import { events, stages, type Evidence } from '../verdict/evidence.js';

/** Goes up whenever jobs or results change; both sides must have the same. */
export const protocol = 1;

/** The queue that sessions wait in; its keys begin with the prefix. */
export const queueName = 'sessions';

const longestTimeoutMs = 86_400_000;
const mostRecipients = 1000;

/** How to ask: what the coordinator decides. Our name and address are each worker's own. */
export type JobRules = Omit<ProbeSettings, 'helo' | 'sourceAddress'>;

/** A session to carry out. */
export interface Job {
  readonly protocol: number;
  /** The survey that it is for, and the run of it that made it. */
  readonly survey: string;
  readonly run: string;
  readonly server: Server;
  readonly recipients: readonly { readonly senderId: number; readonly address: string }[];
  readonly attempts: number;
  readonly spentMs: number;
  readonly rules: JobRules;
  readonly known: ServerKnowledge;
}

/** What came of a session, or why the worker cannot take it on, or why it did not for once. */
export type JobResult =
  | { readonly worker: string; readonly refused: string }
  | { readonly worker: string; readonly passed: string }
  | {
      readonly worker: string;
      /** The address that it asked from; null where the system chose. */
      readonly source: string | null;
      readonly results: readonly { readonly senderId: number; readonly evidence: Evidence }[];
      readonly moveOn: Evidence | null;
      readonly again: boolean;
      readonly catchAll: readonly { readonly domain: string; readonly accepts: boolean }[];
      readonly session: BatchReport['session'];
      readonly known: ServerKnowledge;
    };

/** What comes from Redis is not what it should be. */
export class JobError extends Error {
  override name = 'JobError';
}

/** The domains that a batch asks about, each once. */
export function domainsOf({ recipients }: Batch): string[] {
  return [...new Set(recipients.map(({ mailbox }) => mailbox.domain))];
}

/** The job of a batch. */
export function toJob(
  batch: Batch,
  { survey, run }: Pick<Job, 'survey' | 'run'>,
  rules: JobRules,
  known: ServerKnowledge,
): Job {
  const { server, attempts, spentMs } = batch;
  const recipients = batch.recipients.map(({ senderId, mailbox }) => ({ senderId, address: formatAddress(mailbox) }));
  return { protocol, survey, run, server, recipients, attempts, spentMs, rules, known };
}

/** The batch and the rules of a job, and whose it is. @throws JobError where it is none, or of another version. */
export function readJob(data: unknown): { run: string; batch: Batch; rules: JobRules; known: ServerKnowledge } {
  const job = asRecord(data, 'job');
  if (job['protocol'] !== protocol)
    throw new JobError(`a job of protocol ${JSON.stringify(job['protocol'])}, not ${protocol}`);
  const recipients = asArray(job['recipients'], 'recipients').map(readRecipient);
  if (recipients.length === 0 || recipients.length > mostRecipients) throw new JobError('too many recipients, or none');
  const attempts = asCount(job['attempts'], 'attempts');
  const spentMs = asCount(job['spentMs'], 'spentMs');
  const batch = { server: readServer(job['server']), recipients, attempts, spentMs };
  const [rules, known] = [readRules(job['rules']), readKnowledge(job['known'])];
  return { run: asText(job['run'], 'run'), batch, rules, known };
}

/** A result as the coordinator sees it: why there is none, or the report. */
export type ReadResult =
  | Exclude<JobResult, { results: unknown }>
  | { readonly worker: string; readonly report: BatchReport; readonly known: ServerKnowledge };

/** What a result says of a batch. @throws JobError where it is none. */
export function readResult(value: unknown, batch: Batch): ReadResult {
  const result = asRecord(value, 'result');
  const worker = asText(result['worker'], 'worker');
  if (typeof result['refused'] === 'string') return { worker, refused: result['refused'] };
  if (typeof result['passed'] === 'string') return { worker, passed: result['passed'] };
  const prober = proberOf(result);
  const recipients = new Map(batch.recipients.map((recipient) => [recipient.senderId, recipient]));
  const results = asArray(result['results'], 'results').map((one) => {
    const { senderId, evidence } = asRecord(one, 'a result');
    const recipient = recipients.get(asCount(senderId, 'senderId'));
    if (recipient === undefined) throw new JobError('a result of somebody who was not asked about');
    recipients.delete(recipient.senderId);
    return { recipient, evidence: { ...readEvidence(evidence), prober } };
  });
  const moveOn = result['moveOn'] === null ? null : { ...readEvidence(result['moveOn']), prober };
  if (moveOn !== null && results.length > 0) throw new JobError('results, and a reason to move on');
  // A session that was cut short before it asked anybody is for another one.
  const isForAnother = result['again'] === true || (results.length === 0 && moveOn === null);
  const report: BatchReport = {
    results,
    unasked: [...recipients.values()],
    moveOn,
    ...(isForAnother && { again: true }),
    catchAll: asArray(result['catchAll'], 'catchAll').map(readCatchAll),
    session: result['session'] === null ? null : readSession(result['session']),
  };
  return { worker, report, known: readKnowledge(result['known']) };
}

function proberOf({ worker, source }: Readonly<Record<string, unknown>>): string {
  const name = asText(worker, 'worker');
  return source === null ? name : `${name} ${asText(source, 'source')}`;
}

function readRecipient(value: unknown): Batch['recipients'][number] {
  const { senderId, address } = asRecord(value, 'recipient');
  const parsed = parseAddress(asText(address, 'address'));
  if (!parsed.ok) throw new JobError(`not an address: ${parsed.why}`);
  return { senderId: asCount(senderId, 'senderId'), mailbox: parsed.mailbox };
}

function readServer(value: unknown): Server {
  const { host, address, site } = asRecord(value, 'server');
  if (isIP(asText(address, 'address')) === 0) throw new JobError('a server without an IP address');
  return { host: asText(host, 'host'), address: asText(address, 'address'), site: asText(site, 'site') };
}

function readRules(value: unknown): JobRules {
  const rules = asRecord(value, 'rules');
  const { tls } = rules;
  if (tls !== 'on-demand' && tls !== 'opportunistic' && tls !== 'never') throw new JobError('tls: none of its values');
  const mailFrom = asText(rules['mailFrom'], 'mailFrom');
  if (mailFrom !== '' && !parseAddress(mailFrom).ok) throw new JobError('mailFrom: not an address');
  return {
    mailFrom,
    tls,
    port: asCount(rules['port'], 'port'),
    catchAll: rules['catchAll'] === true,
    sessionRecipients: asCount(rules['sessionRecipients'], 'sessionRecipients'),
    connectTimeoutMs: asTimeout(rules['connectTimeoutMs']),
    replyTimeoutMs: asTimeout(rules['replyTimeoutMs']),
    senderTimeoutMs: asTimeout(rules['senderTimeoutMs']),
  };
}

function readKnowledge(value: unknown): ServerKnowledge {
  const { pipelining, plainText, tlsFailed, catchAll } = asRecord(value, 'known');
  return {
    pipelining: pipelining === 'works' || pipelining === 'fails' ? pipelining : null,
    plainText: plainText === 'taken' || plainText === 'refused' ? plainText : null,
    tlsFailed: tlsFailed === true,
    catchAll: asArray(catchAll, 'known.catchAll').map((one) => {
      const { domain, accepts } = asRecord(one, 'known.catchAll');
      return { domain: asText(domain, 'domain'), accepts: typeof accepts === 'boolean' ? accepts : null };
    }),
  };
}

function readEvidence(value: unknown): Evidence {
  const given = asRecord(value, 'evidence');
  const event = events.find((one) => one === given['event']);
  const stage = given['stage'] === null ? null : stages.find((one) => one === given['stage']);
  if (event === undefined || stage === undefined) throw new JobError('evidence of something unknown');
  return {
    event,
    stage,
    replyCode: given['replyCode'] === null ? null : asCount(given['replyCode'], 'replyCode'),
    enhancedCode: asTextOrNull(given['enhancedCode'], 'enhancedCode'),
    replyText: asTextOrNull(given['replyText'], 'replyText'),
    mxHost: asTextOrNull(given['mxHost'], 'mxHost'),
    mxAddress: asTextOrNull(given['mxAddress'], 'mxAddress'),
    site: asTextOrNull(given['site'], 'site'),
    catchAll: typeof given['catchAll'] === 'boolean' ? given['catchAll'] : null,
    checkedAt: asCount(given['checkedAt'], 'checkedAt'),
    durationMs: asCount(given['durationMs'], 'durationMs'),
    attempts: asCount(given['attempts'], 'attempts'),
  };
}

function readCatchAll(value: unknown): { domain: string; accepts: boolean } {
  const { domain, accepts } = asRecord(value, 'catchAll');
  return { domain: asText(domain, 'domain'), accepts: accepts === true };
}

function readSession(value: unknown): BatchReport['session'] {
  const { startedAt, durationMs, tls } = asRecord(value, 'session');
  return {
    startedAt: asCount(startedAt, 'startedAt'),
    durationMs: asCount(durationMs, 'durationMs'),
    tls: tls === true,
  };
}

function asRecord(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new JobError(`${what}: not an object`);
  return value as Readonly<Record<string, unknown>>;
}

function asArray(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new JobError(`${what}: not a list`);
  return value;
}

function asText(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new JobError(`${what}: not a text`);
  return value;
}

function asTextOrNull(value: unknown, what: string): string | null {
  return value === null ? null : asText(value, what);
}

function asCount(value: unknown, what: string): number {
  if (typeof value !== 'number' || !(value >= 0) || !Number.isFinite(value)) throw new JobError(`${what}: not a count`);
  return value;
}

function asTimeout(value: unknown): number {
  const milliseconds = asCount(value, 'timeout');
  if (milliseconds === 0 || milliseconds > longestTimeoutMs) throw new JobError('timeout: none, or more than a day');
  return milliseconds;
}
