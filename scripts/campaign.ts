/**
 * `npm run campaign [part..]`: everything that comes in is made by an enemy, and the command must hold. Prints what was
 * tried and what went wrong; exit code 1 where anything did. Some parts need root and Linux, and say so.
 */
import { faultCases, slowCases } from './campaign/faults.js';
import { fillTheDisk, hangUpAndStarve, killAgainAndAgain, stopAndWake, type Tried } from './campaign/process.js';
import { surveyFaultyServers, type ServerRun } from './campaign/servers.js';

const kills = 100;
/** Sites of two sessions each: as many as one process can serve within the usual 20,000 descriptors. */
const crowd = { cases: slowCases, sites: 228, concurrency: 10_000, replyMs: 120_000, recipients: 2 };

const parts: Readonly<Record<string, () => Promise<Tried | null>>> = {
  servers: () => servers({ cases: faultCases, sites: 5, concurrency: 300, replyMs: 5000, recipients: 10 }),
  crowd: () => servers(crowd),
  kill: () => killAgainAndAgain(kills, 'campaign'),
  stop: stopAndWake,
  starve: hangUpAndStarve,
  disk: fillTheDisk,
};

async function servers(run: ServerRun): Promise<Tried> {
  const { outcome, senders, sessions, mostOpen, longestMs, faults } = await surveyFaultyServers(run);
  const size = `${run.cases.length} faults at ${run.cases.length * run.sites} servers, ${senders} senders`;
  const measured = `${sessions} sessions, ${mostOpen} at once, ${Math.round(outcome.megabytes ?? 0)} MB at most`;
  return { did: `${size}, ${measured}, no sender longer than ${Math.ceil(longestMs / 1000)} s`, faults };
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts);
for (const name of names) {
  const part = parts[name];
  if (part === undefined) throw new Error(`no part ${name}; there are ${Object.keys(parts).join(', ')}`);
  report(name, await part());
}

function report(name: string, tried: Tried | null): void {
  if (tried === null) return console.log(`${name.padEnd(10)} left out: it needs root`);
  const { did, faults } = tried;
  console.log(`${name.padEnd(10)} ${did}: ${faults.length === 0 ? 'nothing wrong' : `${faults.length} FAULTS`}`);
  for (const fault of faults.slice(0, 20)) console.log(`           ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}
