/**
 * The package as users get it: packed, installed from the tarball, and run, on this Node and on Node 24, where no install
 * script may be part of it.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDnsServer } from '../fake-internet/dns-server.js';
import { readCsv } from './read-csv.js';
import { mustRun } from './run-program.js';

const project = join(import.meta.dirname, '../..');

let folder: string;
let tarball: string;
let dns: Awaited<ReturnType<typeof startDnsServer>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sender-survey-package-'));
  dns = await startDnsServer({ names: { 'nullmx.example': { mx: ['0 .'] } }, servers: {} }, () => 0);
  const packed = await mustRun('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: project });
  tarball = join(folder, packed.trim());
}, 60_000);

afterAll(async () => {
  await dns?.close();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

test('holds the program, and neither tests nor sources', async () => {
  const files = (await mustRun('tar', ['-tzf', tarball])).trim().split('\n');
  expect(files).toContain('package/dist/bundle/main.js');
  expect(files.filter((file) => /\.ts$|\.map$|\.test\.|\.test-support\.|scripts\/|fixtures\//.test(file))).toEqual([]);
});

test('installs globally and runs on this Node', { timeout: 600_000 }, async () => {
  const prefix = join(folder, 'this-node');
  await mkdir(prefix);
  await mustRun('npm', ['install', '--global', '--prefix', prefix, tarball]);
  const tried = await tryOut((args) => mustRun(join(prefix, 'bin/sender-survey'), args), prefix);
  expect(tried).toMatchObject(await working());
});

test('installs on Node 24 without any install script, and runs', { timeout: 600_000 }, async () => {
  const node = await installNode24();
  const target = join(folder, 'node-24');
  await mkdir(target);
  await writeFile(join(target, 'package.json'), '{ "private": true }');
  await mustRun(node, [await npmProgram(), 'install', tarball], { cwd: target, env: withFirstInPath(dirname(node)) });

  const lock = JSON.parse(await readFile(join(target, 'package-lock.json'), 'utf8'));
  expect(lock.packages['node_modules/better-sqlite3'].version).toMatch(/^13\./);
  expect(Object.keys(lock.packages).filter((name) => lock.packages[name].hasInstallScript === true)).toEqual([]);
  const program = join(target, 'node_modules/.bin/sender-survey');
  const tried = await tryOut((args) => mustRun(node, [program, ...args]), target);
  expect(tried).toMatchObject(await working());
});

/** Node 24 comes as a package as well: just the binary, without the `node` package's install script. */
async function installNode24(): Promise<string> {
  const prefix = join(folder, 'node-binary');
  await mkdir(prefix);
  await writeFile(join(prefix, 'package.json'), '{ "private": true }');
  const name = `node-linux-${process.arch}`;
  await mustRun('npm', ['install', `${name}@24`], { cwd: prefix });
  return join(prefix, 'node_modules', name, 'bin/node');
}

/** npm's program file, to be run by another Node. */
async function npmProgram(): Promise<string> {
  return join((await mustRun('npm', ['root', '--global'])).trim(), 'npm/bin/npm-cli.js');
}

function withFirstInPath(path: string): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${path}:${process.env['PATH']}` };
}

/** What comes of the version, and of a survey, with a state file, of one sender that needs no mail server. */
async function tryOut(senderSurvey: (args: readonly string[]) => Promise<string>, target: string) {
  const version = (await senderSurvey(['--version'])).trim();
  const [list, csv] = [join(target, 'list.txt'), join(target, 'out.csv')];
  await writeFile(list, 'who@nullmx.example\n');
  await senderSurvey([list, '--resolver', dns.address, '--state', join(target, 'state.db'), '--csv', csv]);
  return { version, rows: await readCsv(csv) };
}

/** What `tryOut` should give. */
async function working() {
  const { version } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
  return { version, rows: [{ address: 'who@nullmx.example', verdict: 'undeliverable', reason: 'null-mx' }] };
}
