/**
 * The ground on which the process is tried: a fake internet whose every sender has one certain answer, a list of them, and a
 * folder to work in.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFakeInternet, type FakeInternet } from '../fake-internet/start.js';
import type { ServerBehaviour, World } from '../fake-internet/world.js';
import { broken, outputs, rowsIn, unexpected } from './invariants.js';
import { runCommand, type Outcome, type RunOptions } from './run-command.js';

/** Ways to answer RCPT, and what must come of them. */
const answers: readonly (readonly [ServerBehaviour, string])[] = [
  [{}, 'accepted/ok at rcpt'],
  [{ rcpt: { known: [] } }, 'rejected/no-such-mailbox at rcpt'],
  [{ rcpt: '450 4.2.1 Mailbox busy' }, 'deferred/mailbox-busy at rcpt'],
  [{ greeting: '554 5.7.1 Not you' }, 'rejected/refused-us at greeting'],
  [{ rcpt: 'hang-up' }, 'no-answer/hang-up at rcpt'],
];

const everywhere = '127.0.0.0/8';
const haste: readonly (readonly [string, string])[] = [
  ['--site-rate', '0'],
  ['--site-pause', '50ms'],
  ['--progress', 'never'],
];

/** An internet whose every sender has one certain answer, and a folder with the list of them. */
export class Ground {
  readonly folder = mkdtempSync(join(tmpdir(), 'sender-survey-campaign-'));
  readonly expected = new Map<string, string>();
  readonly #internet: FakeInternet;

  /** On an internet that runs, of senders and what has to come of them. */
  constructor(internet: FakeInternet, expected: Iterable<readonly [string, string]>) {
    this.#internet = internet;
    for (const [sender, verdict] of expected) this.expected.set(sender, verdict);
    writeFileSync(join(this.folder, 'senders'), [...this.expected.keys()].join('\n'));
  }

  /** With so many domains of two senders each, whose servers take this long to answer. */
  static async open(domains: number, replyMs: number): Promise<Ground> {
    const names: Record<string, World['names'][string]> = {};
    const servers: Record<string, ServerBehaviour> = {};
    const expected: [string, string][] = [];
    for (let at = 0; at < domains; at++) {
      const [behaviour, verdict] = answers[at % answers.length]!;
      const address = `127.2.${at >> 8}.${at & 0xff}`;
      servers[address] = { ...behaviour, replyMs: [replyMs, replyMs] };
      names[`mx.d${at}.example`] = { a: [address] };
      names[`d${at}.example`] = { mx: [`10 mx.d${at}.example`] };
      for (const part of ['ann', 'bob']) expected.push([`${part}@d${at}.example`, verdict]);
    }
    return new Ground(await startFakeInternet({ names, servers }), expected);
  }

  /** With one domain of so many senders, who exist, at one server. */
  static async openOneSite(senders: number): Promise<Ground> {
    const names = { 'one.example': { mx: ['10 mx.one.example'] }, 'mx.one.example': { a: ['127.2.0.1'] } };
    const expected = Array.from({ length: senders }, (_, at) => [`user${at}@one.example`, answers[0]![1]] as const);
    return new Ground(await startFakeInternet({ names, servers: { '127.2.0.1': {} } }), expected);
  }

  /** What the servers saw. */
  get counters(): FakeInternet['counters'] {
    return this.#internet.counters;
  }

  /** The list of the senders. */
  get list(): string {
    return join(this.folder, 'senders');
  }

  /** Options that lead to all of this internet. */
  get network(): string[] {
    return [...this.#wayThere, '--allow-net', everywhere];
  }

  get #wayThere(): string[] {
    const { resolver, smtpPort } = this.#internet;
    return `--resolver ${resolver} --port ${smtpPort} --helo probe.example`.split(' ');
  }

  /** The survey of the list, in haste where `extra` says nothing else. */
  survey(options: Partial<RunOptions>, ...extra: string[]): Promise<Outcome> {
    const hurried = haste.filter(([name]) => !extra.includes(name)).flat();
    const args = ['survey', this.list, ...outputs, ...this.#wayThere, ...hurried, '--force', ...extra];
    if (!extra.includes('--allow-net')) args.push('--allow-net', everywhere);
    return runCommand(args, { cwd: this.folder, ...options });
  }

  /** Puts away what the surveys so far have left in a folder. */
  clear(folder = this.folder): void {
    for (const name of ['survey.db', 'out.csv', 'out.json']) rmSync(join(folder, name), { force: true });
  }

  /** What does not hold of the outputs in a folder. */
  async faults(folder = this.folder): Promise<string[]> {
    return [...(await broken(folder, this.expected.keys())), ...unexpected(await rowsIn(folder), this.expected)];
  }

  async close(): Promise<void> {
    await this.#internet.close();
    rmSync(this.folder, { recursive: true });
  }
}
