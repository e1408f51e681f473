/**
 * The campaign against the state: a second survey on it, a newer version, and damage at random; it is refused in words and left as
 * it is, or it holds.
 */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { seededRandom, type Random } from '../fake-internet/random.js';
import { Ground } from './ground.js';
import { broken } from './invariants.js';
import { unless, type Tried } from './tried.js';

/** Two surveys on one state: the second is refused in words, the first goes on. */
export async function surveyTwiceAtOnce(): Promise<Tried> {
  const ground = await Ground.open(50, 100);
  try {
    const first = ground.survey({}, '-c', '5');
    while (ground.counters.all.connections === 0) await pause(10);
    const second = await ground.survey({});
    const { code, stderr } = await first;
    const faults = [
      ...unless('a second survey', second, 1, 'is in use by another survey'),
      ...(code === 0 ? await ground.faults() : [stderr]),
    ];
    return { did: 'two surveys on one state at once', counts: { senders: ground.expected.size }, faults };
  } finally {
    await ground.close();
  }
}

/** States that are newer, cut off, or have noise in them somewhere. */
export async function damageStates(times: number, seed: string): Promise<Tried> {
  const ground = await Ground.open(200, 0);
  const random = seededRandom(seed);
  const faults: string[] = [];
  let refused = 0;
  try {
    await ground.survey({});
    faults.push(...(await ground.faults()));
    const good = join(ground.folder, 'good.db');
    copyFileSync(join(ground.folder, 'survey.db'), good);
    for (let time = 0; time <= times; time += 1) {
      ground.clear();
      copyFileSync(good, join(ground.folder, 'survey.db'));
      if (time === 0) makeNewer(join(ground.folder, 'survey.db'));
      else damage(join(ground.folder, 'survey.db'), random);
      const found = await tryState(ground, time === 0 ? 'newer' : '');
      faults.push(...found.faults);
      if (found.refused) refused += 1;
    }
    const did = `a newer state, and ${times} damaged at random: ${refused} refused in words and left as they are, the others hurt in a text`;
    return { did, counts: { inputs: times + 1 }, faults };
  } finally {
    await ground.close();
  }
}

function makeNewer(path: string): void {
  const database = new Database(path);
  database.pragma('user_version = 999');
  database.close();
}

/** Up to 8 kB of noise somewhere, or an end too early. */
function damage(path: string, random: Random): void {
  const bytes = readFileSync(path);
  const at = Math.floor(random() * bytes.length);
  if (random() < 0.2) return writeFileSync(path, bytes.subarray(0, at));
  const end = Math.min(bytes.length, at + 1 + Math.floor(random() ** 3 * 8192));
  for (let place = at; place < end; place += 1) bytes[place] = Math.floor(random() * 256);
  writeFileSync(path, bytes);
}

/**
 * Where it is refused, there must be a reason in words, and the file as it was. Where it is not, the noise is inside a text, which
 * nothing can tell: then every sender has its row all the same.
 */
async function tryState(ground: Ground, words: string): Promise<{ refused: boolean; faults: string[] }> {
  const path = join(ground.folder, 'survey.db');
  const before = readFileSync(path);
  const outcome = await ground.survey({});
  if (outcome.code === 0) return { refused: false, faults: await broken(ground.folder, ground.expected.keys()) };
  const faults = unless('a damaged state', outcome, 1, words || 'survey.db');
  if (!readFileSync(path).equals(before)) faults.push(`a damaged state was written to: ${outcome.stderr}`);
  return { refused: true, faults };
}
