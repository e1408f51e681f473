/**
 * Fuzzing of the log reader: real logs of every format, damaged at random, each read twice with its bytes cut
 * differently.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { mutate, mutations } from './mutate.js';
import { readSenders } from './read-senders.js';

/** Larger logs are cut off here, bytes: what is looked for is in the first lines. */
const longestLog = 60_000;

/** What stands beside the logs, and what unfolds to so much that each run would take seconds. */
const noLog = /expected-|\.md$|^zeros-/i;

/** The logs in these folders, compressed ones too, without what stands beside them. */
export function logsIn(folders: readonly string[]): Buffer[] {
  return folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => !noLog.test(name))
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile())
      .toSorted()
      .map((path) => readFileSync(path).subarray(0, longestLog)),
  );
}

/** Tries so many damaged logs; rejects with the first that is read wrongly, and the seed that finds it again. */
export async function fuzzLogs(logs: readonly Buffer[], runs: number, seed: number): Promise<void> {
  const which = fc.nat(logs.length - 1);
  const lengths = fc.integer({ min: 3, max: 5000 });
  const property = fc.asyncProperty(which, mutations, lengths, async (at, changes, length) => {
    const bytes = mutate(logs[at]!, changes);
    const whole = await readSenders(bytes, Math.max(1, bytes.length));
    const cut = await readSenders(bytes, length);
    if (!isDeepStrictEqual(whole, cut)) throw new Error(`cut into ${length}: ${differenceOf(whole, cut)}`);
  });
  await fc.assert(property, { numRuns: runs, seed, endOnFailure: true });
}

function differenceOf(whole: object, cut: object): string {
  return `${JSON.stringify(whole).slice(0, 2000)} or ${JSON.stringify(cut).slice(0, 2000)}`;
}
