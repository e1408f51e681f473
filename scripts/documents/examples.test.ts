/**
 * Every example of the documents is run, against a fake internet; those that cannot be are listed with the reason.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { examples, worldOf } from '../fake-internet/one-of-each.js';
import { startFakeInternet, type FakeInternet } from '../fake-internet/start.js';
import { blocksOf, documents } from './blocks.js';
import { makeSandbox, type Sandbox } from './sandbox.js';

/** Lines that are not run here, and why. */
const notRun: readonly (readonly [line: RegExp, why: string])[] = [
  [/^npm ci && npm run demo.*$/m, '.ci/run does'],
  [/^npm test(?: .*)?$/m, 'this is part of it'],
  [/^npm install --global sender-survey$/m, 'scripts/system/package.system.test.ts does, from the tarball'],
  [/^npm run (?:check|test:system|bench\S*) .*$/m, '.ci/run does, or a person with time'],
  [/^\.ci\/run .*$/m, 'runs this'],
  [/^npm install --global sender-survey bullmq.*$/m, 'installs for all users'],
  [/^apt-get install .*$/m, '.ci/run does'],
  [/^export SENDER_SURVEY_WORKERS=.*$/m, 'there is no such host'],
  [/^sender-survey worker .*$/m, 'scripts/system/workers.system.test.ts does'],
  [/^sender-survey \S+ -c 500 .*$/m, 'scripts/system/workers.system.test.ts does'],
  [/^install -m 600 [^]*?^END$/m, 'writes to /etc'],
  [/^systemctl enable .*$/m, 'needs systemd, which has looked at the unit (systemd-analyze verify)'],
  [/^csvcut .*$/m, 'csvkit is not there'],
  [/^duckdb -c "[^"]*"$/m, 'DuckDB is not there, and no dependency'],
];

/** Languages of blocks that are no shell, and who tries them. */
const otherLanguages: Readonly<Record<string, string>> = {
  '': 'shows output, or how the stages follow each other',
  sql: 'src/store/documented-queries.test.ts',
  duckdb: 'tried by hand: DuckDB is no dependency',
  postfix: 'scripts/system/policy-service.system.test.ts, callout-maps.system.test.ts',
  exim: 'scripts/system/policy-service.system.test.ts, callout-maps.system.test.ts',
  ini: 'scripts/system/policy-service.system.test.ts',
  promql: 'needs a Prometheus; the metrics named are in fixtures/report/sample.prom (below)',
  mrtg: 'needs an MRTG',
};

function withoutNotRun(text: string): string {
  return notRun.reduce((rest, [line]) => rest.replaceAll(new RegExp(line, 'gm'), ''), text).trim();
}

const program = join(import.meta.dirname, '../../dist/bundle/main.js');
const blocks = documents().flatMap((document) => blocksOf(document).map((block) => ({ document, ...block })));
const scripts = blocks
  .filter(({ language }) => language === 'sh')
  .map((block) => ({ ...block, text: withoutNotRun(block.text) }))
  .filter(({ text }) => text !== '');

let internet: FakeInternet;
let sandbox: Sandbox;

beforeAll(async () => {
  if (!existsSync(program)) throw new Error('the program is not built: npm run build');
  internet = await startFakeInternet(worldOf(examples));
});
afterAll(() => internet.close());

describe('what is shown works', () => {
  beforeEach(async () => {
    sandbox = await makeSandbox(internet);
    return () => rmSync(sandbox.folder, { recursive: true });
  }, 30_000);

  test.for(scripts)('$document:$line', { timeout: 120_000 }, async ({ text }) => {
    expect(await sandbox.shell(text)).toMatchObject({ code: 0 });
  });
});

test('there are examples to run in every document for users', () => {
  const forUsers = documents().filter((document) => document !== 'docs/developing.md');
  for (const document of forUsers) expect(scripts.map((script) => script.document)).toContain(document);
});

test('what is not run is there, and cannot be run', () => {
  const all = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text);
  expect(notRun.filter(([line]) => !all.some((text) => line.test(text)))).toEqual([]);
});

test('each block is of a kind that somebody tries', () => {
  const kinds = new Set(blocks.map(({ language }) => language));
  kinds.delete('sh');
  expect([...kinds].toSorted()).toEqual(Object.keys(otherLanguages).toSorted());
});

test('the metrics shown exist', () => {
  const known = readFileSync(join(import.meta.dirname, '../../fixtures/report/sample.prom'), 'utf8');
  const named = blocks
    .filter(({ language }) => language === 'promql')
    .flatMap(({ text }) => text.match(/sender_survey_\w+/g));
  expect(named.length).toBeGreaterThan(0);
  for (const name of named) expect(known).toContain(`# TYPE ${name} gauge`);
});

test('links between the documents lead somewhere', () => {
  for (const document of documents()) {
    const path = join(import.meta.dirname, '../..', document);
    const links = [...readFileSync(path, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
    for (const link of links) expect(existsSync(join(path, '..', link)), `${document}: ${link}`).toBe(true);
  }
});
