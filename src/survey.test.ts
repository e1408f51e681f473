/**
 * The whole line in one process against the survey of 2005 in small: every sender judged as its server was scripted,
 * and courtesy as the servers themselves counted it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { startFakeInternet } from '../scripts/fake-internet/start.js';
import { survey2005 } from '../scripts/fake-internet/survey-2005.js';
import { createSystemClock } from './clock.js';
import { createNetworkGuard } from './exchangers/forbidden-networks.js';
import { parseAddressSet } from './senders/address-set.js';
import { runSurvey, type SurveySettings } from './survey.js';
import { isReachable } from './verdict/evidence.js';
import { judge } from './verdict/judge.js';

const nobody = parseAddressSet('', 'nobody').set;
const siteSessions = 3;

function settingsFor(list: string, resolver: string, port: number): SurveySettings {
  return {
    inputs: [list],
    format: 'auto',
    senders: 'accepted',
    includeLocal: false,
    minMessages: 1,
    limit: null,
    skip: nobody,
    wanted: nobody,
    learnWanted: true,
    concurrency: 20,
    limits: {
      siteSessions,
      siteRate: 0,
      sitePauseMs: 20,
      sessionRecipients: 10,
      maxAddresses: 5,
      maxSessions: 2,
      throttleRetries: 3,
    },
    retry: { retries: 0, retryDelayMs: 0 },
    force: false,
    statePath: 'none',
    maxAgeMs: 0,
    resume: false,
    probe: {
      helo: 'survey.example',
      mailFrom: '',
      port,
      tls: 'on-demand',
      catchAll: false,
      sessionRecipients: 10,
      connectTimeoutMs: 500,
      replyTimeoutMs: 1500,
      senderTimeoutMs: 10_000,
    },
    sourceAddresses: [],
    resolvers: [resolver],
    ipVersion: 'any',
    guard: createNetworkGuard(['127.0.0.0/8']),
  };
}

test('everybody is judged rightly, and no server is asked more than it should be', { timeout: 60_000 }, async () => {
  const { world, senders } = survey2005({ seed: 7, scale: 0.02, delays: 0.02 });
  const internet = await startFakeInternet(world, { seed: 7 });
  const folder = mkdtempSync(join(tmpdir(), 'sender-survey-'));
  const list = join(folder, 'list');
  writeFileSync(list, senders.map(({ address }) => address).join('\n'));
  const found = new Map<string, string>();
  let decided = 0;
  try {
    await runSurvey(settingsFor(list, internet.resolver, internet.smtpPort), {
      clock: createSystemClock(),
      random: Math.random,
      signal: new AbortController().signal,
      listeners: {},
      stdin: Readable.from([]),
      warn: (message) => expect.unreachable(message),
      listener: { started: () => {}, decided: (_evidence, count) => (decided += count), ended: () => {} },
      report: async (state, survey) => {
        expect(survey.complete).toBe(true);
        for (const { address, evidence } of state.rows(survey.id)) {
          if (evidence === null) throw new Error(`${address} is pending in a finished survey`);
          const { verdict, reason } = judge(evidence, address);
          expect(evidence.mxAddress !== null).toBe(isReachable(verdict) || evidence.stage === 'connect');
          found.set(address, `${verdict}/${reason}`);
        }
      },
    });
  } finally {
    await internet.close();
    rmSync(folder, { recursive: true });
  }
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(senders.map(({ address, verdict, reason }) => [address, `${verdict}/${reason}`])),
  );
  expect(decided).toBe(senders.length);
  const { all, operators, servers } = internet.counters;
  expect(all.mostOpen).toBeLessThanOrEqual(20);
  expect(Math.max(...[...operators.values(), ...servers.values()].map(({ mostOpen }) => mostOpen))).toBe(siteSessions);
  expect(all.withoutQuit).toBe(0);
  expect(all.spokeTooEarly).toBe(0);
  expect(all.pipelinedUnasked).toBe(0);
  expect(all.commands['DATA'] ?? 0).toBe(0);
  expect([...all.asked].filter(([, times]) => times > 1)).toEqual([]);
});
