/**
 * The same survey twice: the same seed gives the same result, and each time the process ends by itself with nothing left open.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Ground } from './ground.js';
import { rowsIn, type Row } from './invariants.js';
import type { Outcome } from './run-command.js';
import type { Tried } from './tried.js';

/** From the last report to the end, milliseconds; a timer left over would take longer. */
const longestEnd = 2000;
/** What a second run need not give again. */
const timely = new Set(['duration_ms', 'checked_at']);

/** Draws the same sample twice and another one, and looks at what is left when the process ends. */
export async function surveyAgain(): Promise<Tried> {
  const ground = await Ground.open(200, 20);
  const faults: string[] = [];
  const draw = async (seed: string): Promise<string> => {
    ground.clear();
    const outcome = await ground.survey({}, '--sample', '100', '--seed', seed);
    if (outcome.code !== 0) throw new Error(outcome.stderr);
    faults.push(...leftOver(outcome, ground.folder));
    return (await rowsIn(ground.folder)).map(lasting).join('\n');
  };
  try {
    const [first, again, other] = [await draw('7'), await draw('7'), await draw('8')];
    if (first !== again) faults.push('the same seed gave another result');
    if (first === other) faults.push('another seed gave the same sample');
    return { did: 'a sample drawn twice with one seed, and with another', counts: { senders: 300 }, faults };
  } finally {
    await ground.close();
  }
}

function lasting(row: Row): string {
  return JSON.stringify(Object.entries(row).filter(([name]) => !timely.has(name)));
}

/** What a process that wrote its reports into this folder, and has just ended, left behind. */
export function leftOver({ descriptors }: Outcome, folder: string): string[] {
  const lingeredMs = Date.now() - statSync(join(folder, 'out.json')).mtimeMs;
  return [
    ...((descriptors ?? 0) <= 0 ? [] : [`${descriptors} descriptors left open`]),
    ...(lingeredMs <= longestEnd ? [] : [`ended ${Math.round(lingeredMs)} ms after its report`]),
  ];
}
