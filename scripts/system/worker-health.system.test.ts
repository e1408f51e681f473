/**
 * Workers whose findings say something of themselves: they are set aside and named, what they found is asked again by others,
 * and none of it counts.
 */
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, test, vi } from 'vitest';
import { openScene, patience, slowWorld, type CrewScene } from './crew-scene.js';
import { readCsv } from './read-csv.js';

const listedAddress = '127.0.0.66';

/** No outgoing connections to a port, as behind a firewall. */
function withoutPort(port: number): NodeJS.ProcessEnv {
  const script = `import net from 'node:net';
    const { connect } = net.Socket.prototype;
    net.Socket.prototype.connect = function (...given) {
      const options = Array.isArray(given[0]) ? given[0][0] : given[0];
      if (options.port === ${port}) Object.assign(options, { port: 1, host: '127.0.0.1' });
      return connect.apply(this, given);
    };`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` };
}

/** Who asked about each sender. */
async function probers(scene: CrewScene): Promise<string[]> {
  return (await readCsv(join(scene.folder, 'out.csv'))).map(({ prober }) => prober ?? '');
}

test.concurrent(
  'one that may not do what the survey asks for is set aside, and told',
  async ({ onTestFinished }) => {
    const { world, addresses } = slowWorld(3, 10);
    const scene = await openScene(onTestFinished, world);
    const wrong = scene.start(['worker', scene.redis.url, '--port', '26', '--helo', 'worker.example']);
    const survey = await scene.startSurvey(addresses);
    expect(await wrong.ended).toBe(3);
    expect(wrong.said()).toContain('set aside: it asks at port 26');
    await vi.waitUntil(() => survey.said().includes('is set aside'), patience);
    scene.startWorker();
    expect(await survey.outcome()).toMatchObject({ code: 0 });
    expect(Object.values(await scene.verdicts())).toEqual(addresses.map(() => 'accepted/ok'));
  },
  60_000,
);

test.concurrent(
  'one of another version is named, and gets no sessions',
  async ({ onTestFinished }) => {
    const { world, addresses } = slowWorld(3, 10);
    const scene = await openScene(onTestFinished, world);
    const redis = new Redis(scene.redis.url);
    await redis.sadd('sender-survey:workers', 'old');
    await redis.set(
      'sender-survey:worker:old',
      JSON.stringify({ name: 'old', protocol: 0, version: '0.9.0', slots: 5 }),
    );
    const survey = await scene.startSurvey(addresses);
    await vi.waitUntil(() => survey.said().includes('no worker is there'), patience);
    expect(survey.said()).toContain('worker old is set aside: it is of version 0.9.0, which speaks otherwise');
    await vi.waitUntil(async () => (await redis.get('sender-survey:aside:old')) !== null, patience);
    redis.disconnect();
    scene.startWorker();
    expect(await survey.outcome()).toMatchObject({ code: 0 });
  },
  60_000,
);

test.concurrent(
  'one that is listed: what it was refused before it was found out is asked again',
  async ({ onTestFinished }) => {
    const { world, addresses } = slowWorld(60, 50, () => ({ refuses: [listedAddress] }));
    const scene = await openScene(onTestFinished, world);
    scene.startWorker(['--source-address', '127.0.0.1']);
    const listed = scene.startWorker(['--source-address', listedAddress]);
    const survey = await scene.startSurvey(addresses);
    expect(await listed.ended).toBe(3);
    expect(listed.said()).toMatch(/set aside: \d+ of the \d+ sites that answered it refuse it; they name Spamhaus/);
    expect(await survey.outcome()).toMatchObject({ code: 0 });
    expect(Object.values(await scene.verdicts())).toEqual(addresses.map(() => 'accepted/ok'));
    expect((await probers(scene)).every((prober) => prober.endsWith(' 127.0.0.1'))).toBe(true);
  },
  120_000,
);

test.concurrent(
  'one that cannot reach port 25: nobody is unreachable for that, even if it came first',
  async ({ onTestFinished }) => {
    const { world, addresses } = slowWorld(40, 50);
    const scene = await openScene(onTestFinished, world);
    const blocked = scene.startWorker([], { env: withoutPort(scene.internet.smtpPort) });
    const survey = await scene.startSurvey(addresses.slice(0, 8), ['--workers', scene.redis.url]);
    await vi.waitUntil(() => blocked.said().includes('takes 5 sessions'), patience);
    expect(await survey.ended).toBe(0);
    // Who is alone is believed.
    expect(new Set(Object.values(await scene.verdicts()))).toEqual(new Set(['unreachable/connection-refused']));
    const again = await scene.startSurvey(addresses, ['--workers', scene.redis.url, '--max-age', '0']);
    scene.startWorker();
    expect(await again.outcome()).toMatchObject({ code: 0 });
    expect(Object.values(await scene.verdicts())).toEqual(addresses.map(() => 'accepted/ok'));
    expect(blocked.said()).toContain('its network may block port 25');
  },
  120_000,
);
