import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OutputError } from './output-error.js';
import { openReports } from './write-reports.js';
import { writeToStream } from './write-to-stream.js';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'report-'));
  path = join(directory, 'report.csv');
});

afterEach(() => {
  chmodSync(directory, 0o700);
  rmSync(directory, { recursive: true });
});

/** Gives a piece and ends like a state that cannot be read any more. */
function* failingPieces(): Generator<string> {
  yield 'half';
  throw new RangeError('no more rows');
}

/** A stream whose reader is gone, or whose disk is full. */
function brokenStream(code: string): Writable {
  return new Writable({ write: (_piece, _encoding, done) => done(Object.assign(new Error('write failed'), { code })) });
}

describe('a report', () => {
  test('appears when it is whole', async () => {
    const reports = openReports(['csv'], { csv: path });
    expect(readdirSync(directory)).toEqual([]);
    await reports.write('csv', ['one,', 'two\r\n']);
    expect(readFileSync(path, 'utf8')).toBe('one,two\r\n');
    expect(readdirSync(directory)).toEqual(['report.csv']);
  });

  test('that cannot be finished leaves the one before as it was', async () => {
    writeFileSync(path, 'before');
    await expect(openReports(['csv'], { csv: path }).write('csv', failingPieces())).rejects.toThrow(
      new RangeError('no more rows'),
    );
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(directory)).toEqual(['report.csv']);
  });

  test('keeps the mode of the file it replaces, and the link that leads to it', async () => {
    writeFileSync(path, 'before');
    chmodSync(path, 0o640);
    const link = join(directory, 'link.csv');
    symlinkSync(path, link);
    await openReports(['csv'], { csv: link }).write('csv', ['after']);
    expect(readFileSync(path, 'utf8')).toBe('after');
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink())).toHaveLength(1);
  });

  test('goes through a named pipe', async () => {
    execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', path]);
    const reports = openReports(['csv'], { csv: path });
    const [read] = await Promise.all([readPipe(path), reports.write('csv', ['one,', 'two\r\n'])]);
    expect(read).toBe('one,two\r\n');
  });

  test('goes to standard output for -', async () => {
    const stdout = new PassThrough();
    await openReports(['json'], { json: '-' }, stdout).write('json', ['{', '}']);
    stdout.end();
    expect(await text(stdout)).toBe('{}');
  });

  test('that was not asked for is not even made', async () => {
    await openReports(['csv', 'json'], { json: path }).write('csv', failingPieces());
    expect(readdirSync(directory)).toEqual([]);
  });
});

async function readPipe(pipe: string): Promise<string> {
  const { createReadStream } = await import('node:fs');
  return text(createReadStream(pipe));
}

describe('what cannot be written is found before the survey', () => {
  test.for<[string, () => string, string]>([
    ['a directory', () => directory, 'it is a directory'],
    ['a missing directory', () => join(directory, 'missing', 'report.csv'), 'there is no directory'],
    ['a file where a directory should be', () => join(fileIn(directory), 'report.csv'), 'there is no directory'],
  ])('%s', ([, make, words]) => {
    expect(() => openReports(['csv'], { csv: make() })).toThrow(OutputError);
    expect(() => openReports(['csv'], { csv: make() })).toThrow(words);
  });

  test.skipIf(process.getuid?.() === 0)('a directory that may not be written', () => {
    chmodSync(directory, 0o500);
    expect(() => openReports(['csv'], { csv: path })).toThrow('permission denied');
  });

  test('a directory that goes away meanwhile is found when writing', async () => {
    const inner = join(directory, 'inner');
    mkdirSync(inner);
    const reports = openReports(['csv'], { csv: join(inner, 'report.csv') });
    rmSync(inner, { recursive: true });
    await expect(reports.write('csv', ['x'])).rejects.toThrow(OutputError);
  });
});

function fileIn(folder: string): string {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  return file;
}

describe('standard output', () => {
  test('may have a reader that has seen enough', async () => {
    let pieces = 0;
    function* endless(): Generator<string> {
      for (; pieces < 10; pieces += 1) yield 'x';
    }
    await writeToStream(brokenStream('EPIPE'), endless());
    expect(pieces).toBe(0);
  });

  test('may be on a full disk', async () => {
    await expect(writeToStream(brokenStream('ENOSPC'), ['x'])).rejects.toThrow(OutputError);
  });
});
