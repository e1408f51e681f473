import { array, assert, asyncProperty, constantFrom, uint8Array } from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { unwrapJournal } from './unwrap-journal.js';

const fixture = (kind: string): Buffer =>
  readFileSync(new URL(`../../../fixtures/logs/journal-postfix.${kind}`, import.meta.url));
const kinds = ['export', 'json', 'json-seq', 'json-sse', 'json-pretty'];

describe('exports of one journal', () => {
  test.for(kinds)('%s gives its 51 messages, one a line', async (kind) => {
    const lines = (await unwrap(fixture(kind), 524_288)).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines).toHaveLength(51);
    expect(lines[1]).toBe(
      '2026-11-23T16:30:59.137Z mx1 postfix/smtpd[12678]: 673E916A049: client=mail.sender.example[192.0.2.10]',
    );
    expect(lines.at(-5)).toContain('latin1-\u00E9@sender.example');
  });

  test.for(kinds)('%s gives the same however it is cut into chunks', async (kind) => {
    const whole = await unwrap(fixture('export'), 524_288);
    for (const length of [1, 3, 100, 4096]) expect(await unwrap(fixture(kind), length)).toBe(whole);
  });

  test.for(kinds)('%s cut off gives the beginning', async (kind) => {
    const bytes = fixture(kind);
    const whole = await unwrap(bytes, 524_288);
    for (let length = 1000; length < bytes.length; length += 997) {
      expect(whole.startsWith(await unwrap(bytes.subarray(0, length), 524_288))).toBe(true);
    }
  });
});

const stamped = '"__REALTIME_TIMESTAMP":"1795451459137003"';
const time = '2026-11-23T16:30:59.137Z';

describe('entries', () => {
  test.for([
    [
      'all fields',
      `"_HOSTNAME":"mx","SYSLOG_IDENTIFIER":"a/b","SYSLOG_PID":"7","_PID":"8","MESSAGE":"x"`,
      'mx a/b[7]: x',
    ],
    ['its own pid', `"_HOSTNAME":"mx","SYSLOG_IDENTIFIER":"a","_PID":"8","MESSAGE":"x"`, 'mx a[8]: x'],
    ['no pid, the name of the program', `"_HOSTNAME":"mx","_COMM":"exim4","MESSAGE":"x"`, 'mx exim4: x'],
    ['nothing but a message', `"MESSAGE":"x"`, '- -: x'],
    ['bytes', `"_HOSTNAME":"mx","_COMM":"a","MESSAGE":[120,233,10,121]`, 'mx a: x\u00E9 y'],
    ['no bytes', `"_HOSTNAME":"mx","_COMM":"a","MESSAGE":[]`, null],
    ['a message twice', `"_HOSTNAME":"mx","_COMM":"a","MESSAGE":["x","y"]`, 'mx a: x'],
    ['bytes twice', `"_HOSTNAME":"mx","_COMM":"a","MESSAGE":[[120],[121]]`, 'mx a: x'],
    ['a message too long for the export', `"_HOSTNAME":"mx","_COMM":"a","MESSAGE":null`, null],
    ['no message', `"_HOSTNAME":"mx"`, null],
    ['escapes', `"_HOSTNAME":"mx","_COMM":"a","MESSAGE":"\\u0078\\n\\"\\\\\\ty"`, 'mx a: x "\\\ty'],
    ['a line of syslog inside', `"_HOSTNAME":"d","_COMM":"c","MESSAGE":"Nov  3 16:31:05 mx a[1]: x"`, 'mx a[1]: x'],
    ['the same with a year', `"_COMM":"c","MESSAGE":"2026-11-23T16:31:05+01:00 mx a[1]: x"`, 'mx a[1]: x'],
    [
      'only a time inside',
      `"_HOSTNAME":"mx","_COMM":"exim","MESSAGE":"2026-11-23 16:31:05 x"`,
      'mx exim: 2026-11-23 16:31:05 x',
    ],
  ] as const)('%s', async ([, fields, expected]) => {
    const text = await unwrap(Buffer.from(`{${stamped},${fields}}\n`), 524_288);
    expect(text).toBe(expected === null ? '' : `${time} ${expected}\n`);
  });

  test('a line that is no JSON, or an entry never closed, costs nothing but itself', async () => {
    const good = `{${stamped},"_HOSTNAME":"mx","_COMM":"a","MESSAGE":"x"}`;
    const text = await unwrap(
      Buffer.from([good, '{"MESSAGE":', '{', '"a": 1,', good, '{', '}', good, ''].join('\n')),
      50,
    );
    expect(text).toBe(`${time} mx a: x\n`.repeat(2));
  });

  test('a field of the export that is too long, or says so', async () => {
    const size = Buffer.alloc(8);
    size.writeUInt32LE(100_000);
    const absurd = Buffer.alloc(8, 0xff);
    const bytes = Buffer.concat([
      Buffer.from('__REALTIME_TIMESTAMP=1795451459137003\n_HOSTNAME=mx\n_COMM=a\nOTHER\n'),
      size,
      Buffer.alloc(100_000, 0x0a),
      Buffer.from(`\nLONG=${'x'.repeat(300_000)}\nMESSAGE=x\n\n__CURSOR=1\nBAD\n`),
      absurd,
      Buffer.from('\n_HOSTNAME=mx\n_COMM=a\nMESSAGE=y\n\n'),
    ]);
    for (const length of [1000, 1_000_000]) {
      expect(await unwrap(bytes, length)).toBe(`${time} mx a: x\n- mx a: y\n`);
    }
  });
});

describe('what is no export', () => {
  test.for([
    ['a log', 'Nov 23 09:31:07 mx1 postfix/qmgr[1]: x\n'],
    ['JSON of another kind', '{"level":"info","message":"x"}\n{"level":"info"}\n'],
    ['JSON over several lines', '{\n  "level": "info"\n}\n'],
    ['words', 'ALL\nIN=1\n\nCAPITALS\n'],
    ['a single word', 'ALL'],
    ['nothing', ''],
  ] as const)('%s is handed on as it is', async ([, text]) => {
    for (const length of [1, 5, 1000]) expect(await unwrap(Buffer.from(text), length)).toBe(text);
  });

  test('any bytes end, and what looks like an export does too', async () => {
    const begin = constantFrom('', '__CURSOR=x\n', 'MESSAGE\n', `{${stamped}}\n`, '{\n', '\u001E{', 'data: ');
    await assert(
      asyncProperty(begin, array(uint8Array({ maxLength: 40 })), async (text, chunks) => {
        const bytes = Buffer.concat([Buffer.from(text), ...chunks]);
        expect(await unwrap(bytes, 7)).toBe(await unwrap(bytes, 1000));
      }),
    );
  });
});

/** As it is read from a file: a chunk is overwritten once the next one is asked for. */
async function unwrap(bytes: Buffer, chunkLength: number): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of unwrapJournal(chunksOf(bytes, chunkLength))) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('latin1');
}

async function* chunksOf(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  const chunk = Buffer.alloc(length);
  for (let at = 0; at < bytes.length; at += length) {
    yield chunk.subarray(0, bytes.copy(chunk, 0, at, at + length));
    chunk.fill(0x55);
  }
}
