/**
 * The campaign against the process: killed again and again, stopped and woken, out of descriptors and of disk. Each time
 * the same command goes on, and in the end no sender may be lost and no result wrong.
 */
import { execFileSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../fake-internet/random.js';
import { startFakeInternet, type FakeInternet } from '../fake-internet/start.js';
import type { ServerBehaviour, World } from '../fake-internet/world.js';
import { broken, outputs, rowsIn, unexpected } from './invariants.js';
import { runCommand, type Outcome } from './run-command.js';

/** Ways to answer RCPT, and what must come of them. */
const answers: readonly (readonly [ServerBehaviour, string])[] = [
  [{}, 'accepted/ok at rcpt'],
  [{ rcpt: { known: [] } }, 'rejected/no-such-mailbox at rcpt'],
  [{ rcpt: '450 4.2.1 Mailbox busy' }, 'deferred/mailbox-busy at rcpt'],
  [{ greeting: '554 5.7.1 Not you' }, 'rejected/refused-us at greeting'],
  [{ rcpt: 'hang-up' }, 'no-answer/hang-up at rcpt'],
];

/** An internet whose every sender has one certain answer, and a folder with the list of them. */
class Ground {
  readonly folder = mkdtempSync(join(tmpdir(), 'sender-survey-campaign-'));
  readonly expected = new Map<string, string>();
  readonly #internet: FakeInternet;

  private constructor(internet: FakeInternet, expected: Iterable<readonly [string, string]>) {
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

  /** The survey of the list; what is given last wins. */
  survey(options: Parameters<typeof runCommand>[1], ...extra: string[]): Promise<Outcome> {
    const { resolver, smtpPort } = this.#internet;
    const network = `--resolver ${resolver} --port ${smtpPort} --allow-net 127.0.0.0/8 --helo probe.example`;
    const haste = '--site-rate 0 --site-pause 50ms --force --progress never';
    return runCommand(
      ['survey', join(this.folder, 'senders'), ...outputs, ...network.split(' '), ...haste.split(' '), ...extra],
      options,
    );
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

/** What a part of the campaign did, and what went wrong. */
export interface Tried {
  readonly did: string;
  readonly faults: readonly string[];
}

/** Kills the survey at so many random moments, and lets it go on each time; begins anew when one got to its end. */
export async function killAgainAndAgain(kills: number, seed: string): Promise<Tried> {
  const ground = await Ground.open(200, 60);
  const random = seededRandom(seed);
  const faults: string[] = [];
  let [killed, surveys] = [0, 0];
  try {
    while (killed < kills) {
      const afterMs = 100 + random() * 2000;
      const { code } = await ground.survey(
        { cwd: ground.folder, started: (child) => killLater(child, afterMs) },
        '-c',
        '20',
      );
      faults.push(...halfWritten(ground.folder));
      if (code === null) killed += 1;
      else {
        surveys += 1;
        faults.push(...(code === 0 ? await ground.faults() : [`exit code ${code}`]));
        anew(ground.folder);
      }
    }
    const last = await ground.survey({ cwd: ground.folder });
    faults.push(...(last.code === 0 ? await ground.faults() : [last.stderr]));
    const senders = ground.expected.size;
    return { did: `kill -9 at ${killed} moments of ${surveys + 1} surveys of ${senders} senders`, faults };
  } finally {
    await ground.close();
  }
}

function killLater(child: ChildProcess, milliseconds: number): void {
  const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
  child.once('exit', () => clearTimeout(timer));
}

function anew(folder: string): void {
  for (const name of ['survey.db', 'out.csv', 'out.json']) rmSync(join(folder, name), { force: true });
}

/** Reports appear whole or not at all. */
function halfWritten(folder: string): string[] {
  return ['out.json', 'out.csv'].filter((name) => {
    const path = join(folder, name);
    if (!existsSync(path)) return false;
    const text = readFileSync(path, 'utf8');
    return name === 'out.csv' ? !text.endsWith('\n') : !text.trimEnd().endsWith('}');
  });
}

/** Stops the process and wakes it, for longer than a reply may take. */
export async function stopAndWake(): Promise<Tried> {
  const ground = await Ground.open(200, 300);
  let stops = 0;
  const stopNow = (child: ChildProcess): void => {
    const timer = setInterval(() => {
      stops += 1;
      child.kill('SIGSTOP');
      setTimeout(() => child.kill('SIGCONT'), 4000);
    }, 5500);
    child.once('exit', () => clearInterval(timer));
  };
  try {
    const options = ['-c', '5', '--reply-timeout', '3s', '--connect-timeout', '3s'];
    const { code, stderr } = await ground.survey({ cwd: ground.folder, started: stopNow }, ...options);
    const faults = code === 0 ? await ground.faults() : [stderr];
    return { did: `stopped ${stops} times for longer than a reply may take`, faults };
  } finally {
    await ground.close();
  }
}

/** Hangs up on it, then lets it run out of descriptors; the same command goes on. */
export async function hangUpAndStarve(): Promise<Tried> {
  const ground = await Ground.open(200, 200);
  try {
    const hungUp = await ground.survey(
      { cwd: ground.folder, started: (child) => void setTimeout(() => child.kill('SIGHUP'), 2500) },
      '-c',
      '5',
    );
    const starved = await ground.survey({ cwd: ground.folder, under: ['prlimit', '--nofile=120'] }, '-c', '500');
    const last = await ground.survey({ cwd: ground.folder });
    return {
      did: 'SIGHUP, then out of file descriptors, then the same command again',
      faults: [
        ...(hungUp.code === 130 ? [] : [`after SIGHUP: exit code ${hungUp.code} ${hungUp.stderr}`]),
        ...(starved.code === 1 && starved.stderr.includes('ulimit -n')
          ? []
          : [`without descriptors: ${starved.code} ${starved.stderr}`]),
        ...(last.code === 0 ? await ground.faults() : [last.stderr]),
      ],
    };
  } finally {
    await ground.close();
  }
}

/** Lets the disk fill up in the middle; where there is room again, the same command goes on. Null where not root. */
export async function fillTheDisk(): Promise<Tried | null> {
  if (process.getuid?.() !== 0) return null;
  const ground = await Ground.open(400, 20);
  const disk = join(ground.folder, 'disk');
  mkdirSync(disk);
  try {
    mount('-t', 'tmpfs', '-o', 'size=320k', 'tmpfs', disk);
    const full = await ground.survey({ cwd: disk });
    mount('-o', 'remount,ro', disk);
    const readOnly = await ground.survey({ cwd: disk });
    mount('-o', 'remount,rw,size=8m', disk);
    const last = await ground.survey({ cwd: disk });
    return {
      did: 'the disk full in the middle, then read-only, then with room again',
      faults: [
        ...(full.code === 1 && full.stderr.includes('the disk is full') ? [] : [`full: ${full.code} ${full.stderr}`]),
        ...(readOnly.code === 1 && readOnly.stderr.includes('read-only')
          ? []
          : [`read-only: ${readOnly.code} ${readOnly.stderr}`]),
        ...(last.code === 0 ? await ground.faults(disk) : [last.stderr]),
      ],
    };
  } finally {
    execFileSync('umount', [disk]);
    await ground.close();
  }
}

function mount(...args: string[]): void {
  execFileSync('mount', args);
}
