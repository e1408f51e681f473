/**
 * `npm run campaign [part..]`: everything that comes in is made by an enemy, and the command must hold. Prints what was
 * tried and what went wrong; exit code 1 where anything did. Some parts need root and Linux, and say so.
 */
import { execFileSync } from 'node:child_process';
import { setClockBack, setClockBackAtARate } from './campaign/clock.js';
import { closeOutputs } from './campaign/closed.js';
import { surveyLyingDns } from './campaign/dns.js';
import { faultCases, slowCases } from './campaign/faults.js';
import { printHostileTexts } from './campaign/hostile.js';
import { readLongLines, readNoise, unfoldBombs } from './campaign/input.js';
import { killAgainAndAgain, killReports } from './campaign/kill.js';
import { fillTheDisk, hangUpAndStarve, stopAndWake } from './campaign/process.js';
import { surveyAgain } from './campaign/repeat.js';
import { surveyFaultyServers, type ServerRun } from './campaign/servers.js';
import { damageStates, surveyTwiceAtOnce } from './campaign/state.js';
import type { Counts, Tried } from './campaign/tried.js';

/** Sites of two sessions each: as many as one process can serve within the usual 20,000 descriptors. */
const crowd = { cases: slowCases, sites: 228, concurrency: 10_000, replyMs: 120_000, recipients: 2 };

/** Of the process with the servers: a listener for each, and the sessions. */
const crowdDescriptors = 16_000;

const parts: Readonly<Record<string, readonly (() => Promise<Tried | string>)[]>> = {
  servers: [() => servers({ cases: faultCases, sites: 5, concurrency: 300, replyMs: 5000, recipients: 10 })],
  crowd: [surveyCrowd],
  kill: [() => killAgainAndAgain(100, 'campaign'), () => killReports(20, 'campaign')],
  stop: [stopAndWake],
  starve: [hangUpAndStarve],
  disk: [fillTheDisk],
  state: [surveyTwiceAtOnce, () => damageStates(50, 'campaign')],
  clock: [setClockBack, setClockBackAtARate],
  repeat: [surveyAgain],
  closed: [closeOutputs],
  dns: [surveyLyingDns],
  input: [() => readLongLines(300), () => readNoise(60, 'campaign'), () => unfoldBombs(10)],
  hostile: [() => printHostileTexts(1)],
};

async function surveyCrowd(): Promise<Tried | string> {
  // Node raises its own limit to this one.
  const limit = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
  if (Number(limit) < crowdDescriptors) return `it needs ${crowdDescriptors} descriptors, and ulimit -Hn is ${limit}`;
  return await servers(crowd);
}

async function servers(run: ServerRun): Promise<Tried> {
  const { outcome, senders, sessions, mostOpen, longestMs, faults } = await surveyFaultyServers(run);
  const size = `${run.cases.length} faults at ${run.cases.length * run.sites} servers, ${senders} senders`;
  const measured = `${sessions} sessions, ${mostOpen} at once, ${Math.round(outcome.megabytes ?? 0)} MB at most`;
  const did = `${size}, ${measured}, no sender longer than ${Math.ceil(longestMs / 1000)} s`;
  return { did, counts: { faults: run.cases.length, senders }, faults };
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts);
const sums: Required<Record<keyof Counts, number>> = { faults: 0, inputs: 0, kills: 0, senders: 0 };
let wrong = 0;
for (const name of names) {
  const tries = parts[name];
  if (tries === undefined) throw new Error(`no part ${name}; there are ${Object.keys(parts).join(', ')}`);
  for (const attempt of tries) report(name, await attempt());
}
printSums();

/** A part that was left out says why. */
function report(name: string, tried: Tried | string): void {
  if (typeof tried === 'string') return console.log(`${name.padEnd(8)} left out: ${tried}`);
  const { did, counts = {}, faults } = tried;
  for (const key of Object.keys(sums) as (keyof Counts)[]) sums[key] += counts[key] ?? 0;
  wrong += faults.length;
  console.log(`${name.padEnd(8)} ${did}: ${faults.length === 0 ? 'nothing wrong' : `${faults.length} FAULTS`}`);
  for (const fault of faults.slice(0, 20)) console.log(`         ${fault}`);
}

function printSums(): void {
  const lines: readonly (readonly [string, number])[] = [
    ['faults tried', sums.faults],
    ['inputs tried', sums.inputs],
    ['kills survived', sums.kills],
    ['senders looked at', sums.senders],
    ['wrong or lost', wrong],
  ];
  for (const [what, number] of lines) console.log(`${what.padEnd(18)}${number.toLocaleString('en').padStart(9)}`);
  if (wrong > 0) process.exitCode = 1;
}
