/**
 * Memory of a survey of very many senders: the real planner, fed and emptied as in a survey, with a clock that jumps,
 * servers that need no network, and senders that exist only while they are asked about. Each size runs in a process of
 * its own.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { feedPlanner } from '../src/feed-planner.js';
import { Bell } from '../src/bell.js';
import type { Clock } from '../src/clock.js';
import type { MailServers } from '../src/exchangers/mail-servers.js';
import { Planner, type Batch, type BatchReport, type PlanLimits, type Recipient } from '../src/plan/planner.js';
import { Retries } from '../src/plan/retries.js';
import { startPool } from '../src/probe/pool.js';
import type { Evidence } from '../src/verdict/evidence.js';
import { seededRandom } from './fake-internet/random.js';

const limits: PlanLimits = {
  siteSessions: 2,
  siteRate: 20,
  sitePauseMs: 60_000,
  sessionRecipients: 10,
  maxAddresses: 5,
  maxSessions: 2,
  throttleRetries: 2,
};
const concurrency = 50;
const [sessionMs, recipientMs] = [1500, 200];

/** As in the survey of 2005: three senders a domain, half of the domains hosted by few operators, one in ten dead. */
const sendersADomain = 3;
const hostedShare = 0.5;
const deadShare = 0.1;

/** What a run came to. */
interface Outcome {
  readonly senders: number;
  readonly decided: number;
  readonly peakMb: number;
  readonly cpuSeconds: number;
  readonly simulatedHours: number;
}

/** Runs the planner with 300,000 and a million senders; throws where memory grows with the number. */
export async function benchPlan(): Promise<void> {
  const outcomes = [30_000, 300_000, 1_000_000].map(runApart);
  for (const { senders, peakMb, cpuSeconds, simulatedHours } of outcomes) {
    process.stdout.write(
      `plan: ${senders.toLocaleString('en-US')} senders, ${peakMb} MB at most, ${cpuSeconds} s CPU, ` +
        `${simulatedHours} h simulated\n`,
    );
  }
  const [, many, most] = outcomes;
  if (many === undefined || most === undefined) throw new Error('nothing was measured');
  if (many.peakMb >= 300 || most.peakMb >= 300) throw new Error('the plan takes 300 MB and more');
  for (const { senders, decided } of outcomes) {
    if (decided !== senders) throw new Error(`${decided} of ${senders} senders were decided`);
  }
}

function runApart(senders: number): Outcome {
  const self = fileURLToPath(import.meta.url);
  const child = spawnSync(process.execPath, [self, String(senders)], { encoding: 'utf8', maxBuffer: 1e6 });
  if (child.status !== 0) throw new Error(`the plan of ${senders} senders failed: ${child.stderr}`);
  return JSON.parse(child.stdout) as Outcome;
}

/** A clock that jumps to its next alarm whenever everybody waits. */
class JumpingClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  #alarms = new Map<number, { readonly at: number; readonly callback: () => void }>();
  #ids = 0;

  readonly now = (): number => this.#now;

  readonly after = (milliseconds: number, callback: () => void): (() => void) => {
    const id = (this.#ids += 1);
    this.#alarms.set(id, { at: this.#now + milliseconds, callback });
    return () => this.#alarms.delete(id);
  };

  /** Lets time pass until `isOver`. */
  async run(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = [...this.#alarms].toSorted(([, a], [, b]) => a.at - b.at)[0];
      if (next === undefined) continue;
      const [id, { at, callback }] = next;
      this.#alarms.delete(id);
      this.#now = Math.max(this.#now, at);
      callback();
    }
  }
}

/** Where the mail servers of a domain are: with one of the operators, the first of which are the biggest, or its own. */
function serversOf(domain: string): MailServers {
  const random = seededRandom(domain);
  const number = Number(/\d+/.exec(domain)?.[0]);
  if (random() < hostedShare) {
    const operator = Math.floor(40 * random() ** 2);
    const pool = Array.from({ length: 4 }, (_, i) => ({
      host: `mx${i}.operator${operator}.example`,
      preference: 10,
      addresses: [`203.0.${operator}.${i}`, `203.0.${operator}.${i + 100}`],
    }));
    return { kind: 'servers', servers: random() < 0.5 ? pool : pool.toReversed() };
  }
  const kind = random() < deadShare ? '240' : '198';
  const address = `${kind}.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
  return { kind: 'servers', servers: [{ host: `mx.${domain}`, preference: 10, addresses: [address] }] };
}

function evidenceFrom(batch: Batch, now: number, tookMs: number): Evidence {
  const isDead = batch.server.address.startsWith('240.');
  return {
    event: isDead ? 'connection-timeout' : 'reply',
    stage: isDead ? 'connect' : 'rcpt',
    replyCode: isDead ? null : 250,
    enhancedCode: null,
    replyText: null,
    mxHost: batch.server.host,
    mxAddress: batch.server.address,
    site: batch.server.site,
    catchAll: null,
    checkedAt: now,
    durationMs: batch.spentMs + tookMs,
    attempts: batch.attempts + 1,
  };
}

function reportOf(batch: Batch, evidence: Evidence): BatchReport {
  if (evidence.event !== 'reply') return { results: [], unasked: batch.recipients, moveOn: evidence, session: null };
  const results = batch.recipients.map((recipient) => ({ recipient, evidence }));
  return { results, unasked: [], moveOn: null, session: { startedAt: 0, durationMs: 0, tls: false } };
}

async function run(senders: number): Promise<Outcome> {
  const clock = new JumpingClock();
  const startedAt = clock.now();
  const signal = new AbortController().signal;
  const bell = new Bell();
  let [ids, decided, peak, settled] = [0, 0, 0, 0];
  const load = (domainId: number, count: number): Recipient[] =>
    Array.from({ length: count }, () => {
      ids += 1;
      return { senderId: ids, mailbox: { localPart: `u${ids}`, domain: `d${domainId}.example`, smtputf8: false } };
    });
  const planner = new Planner(limits, load);
  const ask = async (batch: Batch): Promise<BatchReport> => {
    const isDead = batch.server.address.startsWith('240.');
    const tookMs = isDead ? 10_000 : sessionMs + recipientMs * batch.recipients.length;
    await new Promise<void>((resolve) => void clock.after(tookMs, resolve));
    return reportOf(batch, evidenceFrom(batch, clock.now(), tookMs));
  };
  const pool = startPool({
    planner,
    runner: { slots: () => concurrency, ask },
    settle: (batch, report) => {
      const settlement = planner.settle(batch, report, clock.now());
      decided += settlement.decided.length;
      settled += 1;
      if (settled % 1000 === 0) peak = Math.max(peak, process.memoryUsage.rss());
      bell.ring();
    },
    clock,
    signal,
  });
  const feeding = feedPlanner({
    planner,
    handOut: { announce: () => {}, announceAgain: () => {} },
    finder: { find: async (domain) => serversOf(domain) },
    retries: new Retries({ retries: 0, retryDelayMs: 0 }),
    domains: domainsOf(senders),
    senders: () => [],
    clock,
    bell,
    signal,
    added: () => pool.wake(),
    mayRecall: false,
    dismissed: (dismissals) => {
      for (const dismissal of dismissals) decided += dismissal.senders;
    },
  });
  let isOver = false;
  const over = Promise.all([feeding.finally(() => pool.close()), pool.finished]).finally(() => (isOver = true));
  await clock.run(() => isOver);
  await over;
  const { user, system } = process.cpuUsage();
  return {
    senders,
    decided,
    peakMb: Math.round(Math.max(peak, process.memoryUsage.rss()) / 1e6),
    cpuSeconds: Math.round((user + system) / 1e5) / 10,
    simulatedHours: Math.round((clock.now() - startedAt) / 360_000) / 10,
  };
}

function* domainsOf(senders: number): Generator<{ domainId: number; domain: string; senders: number }> {
  for (let id = 1, left = senders; left > 0; id++, left -= sendersADomain) {
    yield { domainId: id, domain: `d${id}.example`, senders: Math.min(sendersADomain, left) };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(JSON.stringify(await run(Number(process.argv[2]))));
}
