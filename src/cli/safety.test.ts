/**
 * Safety stops and the dry run as users meet them: the built program in a child process, against fake internets.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test, vi } from 'vitest';
import { startFakeInternet, type FakeInternet } from '../../scripts/fake-internet/start.js';
import type { NameRecords, ServerBehaviour, World } from '../../scripts/fake-internet/world.js';

const program = fileURLToPath(new URL('../../dist/bundle/main.js', import.meta.url));
let folder: string;

// Each starts the program twice, which takes its time where much else runs.
vi.setConfig({ testTimeout: 30_000 });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sender-survey-safety-'));
  return () => rmSync(folder, { recursive: true });
});

const numbers = Array.from({ length: 12 }, (_, i) => i + 1);

/** Twelve sites; without behaviour nobody listens there. */
function worldOf(behaviour: ServerBehaviour | null): World {
  const names = numbers.flatMap((n): [string, NameRecords][] => [
    [`d${n}.example`, { mx: [`10 mx.d${n}.example`] }],
    [`mx.d${n}.example`, { a: [`127.40.1.${n}`] }],
  ]);
  const servers = behaviour === null ? [] : numbers.map((n): [string, ServerBehaviour] => [`127.40.1.${n}`, behaviour]);
  return { names: Object.fromEntries(names), servers: Object.fromEntries(servers) };
}

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly connections: number;
}

/** Surveys one sender of each site. */
async function survey(world: World, ...options: readonly string[]): Promise<Outcome> {
  writeFileSync(join(folder, 'list'), numbers.map((n) => `anna@d${n}.example\n`).join(''));
  const internet: FakeInternet = await startFakeInternet(world);
  const network = `--resolver ${internet.resolver} --port ${internet.smtpPort} --allow-net 127.0.0.0/8`;
  const args = [program, 'list', ...`${network} --helo survey.example --site-pause 20ms`.split(' '), ...options];
  try {
    return await new Promise((resolve) => {
      execFile(process.execPath, args, { cwd: folder }, (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code);
        resolve({ code, stdout, stderr, connections: internet.counters.all.connections });
      });
    });
  } finally {
    await internet.close();
  }
}

function verdictsIn(name: string): string[] {
  const rows = readFileSync(join(folder, name), 'utf8').trimEnd().split('\r\n').slice(1);
  return [...new Set(rows.map((row) => /,(?:true|false),([a-z-]+),/.exec(row)?.[1] ?? row))];
}

test('no connection anywhere: exit 3, nobody is called unreachable, the report is written; --force goes on', async () => {
  const stopped = await survey(worldOf(null), '--csv', 'out.csv');
  expect(stopped.code).toBe(3);
  expect(stopped.stderr).toMatch(/none of the 12 sites tried took a connection \(connection-refused at 12\)/);
  expect(stopped.stderr).toMatch(/port 25.*--force/);
  expect(verdictsIn('out.csv')).toEqual(['pending']);
  const forced = await survey(worldOf(null), '--csv', 'out.csv', '--force');
  expect(forced.code).toBe(0);
  expect(verdictsIn('out.csv')).toEqual(['unreachable']);
});

test('after the stop the same command goes on where it was', async () => {
  expect((await survey(worldOf(null))).code).toBe(3);
  const { code, connections } = await survey(worldOf({}), '--csv', 'out.csv');
  expect(code).toBe(0);
  expect(connections).toBe(12);
  expect(verdictsIn('out.csv')).toEqual(['accepted']);
});

test('most sites refuse us: exit 3, with the block list and our address', async () => {
  const world = worldOf({ greeting: '554 5.7.1 [{ip}] is listed in zen.spamhaus.org' });
  const { code, stderr, stdout } = await survey(world);
  expect(code).toBe(3);
  expect(stderr).toMatch(
    /of the 1\d sites that answered last refuse us .* Spamhaus \(zen\.spamhaus\.org\).*127\.0\.0\.1/,
  );
  expect(stdout).toMatch(/^Checked/m);
});

test('--dry-run asks no server, writes no report and no state', async () => {
  const { code, stdout, stderr, connections } = await survey(worldOf({}), '--dry-run', '--csv', 'out.csv');
  expect([code, stderr, connections]).toEqual([0, '', 0]);
  expect(stdout).toMatch(/^To ask: 12 senders of 12 domains at 12 sites, in 12 sessions, at most 12 at once\.$/m);
  expect(stdout).toMatch(/^Expected: 97 % of them after 1\.8 s, all after 1\.8 s\.$/m);
  expect([existsSync(join(folder, 'out.csv')), existsSync(join(folder, 'sender-survey.db'))]).toEqual([false, false]);
});

test('--dry-run knows what the state knows, and leaves it as it is', async () => {
  expect((await survey(worldOf({}))).code).toBe(0);
  const before = readFileSync(join(folder, 'sender-survey.db'));
  const { stdout } = await survey(worldOf({}), '--dry-run');
  expect(stdout).toMatch(/^12 senders, of whom 12 are known or skipped already\.$/m);
  expect(stdout).toMatch(/^Nothing is left to ask\.$/m);
  expect(readFileSync(join(folder, 'sender-survey.db')).equals(before)).toBe(true);
});
