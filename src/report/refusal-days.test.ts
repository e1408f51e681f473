import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CountedMail } from '../store/survey-info.js';
import { isExact, RefusalDays } from './refusal-days.js';
import { replyOf, rowOf } from './report.test-support.js';

const dayMs = 86_400_000;
const monday = Date.parse('2026-11-16T00:00:00Z');

/** A refused sender whose messages came at these times. */
function senderOf(times: readonly number[], changes = {}) {
  const seen = { firstSeen: Math.min(...times), lastSeen: Math.max(...times) };
  return rowOf('a@a.example', replyOf(550), { messages: times.length, ...seen, ...changes });
}

const refused = { refused: true, refusingUs: false, putOff: false };
const letIn = { ...refused, refused: false };

function daysOf(senders: readonly ReturnType<typeof senderOf>[], mail: CountedMail = 'accepted') {
  const days = new RefusalDays(mail);
  for (const sender of senders) days.add(sender, refused, sender.messages);
  return days.list();
}

describe('messages', () => {
  test('of a sender of one day came on that day', () => {
    expect(daysOf([senderOf([monday, monday + 5, monday + dayMs - 1])])).toEqual([
      {
        day: '2026-11-16',
        newSenders: 1,
        refusedSenders: 1,
        refusingUsSenders: 0,
        wantedSenders: 0,
        putOffSenders: 0,
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

  test.for<[CountedMail, number[]]>([
    ['accepted', [2, 1]],
    ['rejected', [4, 0]],
    ['all', [6, 1]],
  ])('came on the days that are known, of %s mail', ([mail, messages]) => {
    const known = [
      { day: monday + 3 * dayMs, messages: 1, rejectedMessages: 0 },
      { day: monday, messages: 2, rejectedMessages: 4 },
    ];
    const days = daysOf([senderOf([monday, monday + 3 * dayMs], { days: known })], mail);
    const exactly = messages.map((count) => ({ least: count, most: count }));
    expect(days.map(({ refusedMessages }) => refusedMessages)).toEqual(exactly.filter(({ most }) => most > 0));
    expect(isExact(days)).toBe(true);
  });

  test('of no time came on no day', () => {
    const known = [
      { day: 0, messages: 5, rejectedMessages: 0 },
      { day: monday, messages: 2, rejectedMessages: 0 },
    ];
    const days = new RefusalDays('accepted');
    days.add(senderOf([monday, monday], { days: known }), refused, 7);
    expect(days.list()).toMatchObject([{ refusedMessages: { least: 2, most: 2 } }]);
    expect(days).toMatchObject({ undatedSenders: 0, undatedMessages: 5 });
  });

  test('of a sender some of whose mail does not count may have come any day', () => {
    const days = daysOf([senderOf([monday, monday + dayMs], { rejectedMessages: 1 })]);
    expect(days.map(({ refusedMessages }) => refusedMessages)).toEqual([{ least: 0, most: 2 }]);
  });
});

test('senders without times belong to no day', () => {
  const days = new RefusalDays('accepted');
  days.add(senderOf([monday], { firstSeen: null, lastSeen: null }), refused, 3);
  days.add(senderOf([monday], { firstSeen: null, lastSeen: null }), letIn, 1);
  expect(days.list()).toEqual([]);
  expect(days).toMatchObject({ undatedSenders: 1, undatedMessages: 3 });
});

test('senders are counted by what becomes of them', () => {
  const days = new RefusalDays('accepted');
  days.add(senderOf([monday], { wanted: true }), letIn, 1);
  days.add(senderOf([monday + 1], { wanted: true }), refused, 1);
  days.add(senderOf([monday + 2]), { ...refused, refusingUs: true }, 1);
  days.add(senderOf([monday + 3]), { ...letIn, putOff: true }, 1);
  expect(days.list()).toMatchObject([
    { newSenders: 4, refusedSenders: 2, wantedSenders: 1, refusingUsSenders: 1, putOffSenders: 1 },
  ]);
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
