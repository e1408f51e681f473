import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { collectSenders } from '../senders/collect-senders.js';
import { extractCsv } from './csv.js';

/** The addresses that `extract` finds in its own table of these. */
async function readBack(addresses: readonly string[]): Promise<string[]> {
  const counts = { domain: null, messages: 1, rejectedMessages: 0, firstSeen: null, lastSeen: null };
  const table = [...extractCsv(addresses.map((address) => ({ address, ...counts })))].join('');
  const options = { format: 'auto', senders: 'accepted', includeLocal: false, minMessages: 1, now: 0 } as const;
  const stdin = Readable.from([Buffer.from(table)]);
  const collected = await collectSenders(['-'], { ...options, stdin, warn: () => undefined });
  return [...collected.senders()].map(({ address }) => address);
}

test('what is defused for spreadsheets comes back as it was written', async () => {
  const addresses = [
    '=a@b.example',
    "'=a@b.example",
    "'a@b.example",
    "''+1@b.example",
    '\uFF1Da@b.example',
    "'\uFF20@b.example",
  ];
  expect(await readBack(addresses)).toEqual(addresses);
});

test('so does any address that a terminal can show', async () => {
  const start = fc.constantFrom(
    "'",
    '=',
    '+',
    '-',
    '@',
    '\uFF1D',
    '\uFF0B',
    '\uFF0D',
    '\uFF20',
    '"',
    ',',
    'a',
    'ü',
    '',
  );
  const address = fc
    .tuple(fc.array(start, { maxLength: 4 }), fc.stringMatching(/^[!-~]{1,8}$/))
    .map(([begin, rest]) => `${begin.join('')}${rest}@b.example`);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(address, { minLength: 1, maxLength: 10 }), async (addresses) => {
      expect(await readBack(addresses)).toEqual(addresses);
    }),
    { numRuns: 200 },
  );
});
