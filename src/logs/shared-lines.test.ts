import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { findInput, type FoundInput } from './open-input.js';
import { logsWithSameLines } from './shared-lines.js';

const root = mkdtempSync(join(tmpdir(), 'shared-lines-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;

type Files = Readonly<Record<string, string | Buffer>>;

/** The groups among these files, by their names. */
async function groups(files: Files): Promise<string[][]> {
  return (await sameLines(files)).map(({ logs }) => logs);
}

/** The logs that have all lines of the others in their group. */
async function whole(files: Files): Promise<string[][]> {
  return (await sameLines(files)).map((group) => group.whole);
}

async function sameLines(files: Files): Promise<{ logs: string[]; whole: string[] }[]> {
  const folder = mkdtempSync(join(root, `folder-${folders++}-`));
  const inputs: FoundInput[] = [];
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content);
    inputs.push(await findInput(join(folder, name), Readable.from([]), 0));
  }
  const names = (logs: readonly string[]): string[] => logs.map((log) => basename(log));
  return (await logsWithSameLines(inputs)).map((group) => ({ logs: names(group.logs), whole: names(group.whole) }));
}

const mail = (second: number, host = 'mx'): string =>
  `Nov 25 10:00:${String(second).padStart(2, '0')} ${host} postfix/qmgr[7]: 4jY0nh5J0TzJvJ${second}: from=<a@b.example>, size=3, nrcpt=1 (queue active)\n`;
const cron = 'Nov 25 10:00:59 mx CRON[1]: (root) CMD (true)\n';

test('syslog holds the lines of mail.log among others', async () => {
  expect(await groups({ 'mail.log': mail(11) + mail(12), syslog: cron + mail(12) + cron })).toEqual([
    ['mail.log', 'syslog'],
  ]);
});

test('three logs are one group, and two hosts are two', async () => {
  const files = { 'mail.info': mail(11), syslog: mail(12), 'mail.log': mail(11) + mail(12) };
  const others = { x: mail(11, 'mx2'), y: mail(11, 'mx2') };
  expect((await groups({ ...files, ...others })).map((group) => group.toSorted())).toEqual([
    ['mail.info', 'mail.log', 'syslog'],
    ['x', 'y'],
  ]);
});

test('logs that are rotated at different times share their ends', async () => {
  const long = Array.from({ length: 2000 }, () => mail(11)).join('');
  expect(await groups({ 'mail.log': `${long}${mail(12)}`, 'mail.log.1': mail(10), syslog: mail(12) })).toEqual([
    ['mail.log', 'syslog'],
  ]);
});

test.for<[string, Files]>([
  ['rotations of one log', { 'mail.log': mail(11), 'mail.log.1': mail(11) }],
  ['several hosts', { mx1: mail(11, 'mx1'), mx2: mail(11, 'mx2') }],
  ['lines that tell no sender', { a: cron, b: cron }],
  ['compressed files', { a: gzipSync(mail(11)), b: gzipSync(mail(11)) }],
])('no group: %s', async ([, files]) => {
  expect(await groups(files)).toEqual([]);
});

test.for<[string, Files, string[]]>([
  [
    'syslog and mail.log',
    { 'mail.log': mail(11) + mail(12), syslog: cron + mail(11) + cron + mail(12) },
    ['mail.log', 'syslog'],
  ],
  ['warnings alone', { 'mail.log': mail(11) + mail(12) + mail(13), 'mail.warn': mail(11) + mail(13) }, ['mail.log']],
  ['neither', { a: mail(11) + mail(12) + mail(14), b: mail(11) + mail(13) + mail(14) }, []],
  ['one of which shows more', { a: mail(10) + mail(11) + mail(12), b: mail(11) + mail(12) }, ['a', 'b']],
  ['one of which was looked at later', { a: mail(11) + mail(12), b: mail(11) + mail(12) + mail(13) }, ['a', 'b']],
  ['one that shares lines with each', { a: mail(11), b: mail(11) + mail(12), c: mail(12) }, ['b']],
  ['one of which is rotated', { a: mail(11), 'a.1': mail(10), b: mail(10) + mail(11) }, ['a', 'b']],
])('which logs have the lines of the others: %s', async ([, files, names]) => {
  expect(await whole(files)).toEqual([names]);
});
