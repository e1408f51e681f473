/**
 * How long a survey of very many senders takes: the real planner, fed as in a survey, with a clock that jumps and sessions
 * that need no network, beside the arithmetic of docs/capacity.md. Every tenth server of an own domain is dead.
 */
import { Heap } from '../src/plan/heap.js';
import { Planner, type Batch, type BatchReport, type RankedServer } from '../src/plan/planner.js';
import { SimulatedSession } from '../src/plan/simulate.js';
import type { Evidence } from '../src/verdict/evidence.js';
import { seededRandom } from './fake-internet/random.js';

const limits = {
  siteSessions: 2,
  siteRate: 20,
  sitePauseMs: 60_000,
  sessionRecipients: 10,
  maxAddresses: 5,
  maxSessions: 2,
  throttleRetries: 2,
};
/** What a session takes, by the mean of the survey of 2005: connection, greeting and QUIT, each recipient, a dead server. */
const [sessionMs, recipientMs, deadMs] = [1500, 200, 10_000];
const defaultSenders = 1_000_000;
const poolSizes = [50, 500];
const dayMs = 86_400_000;

/** Shares of the senders: at freemail, each provider one domain; at hosters of many domains; at domains with a server of their own. */
const shares = { freemail: 0.35, hosted: 0.35 };
const [providers, hosters] = [20, 40];
const sendersADomain = 3;

interface Load {
  readonly senders: number;
  readonly servers: readonly RankedServer[];
}

/** Simulates and prints; throws where the simulation and the arithmetic are further apart than a tenth. */
export async function benchCapacity(given = String(defaultSenders)): Promise<void> {
  const senders = Number(given);
  console.log(`capacity: ${senders.toLocaleString('en-US')} senders, usual limits, simulated with the real planner`);
  for (const pool of poolSizes) {
    const { days, sessions, busySeconds, biggest, seconds } = simulate(senders, pool);
    const bySite = biggest / (limits.siteRate * limits.sessionRecipients) / 1440;
    const byPool = busySeconds / pool / 86_400;
    const expected = Math.max(bySite, byPool);
    console.log(
      `  ${pool} at once: ${days.toFixed(2)} days; by the biggest site ${bySite.toFixed(2)}, by the pool ${byPool.toFixed(2)}; ` +
        `${sessions.toLocaleString('en-US')} sessions of ${(busySeconds / sessions).toFixed(1)} s; ` +
        `${seconds.toFixed(0)} s and ${Math.round(process.memoryUsage.rss() / 1e6)} MB to simulate`,
    );
    if (days > expected * 1.1 || days < expected * 0.9) throw new Error(`the arithmetic says ${expected} days`);
  }
}

function simulate(senders: number, pool: number) {
  const began = performance.now();
  const loads = loadsOf(senders);
  const bySite = new Map<string, number>();
  let ids = 0;
  const planner = new Planner(limits, (domainId, count) =>
    Array.from({ length: count }, () => {
      return { senderId: (ids += 1), mailbox: { localPart: 'u', domain: `d${domainId}.example`, smtputf8: false } };
    }),
  );
  const open = new Heap<SimulatedSession>((a, b) => a.endsAt < b.endsAt);
  let [now, domains, biggest, decided, sessions, opened, busyMs] = [0, 0, 0, 0, 0, 0, 0];
  const feed = (): void => {
    while (planner.hasRoom()) {
      const { value } = loads.next();
      if (value === undefined) return;
      const [{ site }] = value.servers as [RankedServer];
      const ofSite = (bySite.get(site) ?? 0) + value.senders;
      bySite.set(site, ofSite);
      biggest = Math.max(biggest, ofSite);
      domains += 1;
      for (const dismissal of planner.add(domains, value.senders, value.servers)) decided += dismissal.senders;
    }
  };
  const startAll = (): void => {
    for (let batch = take(); batch !== null; batch = take()) {
      const tookMs = isDead(batch) ? deadMs : sessionMs + recipientMs * batch.recipients.length;
      [sessions, opened, busyMs] = [sessions + 1, opened + 1, busyMs + tookMs];
      open.push(new SimulatedSession(batch, now + tookMs));
    }
  };
  const take = (): Batch | null => (opened < pool ? planner.take(now) : null);
  for (feed(), startAll(); ; startAll()) {
    const ending = open.peek();
    const next = Math.min(ending?.endsAt ?? Infinity, (opened < pool ? planner.nextStart(now) : null) ?? Infinity);
    if (next === Infinity) break;
    now = next;
    if (ending === undefined || ending.endsAt > now) continue;
    open.remove(ending);
    opened -= 1;
    const settlement = planner.settle(ending.batch, reportOf(ending.batch, now), now);
    decided += settlement.decided.length;
    for (const dismissal of settlement.dismissed) decided += dismissal.senders;
    feed();
  }
  if (decided !== senders) throw new Error(`${decided} of ${senders} senders were decided`);
  const seconds = (performance.now() - began) / 1000;
  return { days: now / dayMs, sessions, busySeconds: busyMs / 1000, biggest, seconds };
}

/** The domains of so many senders, those with most senders first, as a survey has them. */
function* loadsOf(senders: number): Generator<Load, undefined> {
  const random = seededRandom('capacity');
  let left = senders;
  const harmonic = Array.from({ length: providers }, (_, i) => 1 / (i + 1)).reduce((sum, share) => sum + share);
  for (let i = 0; i < providers; i++) {
    const count = Math.floor((senders * shares.freemail) / harmonic / (i + 1));
    left -= count;
    yield { senders: count, servers: serversAt(`freemail${i}.example`, `192.0.${i}`) };
  }
  for (let domain = 0; left > 0; domain++) {
    const count = Math.min(sendersADomain, left);
    left -= count;
    const hoster = random() < shares.hosted / (1 - shares.freemail) ? Math.floor(hosters * random() ** 2) : null;
    const own = [{ host: `mx.own${domain}.example`, address: `own${domain}`, site: `own${domain}`, rank: 0 }];
    yield { senders: count, servers: hoster === null ? own : serversAt(`hoster${hoster}.example`, `198.51.${hoster}`) };
  }
}

/** Four equal servers of one site. */
function serversAt(site: string, network: string): RankedServer[] {
  return Array.from({ length: 4 }, (_, i) => ({ host: `mx${i}.${site}`, address: `${network}.${i}`, site, rank: 0 }));
}

function isDead({ server }: Batch): boolean {
  return server.address.startsWith('own') && server.address.endsWith('7');
}

function reportOf(batch: Batch, now: number): BatchReport {
  const { server, recipients } = batch;
  const dead = isDead(batch);
  const evidence: Evidence = {
    event: dead ? 'connection-timeout' : 'reply',
    stage: dead ? 'connect' : 'rcpt',
    replyCode: dead ? null : 250,
    enhancedCode: null,
    replyText: null,
    mxHost: server.host,
    mxAddress: server.address,
    site: server.site,
    catchAll: null,
    checkedAt: now,
    durationMs: batch.spentMs + (dead ? deadMs : recipientMs),
    attempts: batch.attempts + 1,
  };
  if (dead) return { results: [], unasked: recipients, moveOn: evidence, session: null };
  const results = recipients.map((recipient) => ({ recipient, evidence }));
  return { results, unasked: [], moveOn: null, session: { startedAt: now, durationMs: 0, tls: false } };
}
