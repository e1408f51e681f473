import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RefusalDays } from './refusal-days.js';
import { replyOf, rowOf } from './report.test-support.js';

const dayMs = 86_400_000;
const monday = Date.parse('2026-11-16T00:00:00Z');

/** A refused sender whose messages came at these times. */
function senderOf(times: readonly number[], changes = {}) {
  const seen = { firstSeen: Math.min(...times), lastSeen: Math.max(...times) };
  return rowOf('a@a.example', replyOf(550), { messages: times.length, ...seen, ...changes });
}

function daysOf(senders: readonly ReturnType<typeof senderOf>[]) {
  const days = new RefusalDays('accepted');
  for (const sender of senders) days.add(sender, true, sender.messages);
  return days.list();
}

describe('messages', () => {
  test('of a sender of one day came on that day', () => {
    expect(daysOf([senderOf([monday, monday + 5, monday + dayMs - 1])])).toEqual([
      {
        day: '2026-11-16',
        newSenders: 1,
        refusedSenders: 1,
        wantedSenders: 0,
        refusedMessages: { least: 3, most: 3 },
      },
    ]);
  });

  test('of a sender of several days: one at least on the first and one on the last', () => {
    const days = daysOf([senderOf([monday, monday, monday, monday + 3 * dayMs])]);
    expect(days.map(({ day, newSenders, refusedMessages }) => [day, newSenders, refusedMessages])).toEqual([
      ['2026-11-16', 1, { least: 1, most: 3 }],
      ['2026-11-19', 0, { least: 1, most: 3 }],
    ]);
  });

  test('of a sender some of whose mail does not count may have come any day', () => {
    const days = daysOf([senderOf([monday, monday + dayMs], { rejectedMessages: 1 })]);
    expect(days.map(({ refusedMessages }) => refusedMessages)).toEqual([{ least: 0, most: 2 }]);
  });
});

test('senders without times belong to no day', () => {
  const days = new RefusalDays('accepted');
  days.add(senderOf([monday], { firstSeen: null, lastSeen: null }), true, 1);
  days.add(senderOf([monday], { firstSeen: null, lastSeen: null }), false, 1);
  expect(days.list()).toEqual([]);
  expect(days.undated).toBe(1);
});

test('senders that are not refused only count as seen', () => {
  const days = new RefusalDays('accepted');
  days.add(senderOf([monday], { wanted: true }), false, 1);
  days.add(senderOf([monday + 1], { wanted: true }), true, 1);
  expect(days.list()).toMatchObject([{ newSenders: 2, refusedSenders: 1, wantedSenders: 1 }]);
});

test('what came on a day is never outside of what is said of it', () => {
  const times = fc.array(fc.integer({ min: 0, max: 6 * dayMs - 1 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(times, { minLength: 1, maxLength: 8 }), (senders) => {
      const came = new Map<string, number>();
      for (const time of senders.flat()) {
        const day = new Date(monday + time).toISOString().slice(0, 10);
        came.set(day, (came.get(day) ?? 0) + 1);
      }
      const days = daysOf(senders.map((list) => senderOf(list.map((time) => monday + time))));
      for (const { day, refusedMessages } of days) {
        expect(came.get(day) ?? 0).toBeGreaterThanOrEqual(refusedMessages.least);
        expect(came.get(day) ?? 0).toBeLessThanOrEqual(refusedMessages.most);
      }
      expect(days.reduce((sum, { newSenders }) => sum + newSenders, 0)).toBe(senders.length);
    }),
  );
});
