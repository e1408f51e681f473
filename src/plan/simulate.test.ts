import { expect, test } from 'vitest';
import { rateWindowMs } from './gate.js';
import { Planner, type PlanLimits } from './planner.js';
import { simulate } from './simulate.js';

const limits: PlanLimits = {
  siteSessions: 2,
  siteRate: 20,
  sitePauseMs: 60_000,
  sessionRecipients: 10,
  maxAddresses: 5,
  maxSessions: 2,
  throttleRetries: 2,
};

function plannerWith(sites: readonly (readonly [site: string, senders: number])[], changed: Partial<PlanLimits> = {}) {
  const mailbox = { localPart: 'a', domain: 'b.example', smtputf8: false };
  const load = (_: number, count: number) => Array.from({ length: count }, () => ({ senderId: 0, mailbox }));
  const planner = new Planner({ ...limits, ...changed }, load);
  for (const [site, senders] of sites) planner.add(1, senders, [{ host: `mx.${site}`, address: site, site, rank: 0 }]);
  return planner;
}

const assumed = { sessionMs: 1000, recipientMs: 100 };

test('sessions share the slots, and each takes its time', () => {
  const planner = plannerWith(Array.from({ length: 10 }, (_, i) => [`s${i}.example`, 1] as const));
  expect(simulate(planner, 5, assumed)).toMatchObject({
    senders: 10,
    sessions: 10,
    mostAtOnce: 5,
    at97Ms: 2200,
    endMs: 2200,
  });
});

test('a big site takes as long as its limits make it', () => {
  const planner = plannerWith([
    ['small.example', 1],
    ['big.example', 1000],
  ]);
  const { sites, sessions, endMs, at97Ms, mostAtOnce } = simulate(planner, 50, assumed);
  // 100 sessions, 20 of them a minute: the last 20 begin after four minutes, two at a time.
  expect(sites).toEqual([
    { site: 'big.example', senders: 1000, sessions: 100, lastsMs: 4 * rateWindowMs + 20_000 },
    { site: 'small.example', senders: 1, sessions: 1, lastsMs: 1100 },
  ]);
  expect([sessions, endMs, mostAtOnce]).toEqual([101, 4 * rateWindowMs + 20_000, 3]);
  expect(at97Ms).toBeLessThan(endMs);
  expect(at97Ms).toBeGreaterThan(240_000);
});

test('nothing to ask takes no time', () => {
  expect(simulate(plannerWith([]), 50, assumed)).toEqual({
    senders: 0,
    sessions: 0,
    mostAtOnce: 0,
    at97Ms: 0,
    endMs: 0,
    sites: [],
  });
});
