import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitText } from '../report/harmless-text.js';
import { progressBarLine, progressLogLine } from './progress-line.js';
import { ProgressTally, type Progress } from './progress-tally.js';

const early: Progress = {
  done: 812,
  total: 1305,
  rate: 22.7,
  counts: { ok: 503, deferred: 25, rejected: 214, 'no server': 70 },
  tail: null,
  courtesy: null,
  slow: 0,
  again: null,
};
const late: Progress = {
  ...early,
  done: 1250,
  rate: 0.31,
  tail: { site: 'big-operator.example', waiting: 41, andOthers: false },
};
const last: Progress = { ...late, done: 1300, tail: null, again: { senders: 5, inMs: 288_000 } };

describe('the bar', () => {
  test.for<[string, Progress, number, string]>([
    ['100', early, 100, '██████████████░░░░░░░░░░  62 %  812/1,305  22 s left  23/s  503 ok, 25 4xx, 214 5xx, 70 none'],
    ['80', early, 80, '██████░░░░░  62 %  812/1,305  22 s left  23/s  503 ok, 25 4xx, 214 5xx, 70 none'],
    ['60', early, 60, '██████████████░░░░░░░░░░  62 %  812/1,305  22 s left  23/s'],
    ['40', early, 40, '███░░  62 %  812/1,305  22 s left  23/s'],
    ['20', early, 20, '62 %  812/1,305'],
    ['80, a big site', { ...early, courtesy: { leastMs: 183_000, slowed: false } }, 80, '  4 min left  23/s'],
    ['80, a small site', { ...early, courtesy: { leastMs: 3000, slowed: false } }, 80, '  22 s left  23/s'],
    ['80, late, a burst', { ...late, courtesy: { leastMs: 61_000, slowed: false } }, 80, '  2 min left  0.3/s'],
    ['80, late, slowed', { ...late, courtesy: { leastMs: 9000, slowed: true } }, 80, '  at least 9 s left  0.3/s'],
    ['80, late', late, 80, '██████░  95 %  1,250/1,305  3 min left  0.3/s  41 wait for big-operator.example'],
    ['40, late', late, 40, '███████░  95 %  1,250/1,305  3 min left'],
    ['80, to be asked again', last, 80, '  5 again in 5 min'],
    ['80, for answers', { ...early, done: 1300, slow: 3 }, 80, '1,300/1,305  23/s  waiting for 3 servers'],
    ['60, at the end', { ...early, done: 1305 }, 60, '███████ 100 %  1,305/1,305  done  23/s'],
    ['40, with nobody to ask', { ...early, done: 0, total: 0, rate: 0 }, 40, '███████ 100 %  0/0  done'],
    ['60, at the beginning', { ...early, done: 0, rate: 0 }, 60, '░   0 %  0/1,305  time left unknown'],
  ])('at %s columns', ([, progress, columns, shows]) => {
    expect(progressBarLine(progress, columns)).toContain(shows);
  });

  test('never reaches the last column, whatever there is to say', () => {
    const count = fc.nat({ max: 1e9 });
    const progress = fc.record({
      done: count,
      total: count,
      rate: fc.double({ min: 0, max: 1e6, noNaN: true }),
      counts: fc.record({ ok: count, deferred: count, rejected: count, 'no server': count }),
      tail: fc.option(fc.record({ site: fc.string({ unit: 'binary' }), waiting: count, andOthers: fc.boolean() })),
      courtesy: fc.option(fc.record({ leastMs: count, slowed: fc.boolean() })),
      slow: count,
      again: fc.option(fc.record({ senders: count, inMs: count })),
    });
    fc.assert(
      fc.property(progress, fc.integer({ min: 10, max: 200 }), ({ done, total, ...rest }, columns) => {
        const line = progressBarLine({ ...rest, done: Math.min(done, total), total }, columns);
        expect(fitText(line, columns - 1)).toBe(line);
      }),
    );
  });
});

test('a line in a log has everything', () => {
  expect(progressLogLine(late)).toBe(
    '1,250 of 1,305 senders; 0.3/s; 3 min left; 503 ok, 25 deferred, 214 rejected, 70 no server; ' +
      '41 wait for big-operator.example',
  );
});

test('the tally counts, and measures the rate of late', () => {
  let now = 0;
  const tally = new ProgressTally(() => now);
  tally.start(100, 10);
  tally.add('accepted', 20, false);
  now = 10_000;
  expect(tally.progress()).toMatchObject({ done: 30, total: 100, rate: 2, tail: null, again: null });
  tally.add('deferred', 4, false);
  tally.add('accepted', 3, true);
  now = 100_000;
  expect(tally.progress()).toMatchObject({ done: 34, counts: { ok: 23, deferred: 1 } });
  now = 101_000;
  expect(tally.progress().rate).toBeLessThan(0.1);
});

test('the tally names the site that most of the rest waits for, and what is asked again', () => {
  const tally = new ProgressTally(() => 1000);
  tally.start(100, 60);
  const site = { site: 'big.example', waiting: 21 };
  const busiest = { ...site, leastWaitMs: 61_000, slowed: true };
  tally.watch(() => ({ sessions: 2, busiest, toAskAgain: 3, nextAgainAt: 61_000 }));
  expect(tally.progress()).toMatchObject({
    tail: { ...site, andOthers: false },
    courtesy: { leastMs: 61_000, slowed: true },
    again: { senders: 3, inMs: 60_000 },
  });
  tally.watch(() => ({ sessions: 2, busiest: { ...busiest, waiting: 20 }, toAskAgain: 0, nextAgainAt: null }));
  expect(tally.progress()).toMatchObject({ tail: null, slow: 0, again: null });
  tally.watch(() => ({ sessions: 0, busiest: { ...busiest, waiting: 20 }, toAskAgain: 0, nextAgainAt: null }));
  expect(tally.progress().tail).toEqual({ site: 'big.example', waiting: 40, andOthers: true });
  tally.watch(() => ({ sessions: 2, busiest: null, toAskAgain: 0, nextAgainAt: null }));
  expect(tally.progress()).toMatchObject({ tail: null, slow: 2, again: null });
});
