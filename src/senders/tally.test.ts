import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sliceOf, viewOf } from '../logs/find-bytes.js';
import { SenderTally } from './tally.js';

function add(tally: SenderTally, address: string, messages = 1, rejected = 0, seconds = 0): number {
  const bytes = Buffer.from(`<${address}>`);
  return tally.add(viewOf(bytes), 1, bytes.length - 1, messages, rejected, seconds);
}

function rows(tally: SenderTally): [string, number, number, number, number][] {
  return [...tally.senders()].map((sender) => [
    tally.address(sender),
    tally.messages(sender),
    tally.rejectedMessages(sender),
    tally.firstSeen(sender),
    tally.lastSeen(sender),
  ]);
}

test.for([
  ['the domain has no case', 'Ann@Sender.Example', 'Ann@sENDER.eXAMPLE', 1],
  ['the local part has', 'Ann@sender.example', 'ann@sender.example', 2],
  ['the last @ parts them', '"x@Y"@sender.example', '"x@y"@sender.example', 2],
  ['a name without a domain has case', 'Root', 'root', 2],
  ['[ is not the other case of {', 'a@[192.0.2.1]', 'a@{192.0.2.1}', 2],
  ['a longer one is another', 'a@b.example', 'a@b.example.', 2],
  ['one letter', 'a', 'b', 2],
] as const)('%s', ([, first, second, count]) => {
  const tally = new SenderTally();
  add(tally, first);
  add(tally, second);
  expect(tally.size).toBe(count);
  expect(rows(tally)[0]?.[0]).toBe(first);
});

test.for([
  ['NUL', 'a\0@b.example'],
  ['a carriage return', 'a\r@b.example'],
  ['an escape', '\u001B[2J@b.example'],
  ['delete', 'a@b.example\u007F'],
  ['C1 in UTF-8', 'é\u009B@b.example'],
] as const)('no sender has control characters: %s', ([, text]) => {
  const tally = new SenderTally();
  expect(add(tally, text)).toBe(-1);
  expect(tally.size).toBe(0);
});

test('no sender has control characters: C1 in Latin-1', () => {
  const tally = new SenderTally();
  const bytes = Buffer.from('\u009B2J@b.example', 'latin1');
  expect(tally.add(viewOf(bytes), 0, bytes.length, 1, 0, 0)).toBe(-1);
});

test('counts and times', () => {
  const tally = new SenderTally();
  add(tally, 'a@b.example', 1, 0, 2000);
  add(tally, 'c@d.example', 0, 3);
  const sender = add(tally, 'a@b.example', 2, 5, 1000);
  add(tally, 'a@b.example', 1, 0, 0);
  tally.seenUntil(sender, 0, 4_000_000_000);
  expect(rows(tally)).toEqual([
    ['a@b.example', 4, 5, 1000, 4_000_000_000],
    ['c@d.example', 0, 3, 0, 0],
  ]);
});

test('addresses come back as they were written: UTF-8, or else Latin-1', () => {
  const tally = new SenderTally();
  add(tally, 'jörg@bücher.example');
  tally.add(viewOf(Buffer.from('jörg@x.example', 'latin1')), 0, 14, 1, 0, 0);
  const addresses = ['jörg@bücher.example', 'jörg@x.example'];
  expect(rows(tally).map(([address]) => address)).toEqual(addresses);
  const told: string[] = [];
  for (const sender of tally.senders()) {
    tally.tell(sender, (bytes, start, end) => told.push(sliceOf(bytes, start, end).toString()));
  }
  expect(told).toEqual(addresses);
});

test('it counts as a Map would, in order of first appearance', () => {
  const address = fc.tuple(
    fc.constantFrom('a', 'A', 'b', '"q@x"', ''),
    fc.constantFrom('@b.Example', '@B.example', '@c', ''),
  );
  fc.assert(
    fc.property(fc.array(address, { maxLength: 50 }), (addresses) => {
      const tally = new SenderTally();
      const model = new Map<string, { address: string; messages: number }>();
      for (const [local, domain] of addresses) {
        add(tally, local + domain);
        const key = local + domain.toLowerCase();
        const known = model.get(key) ?? { address: local + domain, messages: 0 };
        model.set(key, known);
        known.messages += 1;
      }
      expect(rows(tally).map(([text, messages]) => ({ address: text, messages }))).toEqual([...model.values()]);
    }),
  );
});

test('many senders, over several segments', () => {
  const tally = new SenderTally();
  const count = 200_000;
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < count; i++) add(tally, `sender-with-a-long-name-${i}@domain${i % 1000}.example`, 1, 0, 1 + i);
  }
  expect(tally.size).toBe(count);
  let i = 0;
  let wrong = 0;
  for (const sender of tally.senders()) {
    const right = tally.address(sender) === `sender-with-a-long-name-${i}@domain${i % 1000}.example`;
    if (!right || tally.messages(sender) !== 2 || tally.firstSeen(sender) !== 1 + i) wrong += 1;
    i += 1;
  }
  expect([i, wrong]).toEqual([count, 0]);
});
