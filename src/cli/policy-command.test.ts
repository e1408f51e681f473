/**
 * The policy service as whoever runs it meets it: the built program in a child process, signals, files, Prometheus.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startFakeInternet, type FakeInternet } from '../../scripts/fake-internet/start.js';
import { PolicyClient } from '../policy/service.test-support.js';

const program = fileURLToPath(new URL('../../dist/bundle/main.js', import.meta.url));
const patience = { timeout: 10_000, interval: 20 };
// Programs are started, which takes its time where much else runs.
vi.setConfig({ testTimeout: 30_000 });

let folder: string;
let internet: FakeInternet;
let children: ChildProcess[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sender-survey-policy-'));
  children = [];
  internet = await startFakeInternet({
    names: { 'good.example': { mx: ['10 mx.good.example'] }, 'mx.good.example': { a: ['127.41.1.1'] } },
    servers: { '127.41.1.1': { rcpt: { known: ['anna@good.example'] } } },
  });
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await internet.close();
  rmSync(folder, { recursive: true });
});

/** A running service. */
class Service {
  readonly child: ChildProcess;
  said = '';
  logged = '';

  constructor(options: readonly string[]) {
    const world = `--resolver ${internet.resolver} --port ${internet.smtpPort} --allow-net 127.0.0.0/8`.split(' ');
    const args = [program, 'policy', '--helo', 'mx.corp.example', ...world, ...options];
    this.child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(this.child);
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.said += text));
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.logged += text));
  }

  /** Waits for it to say so, and gives what it said in the brackets of the pattern. */
  async says(pattern: RegExp): Promise<string> {
    return await vi.waitFor(() => {
      const match = pattern.exec(this.said);
      if (match === null) throw new Error(`not said: ${String(pattern)}, but ${this.said}`);
      return match[1] ?? '';
    }, patience);
  }

  async ask(sender: string): Promise<string> {
    const client = new PolicyClient(await this.says(/listening at ([^,]+), mode/));
    const action = await client.ask({ sender });
    client.close();
    return action;
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    const [code] = (await once(this.child, 'close')) as [number | null];
    return code;
  }
}

test('SIGHUP has it read its configuration and lists again; what is wrong changes nothing', async () => {
  const config = join(folder, 'policy.json');
  const wanted = join(folder, 'wanted');
  writeFileSync(config, JSON.stringify({ listen: '127.0.0.1:0', mode: 'observe' }));
  const service = new Service(['--config', config]);
  expect(await service.ask('nobody@good.example')).toBe('DUNNO');

  writeFileSync(config, JSON.stringify({ listen: '127.0.0.1:0', mode: 'reject', state: 'other.db' }));
  service.child.kill('SIGHUP');
  await service.says(/configuration read again, mode reject; this takes a restart: --state/);
  expect(await service.ask('nobody@good.example')).toMatch(/^550 5\.7\.1 /);

  writeFileSync(config, JSON.stringify({ listen: '127.0.0.1:0', mode: 'rejct' }));
  service.child.kill('SIGHUP');
  await service.says(/the new configuration is not used, the old one stays: .*Given: "rejct"/s);
  expect(await service.ask('nobody@good.example')).toMatch(/^550 5\.7\.1 /);

  writeFileSync(wanted, 'nobody@good.example\n');
  writeFileSync(config, JSON.stringify({ listen: '127.0.0.1:0', mode: 'reject', wanted: [wanted] }));
  service.child.kill('SIGHUP');
  await service.says(/again, mode reject\n/);
  expect(await service.ask('nobody@good.example')).toBe('DUNNO');
  expect(await service.end('SIGTERM')).toBe(0);
});

test('a kill loses no result', async () => {
  const options = ['--listen', 'unix:policy.sock', '--mode', 'reject'].map((word) =>
    word.replace('unix:', `unix:${folder}/`),
  );
  const service = new Service(options);
  expect(await service.ask('nobody@good.example')).toMatch(/^550/);
  await service.end('SIGKILL');
  const again = new Service(options);
  expect(await again.ask('nobody@good.example')).toMatch(/^550/);
  expect(internet.counters.all.connections).toBe(1);
  expect(again.logged).toContain('action=reject mode=reject from=<nobody@good.example>');
  expect(await again.end('SIGTERM')).toBe(0);
  expect(existsSync(join(folder, 'policy.sock'))).toBe(false);
});

test('Prometheus reads what it did', async () => {
  const service = new Service(['--listen', '127.0.0.1:0', '--mode', 'defer', '--metrics', '127.0.0.1:0']);
  await service.ask('nobody@good.example');
  await service.ask('anna@good.example');
  await service.ask('');
  const response = await fetch(await service.says(/metrics at (\S+)/));
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await response.text();
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      'sender_survey_policy_decisions_total{decision="bad",reason="no-such-mailbox"} 1',
      'sender_survey_policy_decisions_total{decision="pass",reason="good"} 1',
      'sender_survey_policy_decisions_total{decision="pass",reason="null-sender"} 1',
      'sender_survey_policy_actions_total{action="defer"} 1',
      'sender_survey_policy_actions_total{action="none"} 2',
      'sender_survey_policy_answer_seconds_bucket{le="+Inf"} 3',
      'sender_survey_policy_answer_seconds_count 3',
    ]),
  );
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(
      /^(?:# (?:HELP|TYPE) sender_survey_policy_\w+ .+|sender_survey_policy_\w+(?:\{\w+="[^"]*"(?:,\w+="[^"]*")*\})? \d\S*)$/,
    );
  }
  await service.end('SIGTERM');
});

test('a survey does not use its state meanwhile', async () => {
  const service = new Service(['--listen', '127.0.0.1:0']);
  await service.says(/listening/);
  writeFileSync(join(folder, 'list'), 'anna@good.example\n');
  const survey = spawnSync(process.execPath, [program, 'list', '--helo', 'a.example'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(survey).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('in use by another survey or policy service'),
  });
  await service.end('SIGTERM');
});

describe('--check', () => {
  const check = (...options: readonly string[]) =>
    spawnSync(process.execPath, [program, 'policy', '--helo', 'a.example', '--check', ...options], {
      cwd: folder,
      encoding: 'utf8',
    });

  test('says that all is well, and leaves nothing behind', () => {
    expect(check('--listen', '127.0.0.1:10040')).toMatchObject({ status: 0, stdout: 'the configuration is good\n' });
    expect(existsSync(join(folder, 'sender-survey.db'))).toBe(false);
  });

  test.for([
    [[], 2, 'policy needs --listen'],
    [['--listen', 'localhost:10040'], 2, '--listen localhost:10040: not IP:PORT'],
    [['--listen', '127.0.0.1:1', '--metrics', '192.0.2.1:9140'], 2, 'only on this host'],
    [['--listen', '127.0.0.1:1', '--for-domain', 'a b'], 2, '--for-domain a b'],
    [['--listen', 'unix:/s', '--socket-mode', '999'], 2, 'not a file mode'],
    [['--listen', '127.0.0.1:1', '--wanted', 'absent'], 1, '--wanted absent: no such file'],
  ] as const)('%j: exit code %i, %s', ([options, code, words]) => {
    expect(check(...options)).toMatchObject({ status: code, stderr: expect.stringContaining(words) });
  });
});
