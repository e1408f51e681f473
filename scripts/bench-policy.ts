/**
 * The policy service answering from its state: answers a second of one core's time, how long a mail server waits, and
 * memory over a million requests; beside postgrey, asked the same.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openState } from '../src/store/state.js';
import type { Evidence } from '../src/verdict/evidence.js';
import { main, stop } from './bench-session.js';
import { freePort } from './system/free-ports.js';
import { copyPolicies } from './system/policy-services.js';

const senders = 100_000;
/** Mail servers' processes, each with a connection. */
const connections = 10;
const measured = 200_000;
const million = 1_000_000;

/** Measures and prints; everything it starts and writes is gone afterwards. */
export async function benchPolicy(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sender-survey-bench-'));
  await chmod(folder, 0o755); // postgrey's own user passes through
  try {
    fill(join(folder, 'state.db'));
    console.log(`policy, ${senders} senders in the state, ${connections} connections`);
    await measurePostgrey(folder);
    await measureOurs(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Half of the senders exist, half do not. */
function fill(path: string): void {
  const state = openState(path, 'write');
  const nothing = { files: 0, bytes: 0, lines: 0, messages: 0, nullSenders: 0, malformed: 0, senders: 0 };
  const now = Date.now();
  const survey = state.openEndedSurvey({
    command: 'policy',
    startedAt: now,
    concurrency: 50,
    settings: {},
    mail: 'all',
    sample: null,
    inputTotals: nothing,
  });
  for (let i = 0; i < senders; i++) {
    const seen = { messages: 1, rejectedMessages: 0, firstSeen: now, lastSeen: now, wanted: false };
    const { senderId } = survey.count({ address: senderOf(i), domain: domainOf(i), ...seen });
    state.record(survey.id, null, [{ senderId, evidence: evidenceOf(i, now) }]);
  }
  state.close();
}

function evidenceOf(i: number, checkedAt: number): Evidence {
  const exists = i % 2 === 0;
  return {
    event: 'reply',
    stage: 'rcpt',
    replyCode: exists ? 250 : 550,
    enhancedCode: exists ? '2.1.5' : '5.1.1',
    replyText: exists ? 'Ok' : `<${senderOf(i)}>: Recipient address rejected: User unknown in virtual mailbox table`,
    mxHost: `mx.${domainOf(i)}`,
    mxAddress: '192.0.2.1',
    site: domainOf(i),
    catchAll: null,
    checkedAt,
    durationMs: 100,
    attempts: 1,
  };
}

function domainOf(i: number): string {
  return `d${Math.floor(i / 5)}.example`;
}

function senderOf(i: number): string {
  return `user${i}@${domainOf(i)}`;
}

async function measureOurs(folder: string): Promise<void> {
  const options = ['--listen', '127.0.0.1:0', '--mode', 'reject', '--helo', 'mx.example.org'];
  const child = spawn(process.execPath, [main, 'policy', ...options, '--state', join(folder, 'state.db')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const port = await portIn(child);
  await load(port, 20_000);
  const before = cpuSeconds(child);
  const { seconds, p50, p99 } = await load(port, measured);
  print('sender-survey policy', measured, seconds, cpuSeconds(child) - before, p50, p99);
  const memory = [residentMb(child)];
  for (let part = 0; part < 4; part++) {
    await load(port, million / 4);
    memory.push(residentMb(child));
  }
  console.log(`    memory over a million requests   ${memory.map((mb) => `${mb} MB`).join(', ')}`);
  await stop(child);
}

async function measurePostgrey(folder: string): Promise<void> {
  const port = await freePort();
  const { process: child, stop: end } = await (await copyPolicies(join(folder, 'policies'))).startPostgrey(port);
  await load(port, 5000);
  const before = cpuSeconds(child);
  const { seconds, p50, p99 } = await load(port, 20_000);
  print('postgrey', 20_000, seconds, cpuSeconds(child) - before, p50, p99);
  await end();
}

function print(what: string, requests: number, seconds: number, cpu: number, p50: number, p99: number): void {
  const perCore = Math.round(requests / cpu);
  console.log(`  ${what.padEnd(24)} ${Math.round(requests / seconds)} answers a second, ${perCore} a second of CPU`);
  console.log(`    until the answer               median ${p50.toFixed(2)} ms, 99 % within ${p99.toFixed(2)} ms`);
}

/** Puts so many requests, each connection waiting for its answer as Postfix does. */
async function load(port: number, requests: number): Promise<{ seconds: number; p50: number; p99: number }> {
  const times = new Float64Array(requests);
  let next = 0;
  const started = performance.now();
  const one = async (): Promise<void> => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    for (let i = next++; i < requests; i = next++) times[i] = await ask(socket, i);
    socket.destroy();
  };
  await Promise.all(Array.from({ length: connections }, one));
  const seconds = (performance.now() - started) / 1000;
  const sorted = times.toSorted();
  return { seconds, p50: sorted[Math.floor(requests / 2)] ?? 0, p99: sorted[Math.floor(requests * 0.99)] ?? 0 };
}

/** Gives the milliseconds until the answer. */
async function ask(socket: Socket, i: number): Promise<number> {
  // Uneven as in mail: half of it comes from an eighth of the senders.
  const sender = senderOf(Math.floor(senders * (((i * 7919) % senders) / senders) ** 3));
  const started = performance.now();
  socket.write(request(sender, i));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (!answer.toString().startsWith('action=')) throw new Error(`no action: ${answer.toString()}`);
  return performance.now() - started;
}

/** As Postfix 3.7 sends it. */
function request(sender: string, i: number): string {
  return `request=smtpd_access_policy
protocol_state=RCPT
protocol_name=ESMTP
client_address=192.0.2.${i % 250}
client_name=client.example.net
client_port=41234
reverse_client_name=client.example.net
server_address=192.0.2.1
server_port=25
helo_name=client.example.net
sender=${sender}
recipient=clerk@corp.example
recipient_count=0
queue_id=
instance=5e6f.${i}.0
size=2048
etrn_domain=
stress=
sasl_method=
sasl_username=
sasl_sender=
ccert_subject=
ccert_issuer=
ccert_fingerprint=
ccert_pubkey_fingerprint=
encryption_protocol=
encryption_cipher=
encryption_keysize=0
policy_context=

`;
}

async function portIn(child: ChildProcess): Promise<number> {
  if (child.stderr === null) throw new Error('its standard error is not a pipe');
  for await (const line of createInterface(child.stderr)) {
    const [, port] = /listening at 127\.0\.0\.1:(\d+)/.exec(line) ?? [];
    if (port !== undefined) return Number(port);
  }
  throw new Error('the service did not start');
}

/** User and system time so far; Linux counts it in hundredths of a second. */
function cpuSeconds({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function residentMb({ pid }: ChildProcess): number {
  const [, kb] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kb) / 1024);
}
