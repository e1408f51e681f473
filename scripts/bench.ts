/**
 * `npm run bench [name..]`: measures, each against a peer in the same run. What is compared are ratios: the figures of
 * one machine say nothing of another.
 */
import { benchExtract } from './bench-extract.js';
import { benchPlan } from './bench-plan.js';
import { benchSession } from './bench-session.js';

const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  extract: benchExtract,
  session: benchSession,
  plan: benchPlan,
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benchmarks);
for (const name of names) {
  const bench = benchmarks[name];
  if (bench === undefined) throw new Error(`no benchmark ${name}; there are ${Object.keys(benchmarks).join(', ')}`);
  await bench();
}
