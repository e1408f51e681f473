/**
 * The campaign of kills: kill -9 all over the run of a survey, told by how many sessions its servers have seen, and in start-up;
 * the same command goes on. Then the same while reports are written.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { seededRandom, type Random } from '../fake-internet/random.js';
import { Ground } from './ground.js';
import { runCommand } from './run-command.js';
import type { Tried } from './tried.js';

const domains = 200;
/** Few sessions at once: those under way are lost with each kill, and some have to come to their end between two. */
const pool = 4;
/** Of ten kills so many come in the first second, whatever has been asked by then. */
const early = 0.1;
/** Sessions between two kills at most. */
const longestRun = 14;

/** Kills the survey at so many random moments, and lets it go on each time; begins anew when one got to its end. */
export async function killAgainAndAgain(kills: number, seed: string): Promise<Tried> {
  const ground = await Ground.open(domains, 60);
  const random = seededRandom(seed);
  const { all } = ground.counters;
  const faults: string[] = [];
  /** By the third of the survey in which they came. */
  const thirds = [0, 0, 0];
  let surveys = 0;
  try {
    for (let killed = 0; killed < kills;) {
      const started = killer(ground, random);
      const { code, stderr } = await ground.survey({ started }, '-c', String(pool));
      faults.push(...halfWritten(ground.folder));
      if (code === null) {
        killed += 1;
        thirds[Math.min(2, Math.floor(shareDecided(join(ground.folder, 'survey.db')) * 3))]! += 1;
        continue;
      }
      surveys += 1;
      faults.push(...(code === 0 ? await ground.faults() : [`exit code ${code}: ${stderr}`]));
      ground.clear();
    }
    const last = await ground.survey({});
    faults.push(...(last.code === 0 ? await ground.faults() : [last.stderr]));
    const senders = ground.expected.size;
    const again = [...all.asked.values()].reduce((sum, times) => sum + times, 0) - senders * (surveys + 1);
    if (again > kills * pool * 2) faults.push(`${again} questions were asked again`);
    const when = `${thirds.join(', ')} in the thirds of ${surveys + 1} surveys of ${senders} senders`;
    return {
      did: `kill -9 at ${kills} moments: ${when}; ${again} questions asked again`,
      counts: { kills, senders: senders * (surveys + 1) },
      faults,
    };
  } finally {
    await ground.close();
  }
}

/** How much of the latest survey is decided, from 0 to 1. */
function shareDecided(state: string): number {
  if (!existsSync(state)) return 0;
  const database = new Database(state, { readonly: true });
  try {
    const query = `SELECT avg(evidence_id IS NOT NULL) FROM survey_sender WHERE survey_id = (SELECT max(id) FROM survey)`;
    const tables = database.prepare(`SELECT count(*) FROM sqlite_schema WHERE name = 'survey_sender'`).pluck().get();
    return tables === 0 ? 0 : Number(database.prepare(query).pluck().get());
  } finally {
    database.close();
  }
}

/** Kills the process once so many more sessions have begun, and some moments later. */
function killer(ground: Ground, random: Random): (child: ChildProcess) => void {
  const { all } = ground.counters;
  const isEarly = random() < early;
  const target = all.connections + (isEarly ? 0 : 1 + Math.floor(random() * longestRun));
  const laterMs = random() * (isEarly ? 1000 : 100);
  return (child) => {
    const kill = (): unknown => setTimeout(() => child.kill('SIGKILL'), laterMs);
    const watch = setInterval(() => {
      if (all.connections < target) return;
      clearInterval(watch);
      kill();
    }, 2);
    child.once('exit', () => clearInterval(watch));
  };
}

/** Kills `report` at so many moments of its run: each of its files appears whole or not at all. */
export async function killReports(kills: number, seed: string): Promise<Tried> {
  const ground = await Ground.open(domains, 0);
  const random = seededRandom(seed);
  const report = (started: (child: ChildProcess) => void) =>
    runCommand(['report', 'survey.db', '--csv', 'out.csv', '--json', 'out.json', '--html', 'out.html'], {
      cwd: ground.folder,
      started,
    });
  const faults: string[] = [];
  let killed = 0;
  try {
    await ground.survey({});
    const { wallMs } = await report(() => undefined);
    while (killed < kills) {
      for (const name of reports) rmSync(join(ground.folder, name), { force: true });
      const afterMs = wallMs * (0.3 + 0.7 * random());
      const { code } = await report((child) => void setTimeout(() => child.kill('SIGKILL'), afterMs));
      faults.push(...halfWritten(ground.folder));
      if (code === null) killed += 1;
    }
    await report(() => undefined);
    faults.push(...(await ground.faults()));
    return { did: `kill -9 at ${killed} moments of report`, counts: { kills }, faults };
  } finally {
    await ground.close();
  }
}

const reports = ['out.json', 'out.csv', 'out.html'];
/** How each of them ends. */
const endOf: Readonly<Record<string, RegExp>> = { 'out.json': /\}\n$/, 'out.csv': /\n$/, 'out.html': /<\/html>\n$/ };

function halfWritten(folder: string): string[] {
  return reports.filter((name) => {
    const path = join(folder, name);
    return existsSync(path) && endOf[name]?.test(readFileSync(path, 'utf8')) !== true;
  });
}
