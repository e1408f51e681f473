import { EventEmitter, once } from 'node:events';
import { appendFileSync, linkSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { sliceOf } from '../logs/find-bytes.js';
import { InputError } from '../logs/input-error.js';
import { collectSenders, type Collected, type CollectOptions } from './collect-senders.js';

const folder = mkdtempSync(join(tmpdir(), 'collect-senders-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

function file(content: string | Buffer): string {
  const path = join(folder, `input-${files++}`);
  writeFileSync(path, content);
  return path;
}

interface Collection extends Collected {
  readonly warnings: string[];
  readonly told: string[];
}

function textOf(bytes: DataView, start: number, end: number): string {
  return sliceOf(bytes, start, end).toString();
}

async function collect(inputs: readonly string[], changes: Partial<CollectOptions> = {}): Promise<Collection> {
  const warnings: string[] = [];
  const told: string[] = [];
  const collected = await collectSenders(inputs, {
    format: 'auto',
    senders: 'accepted',
    includeLocal: false,
    minMessages: 1,
    stdin: Readable.from([]),
    now: Date.UTC(2026, 10, 30),
    warn: (message) => warnings.push(message.replaceAll(folder, '')),
    onSender: (...address) => told.push(textOf(...address)),
    ...changes,
  });
  return { ...collected, warnings, told };
}

function addresses(collected: Collected): string[] {
  return [...collected.senders()].map((sender) => sender.address);
}

const taken = (id: string, sender: string): string =>
  `2026-11-23T09:31:0${id}Z mx1 postfix/qmgr[1]: ID0000${id}: from=<${sender}>, size=1, nrcpt=1 (queue active)\n`;
const refused = (sender: string): string =>
  `2026-11-23T10:00:00Z mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from x[192.0.2.1]: 550 no; from=<${sender}> to=<x@y> proto=SMTP\n`;
const own = (id: string, sender: string): string =>
  `2026-11-23T09:31:0${id}Z mx1 postfix/pickup[1]: ID0000${id}: uid=0 from=<x>\n${taken(id, sender)}`;

describe('which senders', () => {
  const log = file(
    [
      refused('late@x.example'),
      taken('1', 'a@x.example'),
      own('2', 'own@x.example'),
      refused('b@x.example'),
      taken('3', 'late@x.example'),
      taken('4', ''),
      taken('5', 'A@x.example'),
      taken('6', 'a@X.example'),
      refused('b@x.example'),
      refused(''),
      '2026-11-23T09:31:09Z mx1 postfix/qmgr[1]: ID00009: from=<cut',
    ].join(''),
  );

  test.for([
    ['accepted', {}, ['late@x.example', 'a@x.example', 'A@x.example'], 5, 1],
    [
      'accepted and own',
      { includeLocal: true },
      ['late@x.example', 'a@x.example', 'own@x.example', 'A@x.example'],
      6,
      1,
    ],
    ['accepted twice', { minMessages: 2 }, ['a@x.example'], 3, 1],
    ['rejected', { senders: 'rejected' }, ['b@x.example'], 3, 1],
    ['all', { senders: 'all' }, ['late@x.example', 'a@x.example', 'b@x.example', 'A@x.example'], 9, 2],
    ['all twice', { senders: 'all', minMessages: 2 }, ['late@x.example', 'a@x.example', 'b@x.example'], 8, 2],
  ] as const)('%s', async ([, changes, senders, messages, nullSenders]) => {
    const collected = await collect([log], changes);
    expect(addresses(collected)).toEqual(senders);
    expect(collected.told.toSorted()).toEqual([...senders].toSorted());
    expect(collected.totals()).toMatchObject({
      files: 1,
      lines: 12,
      malformed: 1,
      messages,
      nullSenders,
      senders: senders.length,
    });
  });

  test('with their counts and times', async () => {
    const collected = await collect([log]);
    expect([...collected.senders()].slice(0, 2)).toEqual([
      {
        address: 'late@x.example',
        messages: 1,
        rejectedMessages: 1,
        firstSeen: Date.UTC(2026, 10, 23, 9, 31, 3),
        lastSeen: Date.UTC(2026, 10, 23, 10),
      },
      {
        address: 'a@x.example',
        messages: 2,
        rejectedMessages: 0,
        firstSeen: Date.UTC(2026, 10, 23, 9, 31, 1),
        lastSeen: Date.UTC(2026, 10, 23, 9, 31, 6),
      },
    ]);
  });
});

describe('stopping after some senders', () => {
  const log = [
    refused('late@x.example'),
    taken('1', 'a@x.example'),
    taken('2', 'a@x.example'),
    taken('3', 'b@x.example'),
  ];
  const more = [taken('4', 'late@x.example'), taken('5', 'c@x.example'), taken('6', 'b@x.example')];

  test.for([
    ['accepted', 2, ['a@x.example', 'b@x.example'], [2, 1]],
    ['accepted', 3, ['late@x.example', 'a@x.example', 'b@x.example'], [1, 2, 1]],
    ['accepted', 9, ['late@x.example', 'a@x.example', 'b@x.example', 'c@x.example'], [1, 2, 2, 1]],
    ['rejected', 1, ['r@x.example'], [0]],
  ] as const)('%s, %i', async ([senders, stopAfter, expected, messages]) => {
    const stdin = Readable.from(
      [...log, refused('r@x.example'), refused('s@x.example'), ...more].map((text) => Buffer.from(text)),
    );
    const collected = await collect(['-'], { stdin, senders, stopAfter });
    const counts = [...collected.senders()];
    expect(counts.map(({ address }) => address)).toEqual(expected);
    expect(counts.map((count) => count.messages)).toEqual(messages);
    expect(new Set(collected.told)).toEqual(new Set(expected));
    expect(collected.totals().senders).toBe(expected.length);
  });

  test('what comes then is not read', async () => {
    const stdin = new PassThrough();
    const collecting = collect(['-'], { stdin, stopAfter: 1 });
    stdin.write(log.join(''));
    stdin.write(more.join(''));
    expect((await collecting).told).toEqual(['a@x.example']);
  });

  test('nor is another input', async () => {
    const collected = await collect([file(log.join('')), file(more.join(''))], { stopAfter: 1 });
    expect(collected.totals().lines).toBe(log.length);
  });
});

test.each([
  ['a list', 2 ** 20, (i: number) => `a${i}@x.example\n`],
  ['a log that several threads read', 34 * 2 ** 20, (i: number) => refused(`a${i}@x.example`)],
])('%s is read no further than the next pause, until that is over', { timeout: 60_000 }, async (_, bytes, line) => {
  const log: string[] = [];
  for (let length = 0; length < bytes; length += log.at(-1)!.length) log.push(line(log.length));
  let goOn = (): void => undefined;
  const pauses: number[] = [];
  const pause = (): Promise<void> | null => {
    pauses.push(told);
    return pauses.length > 1 ? null : new Promise((resolve) => (goOn = resolve));
  };
  let told = 0;
  const collecting = collect([file(log.join(''))], { senders: 'all', pause, onSender: () => (told += 1) });
  await vi.waitUntil(() => pauses.length > 0, { timeout: 30_000 });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(pauses).toEqual([told]);
  expect(told).toBeLessThan(log.length);
  goOn();
  expect((await collecting).totals().senders).toBe(log.length);
});

describe('inputs', () => {
  test('several, each of its kind, add up', async () => {
    const log = file(taken('1', 'a@x.example'));
    const list = file('# list\n\n<a@X.example>\nb@x.example # twice\r\n  b@x.example\n<>\n');
    const header = 'address,domain,messages,rejected_messages,first_seen,last_seen\r\n';
    const table = file(
      `${header}a@x.example,x.example,40,2,2026-11-01T00:00:00.000Z,2026-11-24T00:00:00.000Z\r\n` +
        `"""q,"" x""@x.example",x.example,1,0,,\r\n'=f@x.example,x.example,1,0,,\r\nbroken,row,x,0,,\r\n`,
    );
    const collected = await collect([log, list, table]);
    expect([...collected.senders()]).toEqual([
      {
        address: 'a@x.example',
        messages: 42,
        rejectedMessages: 2,
        firstSeen: Date.UTC(2026, 10, 1),
        lastSeen: Date.UTC(2026, 10, 24),
      },
      { address: 'b@x.example', messages: 2, rejectedMessages: 0, firstSeen: null, lastSeen: null },
      { address: '"q," x"@x.example', messages: 1, rejectedMessages: 0, firstSeen: null, lastSeen: null },
      { address: '=f@x.example', messages: 1, rejectedMessages: 0, firstSeen: null, lastSeen: null },
    ]);
    expect(collected.totals()).toMatchObject({ files: 3, messages: 47, nullSenders: 1, malformed: 1, senders: 4 });
  });

  test('a log that goes on in the next file counts its messages once', async () => {
    const collected = await collect([file(taken('1', 'a@x.example')), file(taken('1', 'a@x.example'))]);
    expect([...collected.senders()][0]?.messages).toBe(1);
  });

  test('the same file is read once, with a warning', async () => {
    const first = file('a@x.example\n');
    const second = `${first}-link`;
    linkSync(first, second);
    const collected = await collect([first, second, '-', '-'], { stdin: Readable.from([Buffer.from('a@x.example')]) });
    expect([...collected.senders()][0]?.messages).toBe(2);
    expect(collected.warnings).toHaveLength(2);
    expect(collected.warnings[0]).toMatch(/same file/);
  });

  test('gzip, of several members, and zeros after it', async () => {
    const packed = [gzipSync('a@x.example\nb@x.exa'), gzipSync('mple\n'), gzipSync('c@x.example'), Buffer.alloc(512)];
    expect(addresses(await collect([file(Buffer.concat(packed))]))).toEqual([
      'a@x.example',
      'b@x.example',
      'c@x.example',
    ]);
  });

  test('truncated gzip gives what it has, with a warning', async () => {
    const lines = Array.from({ length: 200_000 }, (_, i) => `user${i}-${Math.imul(i, 0x9e3779b1)}@x.example\n`).join(
      '',
    );
    const packed = gzipSync(lines);
    const collected = await collect([file(packed.subarray(0, packed.length / 2))]);
    expect(collected.totals().senders).toBeGreaterThan(90_000);
    expect(collected.warnings).toEqual([expect.stringMatching(/damaged or cut off/)]);
  });

  test('a log without senders gives none, with a warning', async () => {
    const collected = await collect([file('Nov 23 09:31:07 mx1 dovecot: imap-login: Login: user=<a@b.example>\n')]);
    expect(collected.totals()).toMatchObject({ lines: 1, messages: 0, senders: 0 });
    expect(collected.warnings).toEqual([expect.stringMatching(/no senders/)]);
  });

  test('a list of comments only', async () => {
    expect((await collect([file('# nothing yet\n\n')])).totals()).toMatchObject({ files: 1, lines: 2, senders: 0 });
  });

  test.for([
    ['postfix', []],
    ['sendmail', []],
    ['addresses', ['a@b.example', 'whatever this is']],
  ] as const)('--format %s is not doubted', async ([format, senders]) => {
    const collected = await collect([file('a@b.example\nwhatever this is\n')], { format });
    expect(addresses(collected)).toEqual(senders);
  });

  test.for([
    ['is missing', () => join(folder, 'missing'), /no such file/],
    ['is an empty directory', () => mkdtempSync(join(folder, 'empty-')), /is a directory without files/],
    ['is empty', () => file(''), /is empty/],
    ['is empty when unpacked', () => file(gzipSync('')), /is empty/],
    ['is binary', () => file(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0])), /binary data/],
    [
      'is no known format',
      () => file('Dear all,\nplease\u001B[2J read\n'),
      /tried: postfix, sendmail(.|\n)*Dear all,(.|\n)*please\?\[2J read$/,
    ],
  ] as const)('an error where an input %s', async ([, input, message]) => {
    const error = await collect([input()]).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(message);
  });
});

describe('a time window', () => {
  const at = (time: string): number => Date.parse(`2026-11-23T${time}Z`);
  const log = file(
    taken('1', 'a@x.example') + taken('2', 'b@x.example') + refused('c@x.example') + taken('3', 'd@x.example'),
  );

  test.for([
    ['all', {}, ['a@x.example', 'b@x.example', 'c@x.example', 'd@x.example']],
    ['from a time on', { since: at('09:31:02') }, ['b@x.example', 'c@x.example', 'd@x.example']],
    ['before a time', { until: at('09:31:02') }, ['a@x.example']],
    ['both', { since: at('09:31:02'), until: at('09:31:03') }, ['b@x.example']],
    ['none', { since: at('11:00:00') }, []],
  ] as const)('%s', async ([, window, senders]) => {
    const collected = await collect([log], { senders: 'all', ...window });
    expect(addresses(collected)).toEqual(senders);
    expect(collected.warnings).toEqual([]);
  });

  test('what has no time counts, and that is said once', async () => {
    const lists = [file('a@x.example\nb@x.example\n'), file('c@x.example\n')];
    const collected = await collect([...lists, log], { since: at('11:00:00') });
    expect(addresses(collected)).toEqual(['a@x.example', 'b@x.example', 'c@x.example']);
    expect(collected.warnings).toEqual([expect.stringMatching(/^messages or addresses without a time, .*: 3$/)]);
  });

  test('counts of a longer time cannot be divided', async () => {
    const table = file(
      'address,domain,messages,rejected_messages,first_seen,last_seen\n' +
        'a@x.example,x.example,5,0,2026-11-20T00:00:00Z,2026-11-23T09:31:03Z\n' +
        'b@x.example,x.example,5,0,2026-11-20T00:00:00Z,2026-11-23T09:31:01Z\n',
    );
    expect(addresses(await collect([table], { since: at('09:31:02') }))).toEqual(['a@x.example']);
  });
});

describe('what is uncertain', () => {
  async function notes(content: string): Promise<string[]> {
    const told: string[] = [];
    await collect([file(content)], { note: (note) => told.push(note) });
    return told;
  }

  test('nothing', async () => {
    const begun = '2026-11-23T09:31:00Z mx1 postfix/smtpd[1]: ID00001: client=x[192.0.2.1]\n';
    expect(await notes(begun + taken('1', 'a@x.example') + own('2', 'b@x.example'))).toEqual([]);
  });

  test('mail from before the log, addresses cut off, years', async () => {
    const cut = 'Nov 23 09:31:09 mx1 postfix/qmgr[1]: ID00009: from=<somebody@with.a.long\n';
    const yearless =
      'Nov 23 09:31:08 mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from x[192.0.2.1]: 550 no; from=<a@b.example> to=<x@y>\n';
    expect(await notes(taken('1', 'a@x.example') + taken('2', '') + cut + yearless)).toEqual([
      'lines cut off or not understood, whose sender is not counted: 1',
      "messages from before the log begins, which count as others' though own users may have sent them: 1",
      'inputs whose times have no year, so that it is inferred: 1',
    ]);
  });
});

describe('standard input', () => {
  test('senders are told as they come', async () => {
    const stdin = new PassThrough();
    const ear = new EventEmitter();
    const collecting = collect(['-'], { stdin, onSender: (...address) => ear.emit('sender', textOf(...address)) });
    const first = once(ear, 'sender');
    stdin.write(taken('1', 'a@x.example'));
    expect(await first).toEqual(['a@x.example']);
    const second = once(ear, 'sender');
    stdin.write(taken('2', 'b@x.example').slice(0, 70));
    stdin.write(taken('2', 'b@x.example').slice(70));
    expect(await second).toEqual(['b@x.example']);
    stdin.end();
    expect(addresses(await collecting)).toEqual(['a@x.example', 'b@x.example']);
  });

  test('byte by byte, packed or not', async () => {
    const text = Buffer.from(taken('1', 'a@x.example'));
    for (const bytes of [text, gzipSync(text)]) {
      const stdin = Readable.from([...bytes].map((byte) => Buffer.from([byte])));
      expect(addresses(await collect(['-'], { stdin }))).toEqual(['a@x.example']);
    }
  });

  test('a stream that fails is an input error', async () => {
    const stdin = new PassThrough();
    stdin.destroy(new Error('gone'));
    await expect(collect(['-'], { stdin })).rejects.toThrow(InputError);
  });
});

test('a file that grows beyond a chunk', async () => {
  const log = file('');
  for (let i = 0; i < 30; i++) {
    appendFileSync(
      log,
      Array.from({ length: 1000 }, (_, j) => `user${i}-${j}@some.what.longer.domain.example\n`).join(''),
    );
  }
  const collected = await collect([log]);
  expect(collected.totals()).toMatchObject({ lines: 30_000, senders: 30_000 });
  expect(addresses(collected)[29_999]).toBe('user29-999@some.what.longer.domain.example');
});
