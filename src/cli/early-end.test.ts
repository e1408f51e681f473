/**
 * Outputs that end before the command does: a reader that has seen enough, a full disk.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../dist/bundle/main.js', import.meta.url));
const senders = 5000;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sender-survey-ends-'));
  const lines = Array.from({ length: senders }, (_, at) => `user${at}@example.com\n`);
  writeFileSync(join(folder, 'list'), lines.join(''));
  writeFileSync(join(folder, 'skip'), 'example.com\n');
  return () => rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: string;
  readonly stderr: string;
}

/** Runs `sender-survey ARGS REST` in a shell; `$code` is that of sender-survey. */
function shell(args: string, rest: string): Promise<Ended> {
  const script = `{ "$0" "$1" ${args}; echo "$?" >code; } ${rest}`;
  const child = spawn('sh', ['-c', script, process.execPath, program], { cwd: folder });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve) => {
    child.on('close', () => resolve({ code: readFileSync(join(folder, 'code'), 'utf8').trim(), stderr }));
  });
}

const survey =
  'survey list --skip skip --state survey.db --helo survey.example --progress never --csv - --json out.json';

test('a reader that has seen enough takes nothing from the other reports, and the state is closed', async () => {
  expect(await shell(survey, '| head -n 1')).toMatchObject({ code: '0' });
  const { totals } = JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')) as { totals: { skipped: number } };
  expect(totals.skipped).toBe(senders);
  expect(readdirSync(folder).toSorted()).toEqual(['code', 'list', 'out.json', 'skip', 'survey.db']);
});

test('extract stops early with its reader', async () => {
  expect(await shell('extract list', '| head -n 1')).toEqual({ code: '0', stderr: '' });
});

test.for([survey, 'extract list'])('a full disk behind standard output is told: %s', async (args) => {
  const { code, stderr } = await shell(args, '>/dev/full');
  expect(code).toBe('1');
  expect(stderr).toMatch(/^sender-survey: cannot write .*ENOSPC/m);
});
