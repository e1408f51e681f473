import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { arrangeInputs } from './arrange-inputs.js';

const root = mkdtempSync(join(tmpdir(), 'arrange-inputs-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;

type Content = string | Buffer;
const november = new Date(2026, 10, 23, 12);

/** A folder with these files, last written to at that time. */
function folderOf(files: Readonly<Record<string, Content | readonly [Content, Date]>>): string {
  const folder = join(root, `folder-${folders++}`);
  for (const [name, file] of Object.entries(files)) {
    const [content, time] = typeof file === 'string' || Buffer.isBuffer(file) ? [file, november] : file;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
    utimesSync(join(folder, name), time, time);
  }
  return folder;
}

interface Arranged {
  readonly names: string[];
  /** The years in which the logs begin. */
  readonly years: (number | null)[];
  readonly warnings: string[];
  readonly notes: string[];
}

async function arrange(...inputs: string[]): Promise<Arranged> {
  const warnings: string[] = [];
  const notes: string[] = [];
  const arranged = await arrangeInputs(inputs, {
    format: 'auto',
    stdin: Readable.from([]),
    now: november.getTime(),
    warn: (message) => warnings.push(message),
    note: (message) => notes.push(message),
  });
  return {
    names: arranged.map(({ input }) => basename(input.name)),
    years: arranged.map(({ span }) => (span.start === null ? null : new Date(span.start).getFullYear())),
    warnings,
    notes,
  };
}

const line = (stamp: string): string => `${stamp} 09:31:07 mx1 postfix/qmgr[1]: x\n`;
const isoLine = (day: string): string => `${day}T09:31:07Z mx1 postfix/qmgr[1]: x\n`;

describe('order', () => {
  test('a directory, oldest first by what the logs say', async () => {
    const folder = folderOf({
      'mail.log': line('Nov 20'),
      'mail.log.1': line('Nov 13'),
      'mail.log.2.gz': gzipSync(line('Nov  6')),
      'mail.log.10.gz': gzipSync(line('Sep 10')),
    });
    const expected = ['mail.log.10.gz', 'mail.log.2.gz', 'mail.log.1', 'mail.log'];
    expect((await arrange(folder)).names).toEqual(expected);
    expect((await arrange(`${folder}/mail.log*`)).names).toEqual(expected);
  });

  test('rotations of one log that are named one by one', async () => {
    const folder = folderOf({ 'mail.log': line('Nov 20'), 'mail.log.1': line('Nov 13'), list: 'a@b.example\n' });
    const names = ['mail.log', 'list', 'mail.log.1'].map((name) => join(folder, name));
    expect((await arrange(...names)).names).toEqual(['mail.log.1', 'mail.log', 'list']);
  });

  test('other files that are named stay in the order of their names', async () => {
    const folder = folderOf({ b: line('Nov 20'), a: line('Nov 13'), c: 'a@b.example\n' });
    const names = ['b', 'c', 'a'].map((name) => join(folder, name));
    expect((await arrange(...names)).names).toEqual(['b', 'c', 'a']);
  });

  test.for([
    ['ISO stamps', isoLine('2026-11-20'), isoLine('2026-11-13')],
    ['RFC 5424', `<22>1 ${isoLine('2026-11-20')}`, `<22>1 ${isoLine('2026-11-13')}`],
    ['a journal', '__REALTIME_TIMESTAMP=1795451459137003\nMESSAGE=x\n\n', isoLine('2026-11-13')],
    [
      'Exim',
      '2026-11-20 09:31:07 1xVQGe-00008s-0I <= a@b.example\n',
      '2026-11-13 09:31:07 1xVQGe-00008s-0I Completed\n',
    ],
  ] as const)('%s', async ([, later, earlier]) => {
    const folder = folderOf({ a: later, b: earlier });
    expect((await arrange(folder)).names).toEqual(['b', 'a']);
  });

  test('files without times go by when they were written, then by rotation', async () => {
    const list = 'a@b.example\n';
    const folder = folderOf({ a: list, 'b.1': list, b: list, c: [list, new Date(2026, 10, 1)] });
    expect((await arrange(folder)).names).toEqual(['c', 'b.1', 'a', 'b']);
  });
});

describe('years', () => {
  test('by the time of the file', async () => {
    const folder = folderOf({
      'mail.log': [line('Jan  3'), new Date(2026, 0, 5)],
      'mail.log.1': [line('Dec 27'), new Date(2026, 0, 3)],
    });
    expect(await arrange(folder)).toMatchObject({ names: ['mail.log.1', 'mail.log'], years: [2025, 2026] });
  });

  test('by rotation where all files have the time of their copying', async () => {
    const folder = folderOf({
      'mail.log': line('Nov 20'),
      'mail.log.1': line('Feb 20'),
      'mail.log.2': line('Jul 20'),
      'mail.log.3': line('Nov 21'),
      'mail.log.4': line('Nov 22'),
    });
    expect(await arrange(folder)).toMatchObject({
      names: ['mail.log.4', 'mail.log.3', 'mail.log.2', 'mail.log.1', 'mail.log'],
      years: [2023, 2024, 2025, 2026, 2026],
    });
  });

  test('by the dates in the names, only for order', async () => {
    const folder = folderOf({ 'mail.log-20251116': line('Nov 16'), 'mail.log-20261116': line('Nov 15') });
    expect(await arrange(folder)).toMatchObject({
      names: ['mail.log-20251116', 'mail.log-20261116'],
      years: [2025, 2026],
    });
  });

  test('a log of several years begins in the first of them', async () => {
    const months = ['Jan', 'Apr', 'Jul', 'Oct'].flatMap((month) =>
      Array.from({ length: 300 }, () => line(`${month} 10`)),
    );
    const year = months.join('');
    const path = (content: Content): string => join(folderOf({ log: content }), 'log');
    expect((await arrange(path(year.repeat(3)))).years).toEqual([2024]);
    expect((await arrange(path(year))).years).toEqual([2026]);
    expect((await arrange(path(line('Jan  1') + year))).years).toEqual([2026]);
    expect((await arrange(path(line('Jan  1') + line('Dec 31') + year.repeat(2)))).years).toEqual([2025]);
    expect((await arrange(path(gzipSync(year.repeat(3))))).years).toEqual([2026]);
  });
});

describe('lists', () => {
  const list = 'a@b.example\n';
  const table = 'address,domain,messages,rejected_messages,first_seen,last_seen\nc@d.example,d.example,1,0,,\n';

  test('are passed over among logs that a directory or a pattern holds, which is said', async () => {
    const folder = folderOf({ 'mail.log': line('Nov 20'), senders: list, 'senders.csv': table });
    for (const found of [folder, `${folder}/*`]) {
      const { names, warnings } = await arrange(found);
      expect(names).toEqual(['mail.log']);
      expect(warnings).toEqual([
        `${folder}/senders: passed over, it is a list of addresses among logs; name it to read it`,
        `${folder}/senders.csv: passed over, it is a list of addresses among logs; name it to read it`,
      ]);
    }
  });

  test('are read where they are named, and where there is nothing else', async () => {
    const folder = folderOf({ 'mail.log': line('Nov 20'), senders: list });
    const named = await arrange(join(folder, 'senders'), join(folder, 'mail.log'));
    expect(named).toMatchObject({ names: ['senders', 'mail.log'], warnings: [] });
    expect(await arrange(folderOf({ a: list, b: table }))).toMatchObject({ names: ['a', 'b'], warnings: [] });
  });
});

describe('logs with the same lines', () => {
  const mail = (day: string): string =>
    `${day} 09:31:07 mx1 postfix/qmgr[1]: 4jY0nh5J0TzJvJy: from=<a@b.example>, size=3, nrcpt=1\n`;
  const both = { 'mail.log': mail('Nov 20'), syslog: mail('Nov 20') + line('Nov 20') };

  test('found: the one that goes back furthest is read', async () => {
    const folder = folderOf({ ...both, 'syslog.1': line('Nov 18'), 'syslog.2.gz': gzipSync(line('Nov 17')) });
    expect(await arrange(folder)).toMatchObject({
      names: ['syslog.2.gz', 'syslog.1', 'syslog'],
      warnings: [
        `${join(folder, 'mail.log')}: passed over, ${join(folder, 'syslog')} has the same lines; name it to read it`,
      ],
    });
  });

  test('named: all are read, with a warning', async () => {
    const folder = folderOf(both);
    const [log, syslog] = [join(folder, 'mail.log'), join(folder, 'syslog')];
    expect(await arrange(log, syslog)).toMatchObject({
      names: ['mail.log', 'syslog'],
      warnings: [
        `${log}, ${syslog} hold the same lines, so their messages count more than once; better name only one of them`,
      ],
    });
  });

  test('one named, the other found: the named one is read', async () => {
    const folder = folderOf({ ...both, 'syslog.1': line('Nov 18') });
    expect((await arrange(join(folder, 'mail.log'), folder)).names).toEqual(['mail.log']);
  });

  test('found, and none has all: all are read, with a warning', async () => {
    const folder = folderOf({
      a: mail('Nov 20') + mail('Nov 21') + mail('Nov 23'),
      b: mail('Nov 20') + mail('Nov 22') + mail('Nov 23'),
    });
    const { names, warnings } = await arrange(folder);
    expect(names).toEqual(['a', 'b']);
    expect(warnings).toEqual([expect.stringContaining('hold the same lines')]);
  });
});

describe('what is passed over', () => {
  test('in a directory: no logs, empty ones, hidden ones, directories, dangling links', async () => {
    const folder = folderOf({
      'mail.log': line('Nov 20'),
      empty: '',
      wtmp: Buffer.alloc(400, 1),
      'notes.txt': 'Dear all,\nread this\n',
      '.hidden': line('Nov 20'),
      'sub/mail.log': line('Nov 20'),
    });
    symlinkSync(join(folder, 'missing'), join(folder, 'link'));
    const { names, notes, warnings } = await arrange(folder);
    expect(names).toEqual(['mail.log']);
    expect(notes.map((note) => note.replace(folder, ''))).toEqual([
      '/empty: passed over, it is empty',
      '/notes.txt: passed over, it is none of the known formats',
      '/wtmp: passed over, it is binary data',
    ]);
    expect(warnings).toEqual([]);
  });

  test('what cannot be read may be missed: that is said in any case', async () => {
    const folder = folderOf({ 'mail.log': line('Nov 20'), 'mail.log.1.lz4': Buffer.from([4, 0x22, 0x4d, 0x18, 0, 0]) });
    const { names, notes, warnings } = await arrange(folder);
    expect(names).toEqual(['mail.log']);
    expect(notes).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/mail\.log\.1\.lz4 is compressed with lz4; .* \(passed over in/)]);
  });

  test('the same file by two names is one, and one found by a pattern too is no mistake', async () => {
    const folder = folderOf({ 'mail.log': line('Nov 20') });
    const file = join(folder, 'mail.log');
    expect(await arrange(file, folder, `${folder}/*`)).toMatchObject({ names: ['mail.log'], warnings: [] });
    expect((await arrange(file, file)).warnings).toEqual([expect.stringMatching(/is the same file as/)]);
  });

  test.for([
    ['a directory without logs', () => folderOf({ 'a.txt': 'Dear all,\nread this\n' }), /no file in it is a mail log/],
    ['a directory without files', () => folderOf({ 'sub/file': 'x' }) + '/sub/..', /is a directory without files/],
    ['a pattern that matches nothing', () => `${root}/no-such-*`, /no such file, and as a pattern it matches none/],
    [
      'a named file that is no log',
      () => join(folderOf({ a: 'Dear all,\nread this\n' }), 'a'),
      /none of the known formats/,
    ],
    ['a named file that is not there', () => join(root, 'missing'), /missing: no such file$/],
  ] as const)('an error: %s', async ([, input, message]) => {
    await expect(arrange(input())).rejects.toThrow(message);
  });

  test('a file whose name looks like a pattern is that file', async () => {
    const folder = folderOf({ 'mail[1].log': line('Nov 20'), 'mail1.log': line('Nov 20') });
    expect((await arrange(join(folder, 'mail[1].log'))).names).toEqual(['mail[1].log']);
  });
});
