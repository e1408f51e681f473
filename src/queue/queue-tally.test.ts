import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mailQueueJson } from '../logs/formats/mail-queue-json.js';
import { mailQueue } from '../logs/formats/mail-queue.js';
import { LogClock } from '../logs/log-clock.js';
import { LineSplitter } from '../logs/split-lines.js';
import { formatAddress } from '../senders/address.js';
import type { BounceFate } from './queue-summary.js';
import { QueueTally } from './queue-tally.js';

const day = 86_400;
const listed = Date.parse('2026-11-24T17:04:04Z') / 1000;
const known: Readonly<Record<string, BounceFate>> = {
  'half@access.example': 'invalid',
  'winner@access.example': 'invalid',
  'bounces+17-clerk=corp.example@bulk.example': 'valid',
  "o'neil@sender.example": 'undecided',
};

function fixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/logs/real-mailq-${name}`, import.meta.url), 'latin1');
}

/** The tally of these listings, all made at `listed`. */
function tallyOf(...listings: readonly string[]): QueueTally {
  const tally = new QueueTally((mailbox) => known[formatAddress(mailbox)] ?? 'unknown');
  for (const listing of listings) {
    tally.begin(listed);
    const format = mailQueueJson.recognise([listing]) ? mailQueueJson : mailQueue;
    const clock = new LogClock({ start: null, end: listed * 1000 });
    const splitter = new LineSplitter(format.createQueueReader(tally, clock));
    splitter.push(Buffer.from(listing, 'latin1'));
    splitter.end();
  }
  tally.end();
  return tally;
}

const postfix = { messages: 5, recipients: 6, bounces: 4, bounceRecipients: 5, malformed: 0 };

describe('counts what waits', () => {
  test.for([
    ['postfix.txt', postfix],
    ['postfix.json', postfix],
    ['exim.txt', { messages: 4, recipients: 4, bounces: 3, bounceRecipients: 3, malformed: 0 }],
    ['sendmail.txt', { messages: 5, recipients: 5, bounces: 5, bounceRecipients: 5, malformed: 0 }],
  ] as const)('%s', ([name, totals]) => {
    expect(tallyOf(fixture(name)).totals).toEqual(totals);
  });

  test('an entry that stands in two listings counts once', () => {
    expect(tallyOf(fixture('postfix.json'), fixture('postfix.json')).totals).toEqual(postfix);
  });

  test('users of this host are recipients', () => {
    const entry = '6ANH547T000272        3 Mon Nov 23 17:05 <a@b.example>\n\t\t\t\t\t root\n\t\t\t\t\t <www-data>\n';
    expect(tallyOf(entry).totals).toMatchObject({ messages: 1, recipients: 2, bounces: 0 });
  });

  test('what cannot be understood is told', () => {
    expect(tallyOf(`${fixture('postfix.json')}{"queue_id": "x"\n`).totals).toEqual({ ...postfix, malformed: 1 });
  });
});

describe('the age of the oldest', () => {
  test('by when it was queued', () => {
    expect(tallyOf(fixture('postfix.json')).oldestSeconds).toBe(day);
  });

  test.for([
    ['25m', 1500],
    ['4h', 14_400],
    ['3d', 3 * day],
    ['2w', 14 * day],
  ])('by what Exim says: %s', ([age, seconds]) => {
    expect(tallyOf(`${age}   532 1xVXSb-00003w-33 <>\n 1m   532 1xVXSb-00003x-33 <>\n`).oldestSeconds).toBe(seconds);
  });

  test('sendmail tells no seconds', () => {
    const local = new Date(2026, 10, 23, 17, 5).getTime() / 1000;
    expect(tallyOf(fixture('sendmail.txt')).oldestSeconds).toBe(listed - local);
  });

  test('is not known of an empty queue', () => {
    expect(tallyOf('Mail queue is empty\n').oldestSeconds).toBeNull();
  });
});

describe('what becomes of the bounces', () => {
  test('a bounce that one of its recipients takes is not lost', () => {
    expect(tallyOf(fixture('postfix.json')).fates).toEqual({ invalid: 1, valid: 1, undecided: 1, unknown: 1 });
  });

  test('every bounce is in one of the fates', () => {
    for (const name of ['postfix.txt', 'exim.txt', 'sendmail.txt']) {
      const { fates, totals } = tallyOf(fixture(name));
      expect(fates.invalid + fates.valid + fates.undecided + fates.unknown).toBe(totals.bounces);
    }
  });

  test('an address that the listing cuts off is not known, whatever its beginning is', () => {
    const cut = 'half@access.example'.padEnd(38, 'e');
    expect(tallyOf(`6ANH547T000272        3 Mon Nov 23 17:05 <>\n\t\t\t\t\t ${cut}\n`).fates.unknown).toBe(1);
  });

  test('domains come by their bounces', () => {
    expect(tallyOf(fixture('postfix.json')).domains()).toEqual([
      { domain: 'access.example', bounces: 2, invalid: 2 },
      { domain: 'bulk.example', bounces: 1, invalid: 0 },
      { domain: 'quirk.example', bounces: 1, invalid: 0 },
      { domain: 'sender.example', bounces: 1, invalid: 0 },
    ]);
  });
});

test('no listing makes it throw, or count more bounces than messages', () => {
  const lines = [fixture('postfix.txt'), fixture('postfix.json'), fixture('exim.txt'), fixture('sendmail.txt')]
    .join('\n')
    .split('\n');
  const line = fc.oneof(fc.constantFrom(...lines), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(fc.array(line), (listing) => {
      const { totals, fates } = tallyOf(listing.join('\n'));
      expect(totals.bounces).toBeLessThanOrEqual(totals.messages);
      expect(totals.bounceRecipients).toBeLessThanOrEqual(totals.recipients);
      expect(Object.values(fates).reduce((sum, bounces) => sum + bounces, 0)).toBe(totals.bounces);
    }),
  );
});
