/**
 * The way to Redis: passwords, users, TLS, another prefix; what is said where it is barred; and what happens when it is cut.
 */
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, test, vi } from 'vitest';
import { openScene, patience, slowWorld, type CrewScene } from './crew-scene.js';
import { CuttableLine } from './cuttable-line.js';
import { mustRun, run } from './run-program.js';

const { world, addresses } = slowWorld(4, 10);
const accepted = Object.fromEntries(addresses.map((address) => [address, 'accepted/ok']));

/** Surveys through a worker, both with this way to Redis. */
async function surveyThrough(scene: CrewScene, url: string, more: readonly string[] = [], env = {}) {
  scene.startWorker(more, { url, env });
  const { code, said } = await (await scene.startSurvey(addresses, ['--workers', url, ...more], env)).outcome();
  return { code, said, verdicts: code === 0 ? await scene.verdicts() : null };
}

/** What both sides say, and how they end, where they are not let in. */
async function barred(scene: CrewScene, url: string, env = {}) {
  const worker = await scene.startWorker([], { url, env }).outcome();
  const survey = await (await scene.startSurvey(addresses, ['--workers', url], env)).outcome();
  expect([worker.code, survey.code]).toEqual([1, 1]);
  return [worker.said, survey.said];
}

test.concurrent(
  'a password: with it all is well, without it both sides say what is missing',
  async ({ onTestFinished }) => {
    const scene = await openScene(onTestFinished, world, { settings: [['requirepass', 's3cret']] });
    const at = `127.0.0.1:${scene.redis.port}`;
    for (const said of await barred(scene, `redis://${at}`)) expect(said).toMatch(/does not let us in: NOAUTH/);
    for (const said of await barred(scene, `redis://:wrong@${at}`)) {
      expect(said).toMatch(/does not let us in: WRONGPASS .*redis:\/\/USER:PASSWORD@HOST/);
      expect(said).not.toContain('wrong@');
    }
    expect(await surveyThrough(scene, `redis://:s3cret@${at}`)).toMatchObject({ code: 0, verdicts: accepted });
  },
  60_000,
);

test.concurrent(
  'a user who may use the keys of one prefix only',
  async ({ onTestFinished }) => {
    const scene = await openScene(onTestFinished, world);
    const admin = new Redis(scene.redis.url);
    await admin.acl('SETUSER', 'survey', 'on', '>pass', '~mail:*', '+@all', '-@admin', '-@dangerous', '+info');
    const url = `redis://survey:pass@127.0.0.1:${scene.redis.port}`;
    for (const said of await barred(scene, url)) expect(said).toMatch(/does not let us in: .*NOPERM/);
    expect(await surveyThrough(scene, url, ['--key-prefix', 'mail'])).toMatchObject({ code: 0, verdicts: accepted });
    const keys = await admin.keys('*');
    admin.disconnect();
    expect(keys.filter((key) => !key.startsWith('mail:'))).toEqual([]);
  },
  60_000,
);

test.concurrent(
  'TLS: with a certificate that is trusted, and words where it is not',
  async ({ onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), 'sender-survey-tls-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const tls = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    const made = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=redis -addext subjectAltName=IP:127.0.0.1`;
    await mustRun('openssl', [...made.split(' '), '-out', tls.certificate, '-keyout', tls.key]);
    const scene = await openScene(onTestFinished, world, { tls });
    const url = `rediss://127.0.0.1:${scene.redis.port}`;
    for (const said of await barred(scene, url)) {
      expect(said).toMatch(/its certificate is not trusted .*NODE_EXTRA_CA_CERTS/);
    }
    const env = { NODE_EXTRA_CA_CERTS: tls.certificate };
    expect(await surveyThrough(scene, url, [], env)).toMatchObject({ code: 0, verdicts: accepted });
  },
  60_000,
);

test.concurrent(
  'without bullmq and ioredis: the command that installs them, and all else works',
  async ({ onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), 'sender-survey-alone-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const project = join(import.meta.dirname, '../..');
    await cp(join(project, 'dist/bundle'), join(folder, 'dist/bundle'), { recursive: true });
    await cp(join(project, 'package.json'), join(folder, 'package.json'));
    for (const name of ['better-sqlite3', 'bindings', 'file-uri-to-path']) {
      await symlink(join(project, 'node_modules', name), join(folder, 'node_modules', name), 'dir').catch(async () => {
        await cp(join(project, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
      });
    }
    const alone = (...args: string[]) => run(process.execPath, [join(folder, 'dist/bundle/main.js'), ...args]);
    const worker = await alone('worker', 'redis://127.0.0.1', '--helo', 'w.example');
    expect(worker).toMatchObject({ code: 1 });
    expect(worker.stderr).toContain('npm install --global bullmq@6 ioredis@6');
    expect(await alone('--version')).toMatchObject({ code: 0 });
  },
  60_000,
);

test.concurrent(
  'Redis is cut off for longer than anybody is waited for: then the survey goes on',
  async ({ onTestFinished }) => {
    const slow = slowWorld(20, 300);
    const scene = await openScene(onTestFinished, slow.world);
    const line = await CuttableLine.to(scene.redis.port);
    onTestFinished(() => line.close());
    const url = `redis://127.0.0.1:${line.port}`;
    scene.startWorker([], { url });
    const survey = await scene.startSurvey(slow.addresses, ['--workers', url]);
    await scene.underWay();
    line.cut();
    await wait(12_000);
    // No session outlives what the coordinator holds it for.
    expect(scene.internet.counters.all.open).toBe(0);
    await wait(8000);
    line.mend();
    expect(await survey.outcome()).toMatchObject({ code: 0 });
    expect(new Set(Object.values(await scene.verdicts()))).toEqual(new Set(['accepted/ok']));
    expect(scene.mostAtOneServer()).toBeLessThanOrEqual(2);
  },
  120_000,
);

test.concurrent(
  'one survey is cut off, another takes over: never do both have sessions carried out',
  async ({ onTestFinished }) => {
    const slow = slowWorld(20, 300);
    const scene = await openScene(onTestFinished, slow.world);
    const line = await CuttableLine.to(scene.redis.port);
    onTestFinished(() => line.close());
    scene.startWorker();
    const url = `redis://127.0.0.1:${line.port}`;
    const first = await scene.startSurvey(slow.addresses, ['--workers', url, '--csv', 'first.csv']);
    await scene.underWay();
    line.cut();
    await wait(11_000);
    const second = await scene.startSurvey(slow.addresses, ['--workers', scene.redis.url, '--state', 'second.db']);
    const { asked } = scene.internet.counters.all;
    const before = asked.size;
    await vi.waitUntil(() => asked.size > before, patience);
    line.mend();
    expect(await first.ended).toBe(1);
    expect(first.said()).toMatch(/another survey took the workers at .* over while this one was cut off/);
    expect(await second.outcome()).toMatchObject({ code: 0 });
    expect(scene.mostAtOneServer()).toBeLessThanOrEqual(2);
  },
  120_000,
);
