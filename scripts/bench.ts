/**
 * `npm run bench [name..]`: measures, each against a peer in the same run. What is compared are ratios: the figures of
 * one machine say nothing of another. A number after a name is given to it, as in `npm run bench survey 1`.
 */
import { benchCapacity } from './bench-capacity.js';
import { benchExtract } from './bench-extract.js';
import { benchPlan } from './bench-plan.js';
import { benchPolicy } from './bench-policy.js';
import { benchSenders } from './bench-senders.js';
import { benchSession } from './bench-session.js';
import { benchSurvey } from './bench-survey.js';
import { benchWorkers } from './bench-workers.js';

const benchmarks: Readonly<Record<string, (size?: string) => Promise<void>>> = {
  extract: benchExtract,
  senders: benchSenders,
  session: benchSession,
  workers: benchWorkers,
  capacity: benchCapacity,
  plan: benchPlan,
  policy: benchPolicy,
  survey: benchSurvey,
};

const given = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benchmarks);
for (const [at, name] of given.entries()) {
  if (isNumber(name)) continue;
  const bench = benchmarks[name];
  if (bench === undefined) throw new Error(`no benchmark ${name}; there are ${Object.keys(benchmarks).join(', ')}`);
  const size = given[at + 1];
  await bench(isNumber(size) ? size : undefined);
}

function isNumber(word = ''): boolean {
  return /^\d/.test(word);
}
