import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { viewOf } from '../logs/find-bytes.js';
import { SenderCounter, type SenderCount } from './sender-counter.js';
import { dayMs } from './sender-days.js';

const monday = Date.parse('2026-11-16T00:00:00Z') / 1000;
const daySeconds = 86_400;

/** Mail of a sender; no day is no time. */
interface Mail {
  readonly sender: number;
  readonly day: number | null;
  readonly messages: number;
  readonly rejected: number;
}

const mail = (day: number | null, messages = 1, rejected = 0): Mail => ({ sender: 0, day, messages, rejected });

function counterOf(countDays = true): SenderCounter {
  return new SenderCounter({ senders: 'all', includeLocal: false, minMessages: 1, countDays });
}

function count(mails: readonly Mail[], counter = counterOf()): SenderCount[] {
  for (const { sender, day, messages, rejected } of mails) {
    const seconds = day === null ? 0 : monday + day * daySeconds + 5;
    const bytes = viewOf(Buffer.from(`s${sender}@a.example`));
    for (let times = 0; times < messages; times++) counter.accepted(bytes, 0, bytes.byteLength, seconds);
    if (rejected > 0) counter.rejected(bytes, 0, bytes.byteLength, seconds, 1);
    if (rejected > 1) counter.refusedAgain(rejected - 1, seconds);
  }
  return [...counter.senders()];
}

function daysOf(mails: readonly Mail[]): unknown {
  const [sender] = count(mails);
  return sender?.days?.map(({ day, messages, rejectedMessages }) => [
    day === 0 ? null : (day / 1000 - monday) / daySeconds,
    messages,
    rejectedMessages,
  ]);
}

test.for<[string, Mail[], unknown]>([
  ['of one day are not kept', [mail(1, 3, 2), mail(1)], undefined],
  ['without times neither', [mail(null, 3)], undefined],
  [
    'of two days',
    [mail(1, 3, 2), mail(2, 1, 4)],
    [
      [2, 1, 4],
      [1, 3, 2],
    ],
  ],
  [
    'of days in any order',
    [mail(4), mail(2, 2), mail(4, 5), mail(1), mail(2)],
    [
      [4, 6, 0],
      [1, 1, 0],
      [2, 3, 0],
    ],
  ],
  [
    'with and without times',
    [mail(null, 2), mail(3), mail(null, 1)],
    [
      [3, 1, 0],
      [null, 3, 0],
    ],
  ],
])('messages %s', ([, mails, days]) => {
  expect(daysOf(mails)).toEqual(days);
});

test('counts that come for several days at once have none', () => {
  const counter = counterOf();
  const bytes = viewOf(Buffer.from('s0@a.example'));
  const totals = { messages: 3, rejectedMessages: 0, firstSeen: monday, lastSeen: monday + 2 * daySeconds };
  count([mail(1, 2)], counter);
  counter.counted(bytes, 0, bytes.byteLength, { ...totals, lastSeen: monday + 7 });
  expect(count([], counter)[0]?.days).toHaveLength(2);
  counter.counted(bytes, 0, bytes.byteLength, totals);
  expect(count([mail(5, 2)], counter)).toMatchObject([{ messages: 10 }]);
  expect(count([], counter)[0]?.days).toBeUndefined();
});

test('nothing is kept where nobody asks for days', () => {
  expect(count([mail(1), mail(2)], counterOf(false))[0]?.days).toBeUndefined();
});

test('each message is counted on its day, whatever the order', () => {
  const mails = fc.array(
    fc.record<Mail>({
      sender: fc.nat(3),
      day: fc.option(fc.nat(5)),
      messages: fc.nat(3),
      rejected: fc.nat(3),
    }),
  );
  fc.assert(
    fc.property(mails, (all) => {
      for (const { address, days, firstSeen, messages, rejectedMessages } of count(all)) {
        const expected = new Map<number, number[]>();
        for (const { sender, day, messages: m, rejected: r } of all) {
          if (address !== `s${sender}@a.example` || m + r === 0) continue;
          const time = day === null ? 0 : monday * 1000 + day * dayMs;
          const [before = 0, rejectedBefore = 0] = expected.get(time) ?? [];
          expected.set(time, [before + m, rejectedBefore + r]);
        }
        const only = { day: Math.floor((firstSeen ?? 0) / dayMs) * dayMs, messages, rejectedMessages };
        expect(days === undefined).toBe(expected.size === 1);
        expect(new Map((days ?? [only]).map((one) => [one.day, [one.messages, one.rejectedMessages]]))).toEqual(
          expected,
        );
      }
    }),
  );
});
