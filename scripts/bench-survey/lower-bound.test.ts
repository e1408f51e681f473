/** Surveys of one cause each, whose least time can be told by hand. */
import { expect, test } from 'vitest';
import { lowerBounds, type Bound, type Limits, type SessionTime } from './lower-bound.js';

const limits: Limits = { concurrency: 50, siteSessions: 2, siteRate: 20, sitePauseMs: 60_000 };

function session(startedAt: number, endedAt: number, more: Partial<SessionTime> = {}): SessionTime {
  return { site: 'a.example', address: '192.0.2.1', startedAt, endedAt, outcome: 'asked', ...more };
}

function bound(sessions: readonly SessionTime[], longest = 0): Bound | undefined {
  return lowerBounds(sessions, longest, limits)[0];
}

const elsewhere = (n: number) => ({ site: `s${n}.example`, address: `192.0.2.${n}` });

interface Case {
  name: string;
  sessions: readonly SessionTime[];
  longest?: number;
  expected: Bound;
}

const cases: Case[] = [
  {
    name: '100 sites share a pool',
    sessions: Array.from({ length: 100 }, (_, n) => session(0, 1000, elsewhere(n))),
    expected: { cause: 'all sessions in a pool of 50', milliseconds: 2000 },
  },
  {
    name: '41 sessions with one site: the last cannot start before the third minute',
    sessions: Array.from({ length: 41 }, (_, n) => session(n, n + 10)),
    expected: { cause: 'the limits kept with a.example', milliseconds: 120_005 },
  },
  {
    name: 'few and long sessions with one site, two at once',
    sessions: Array.from({ length: 10 }, () => session(0, 20_000)),
    expected: { cause: 'the limits kept with a.example', milliseconds: 100_000 },
  },
  {
    name: '30 sessions with one site: the ten shortest after a minute, two at once',
    sessions: Array.from({ length: 30 }, (_, n) => session(0, n < 10 ? 2000 : 3000)),
    expected: { cause: 'the limits kept with a.example', milliseconds: 70_000 },
  },
  {
    name: 'each complaint doubles the pause; those told together are one',
    sessions: [
      session(0, 1000, { outcome: 'throttled' }),
      session(10, 1000, { outcome: 'throttled' }),
      session(70_000, 71_000, { outcome: 'throttled' }),
      session(200_000, 201_000, { outcome: 'throttled' }),
    ],
    expected: { cause: 'pauses asked for by a.example', milliseconds: 183_000 },
  },
  {
    name: 'a dead server that is looked at again',
    sessions: [
      session(0, 10_000, { outcome: 'unreached' }),
      session(100, 10_100, { outcome: 'unreached' }),
      session(60_000, 70_000, { outcome: 'unreached', site: 'b.example' }),
    ],
    expected: { cause: 'the second look at 192.0.2.1', milliseconds: 50_000 },
  },
  {
    name: 'one slow sender',
    sessions: [session(0, 1000)],
    longest: 45_000,
    expected: { cause: 'the longest single sender', milliseconds: 45_000 },
  },
];

test.for(cases)('$name', ({ sessions, longest, expected }) => {
  expect(bound(sessions, longest)).toEqual(expected);
});
