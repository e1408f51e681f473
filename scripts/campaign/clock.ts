/**
 * The campaign against the clock: it is set back by a day in the middle of a survey and between two. The limits a minute hold by the
 * servers' own counters, and nobody is asked again.
 */
import { mostStartsWithin } from '../fake-internet/counters.js';
import { Ground } from './ground.js';
import type { Tried } from './tried.js';

const dayMs = 86_400_000;
const siteRate = 20;

/** Loaded into the process: from so many milliseconds after its start on, its clock is a day behind. */
function setBackAfter(milliseconds: number): string {
  const script = `const now=Date.now;Date.now=()=>now()-(performance.now()<${milliseconds}?0:${dayMs})`;
  return `data:text/javascript,${encodeURIComponent(script)}`;
}

/** Sets the clock back in the middle of a survey, and before the next one. */
export async function setClockBack(): Promise<Tried> {
  const ground = await Ground.open(50, 50);
  try {
    const { all } = ground.counters;
    const startedAt = Date.now();
    const during = await ground.survey({ imports: [setBackAfter(1000)] }, '-c', '4');
    const faults = during.code === 0 ? await ground.faults() : [during.stderr];
    const asked = all.connections;
    const after = await ground.survey({ imports: [setBackAfter(0)] });
    faults.push(...(after.code === 0 ? await ground.faults() : [after.stderr]));
    if (all.connections !== asked) faults.push('those known were asked again when the clock was set back');
    if (Date.now() - startedAt > 60_000) faults.push('the survey waited for the clock');
    const did = 'the clock set back by a day in the middle of a survey, and before the next one';
    return { did, counts: { faults: 2, senders: 2 * ground.expected.size }, faults };
  } finally {
    await ground.close();
  }
}

/** The same while a site may be asked 20 times a minute only. */
export async function setClockBackAtARate(): Promise<Tried> {
  const ground = await Ground.openOneSite(siteRate + 4);
  try {
    const options = ['--site-rate', String(siteRate), '--session-recipients', '1'];
    const { code, stderr } = await ground.survey({ imports: [setBackAfter(3000)] }, ...options);
    const most = mostStartsWithin(ground.counters.all, 60_000);
    return {
      did: `the clock set back while one site is asked ${siteRate} times a minute: ${most} in any minute`,
      counts: { faults: 1, senders: ground.expected.size },
      faults: [
        ...(code === 0 ? await ground.faults() : [stderr]),
        ...(most <= siteRate ? [] : [`${most} sessions within a minute`]),
      ],
    };
  } finally {
    await ground.close();
  }
}
