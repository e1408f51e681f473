/**
 * What a worker found that turns out not to count: whoever it was found about is asked again by others, also where nobody was
 * asked for it.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startFakeInternet, type FakeInternet } from '../scripts/fake-internet/start.js';
import { askSenders, type AskSettings } from './ask-senders.js';
import { createSystemClock } from './clock.js';
import { createNetworkGuard } from './exchangers/forbidden-networks.js';
import type { Batch, BatchReport } from './plan/planner.js';
import { openState, type State } from './store/state.js';
import { evidenceOf, planOf, senderOf } from './store/survey.test-support.js';
import type { Evidence } from './verdict/evidence.js';
import type { Doubt } from './workers/doubt.js';

let internet: FakeInternet;
let state: State;

beforeEach(async () => {
  const names = {
    'mx.x.example': { a: ['127.45.0.1'] },
    'x.example': { mx: ['10 mx.x.example'] },
    'mx.y.example': { a: ['127.45.0.2'] },
    'y.example': { mx: ['10 mx.y.example'] },
  };
  internet = await startFakeInternet({ names, servers: {} });
  state = openState('none', 'write');
});

afterEach(async () => {
  state.close();
  await internet.close();
});

const until = 1000;

function found(batch: Batch, prober: string, changes: Partial<Evidence>): Evidence {
  const { host: mxHost, address: mxAddress, site } = batch.server;
  return evidenceOf({ mxHost, mxAddress, site, prober, checkedAt: until, ...changes });
}

function refused(batch: Batch): BatchReport {
  const listed = {
    stage: 'greeting',
    replyCode: 554,
    enhancedCode: '5.7.1',
    replyText: 'blocked using bl.example',
  } as const;
  const session = { startedAt: 0, durationMs: 1, tls: false };
  return { results: [], unasked: batch.recipients, moveOn: found(batch, 'listed', listed), session };
}

function unreached(batch: Batch): BatchReport {
  const dead = { event: 'connection-timeout', stage: 'connect', replyCode: null, replyText: null } as const;
  return { results: [], unasked: batch.recipients, moveOn: found(batch, 'listed', dead), session: null };
}

function accepted(batch: Batch): BatchReport {
  const evidence = found(batch, 'good', { replyCode: 250, enhancedCode: null, replyText: 'Ok', checkedAt: until + 1 });
  const results = batch.recipients.map((recipient) => ({ recipient, evidence }));
  return { results, unasked: [], moveOn: null, session: { startedAt: 0, durationMs: 1, tls: false } };
}

/** A bad worker asks x.example twice; a good one is at y.example meanwhile, and then finds the bad one out. */
function crewOf(bad: (batch: Batch) => BatchReport, about: Doubt['about']) {
  const asked = new Map<number, number>();
  let [isFoundOut, sessions, findOut] = [false, 0, (): void => undefined];
  let doubt: (doubt: Doubt) => void = () => undefined;
  const asIfAsked = async (batch: Batch): Promise<BatchReport> => {
    for (const { senderId } of batch.recipients) asked.set(senderId, (asked.get(senderId) ?? 0) + 1);
    if (isFoundOut) return accepted(batch);
    if (batch.server.site === 'x.example') {
      sessions += 1;
      // What it came to is kept by then, or held back.
      if (sessions === 2) setTimeout(() => findOut(), 50);
      return bad(batch);
    }
    await new Promise<void>((resolve) => (findOut = resolve));
    isFoundOut = true;
    doubt({ worker: 'listed', about, since: 0, until });
    return accepted(batch);
  };
  const crew = {
    slots: () => 2,
    onMoreSlots: () => undefined,
    onDoubt: (listener: (doubt: Doubt) => void) => void (doubt = listener),
    mayDoBetter: () => true,
    takeUp: async () => [],
    ask: asIfAsked,
  };
  return { crew, asked };
}

const settings = (): AskSettings => ({
  concurrency: 1,
  limits: {
    siteSessions: 1,
    siteRate: 0,
    sitePauseMs: 100,
    sessionRecipients: 5,
    maxAddresses: 5,
    maxSessions: 2,
    throttleRetries: 2,
  },
  retry: { retries: 0, retryDelayMs: 0 },
  force: false,
  probe: {
    helo: 'survey.example',
    mailFrom: '',
    port: internet.smtpPort,
    tls: 'never',
    catchAll: false,
    sessionRecipients: 5,
    connectTimeoutMs: 300,
    replyTimeoutMs: 300,
    senderTimeoutMs: 1000,
  },
  sourceAddresses: [],
  resolvers: [internet.resolver],
  ipVersion: 'any',
  guard: createNetworkGuard(['127.0.0.0/8']),
});

test.for([
  ['refusals', refused],
  ['connections', unreached],
] as const)(
  '%s: those asked, and those not asked for it, are pending again until another has asked',
  async ([about, bad]) => {
    const addresses = Array.from({ length: 30 }, (_, i) => senderOf(`s${i}@x.example`));
    const survey = state.beginSurvey(planOf(), 0, [...addresses, senderOf('s@y.example')]);
    const { crew, asked } = crewOf(bad, about);
    let decided = 0;
    const stop = await askSenders(survey.id, settings(), state, {
      clock: createSystemClock(),
      random: Math.random,
      signal: new AbortController().signal,
      listeners: {},
      crew,
      listener: {
        decided: (_, senders) => (decided += senders),
        withdrawn: (_, senders) => (decided -= senders),
      },
    });
    expect(stop).toBeNull();
    const probers = [...state.rows(survey.id)].map(({ evidence }) => `${evidence?.replyCode} ${evidence?.prober}`);
    expect(new Set(probers)).toEqual(new Set(['250 good']));
    expect(decided).toBe(addresses.length + 1);
    // Most of them were not asked at all before.
    expect([...asked.values()].filter((times) => times === 2)).toHaveLength(10);
  },
);
