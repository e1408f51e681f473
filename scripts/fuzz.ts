/**
 * `npm run fuzz [minutes] [folder..]`: damages the logs of the fixtures, and of the folders named, for some minutes (5
 * unless told), each thousand with another seed. Ends at the first fault, with the input that shows it.
 */
import { fuzzLogs, logsIn } from './fuzz/campaign.js';

const [minutes = '5', ...folders] = process.argv.slice(2);
const logs = logsIn(['fixtures/logs', 'fixtures/compressed', ...folders]);
const end = Date.now() + Number(minutes) * 60_000;
const runs = 1000;

let tried = 0;
for (let seed = Date.now() & 0x7fff_ffff; Date.now() < end; seed++) {
  await fuzzLogs(logs, runs, seed);
  tried += runs;
}
console.log(`fuzz: ${tried} damaged inputs of ${logs.length} logs, each read twice: nothing wrong`);
