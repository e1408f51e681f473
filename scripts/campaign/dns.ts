/**
 * The campaign of DNS: lies, loops, floods, and names that lead where nobody may go. Servers that must never be reached listen on
 * loopback and count: the survey may connect to one network only.
 */
import { startFakeInternet } from '../fake-internet/start.js';
import type { World } from '../fake-internet/world.js';
import { dnsCases, goodServer } from './dns-cases.js';
import { Ground } from './ground.js';
import { distort } from './lies.js';
import { unless, type Tried } from './tried.js';

/** Reached by an address that is forbidden, in whatever form; the last two by `0.0.0.0` and `::` as well. */
const traps = ['127.4.0.1', '127.0.0.1', '::1'];
/** Exchangers looked up for one domain at most. */
const mostLookedUp = 20;

/** Surveys them all; then again with all of loopback allowed, which shows that the traps count. */
export async function surveyLyingDns(): Promise<Tried> {
  const cases = dnsCases();
  const names = Object.assign({}, ...Object.values(cases).map((one) => one.names)) as World['names'];
  const servers = Object.fromEntries([goodServer, ...traps].map((address) => [address, {}]));
  const internet = await startFakeInternet({ names, servers }, { distort });
  const expected = Object.entries(cases).map(([domain, one]) => [`ann@${domain}`, one.expected] as const);
  const ground = new Ground(internet, expected);
  const trapped = (): number => traps.reduce((sum, trap) => sum + internet.counters.servers.get(trap)!.connections, 0);
  try {
    const network = ['--allow-net', '127.3.0.0/16'];
    const outcome = await ground.survey({}, ...network);
    const faults = [...unless('the survey', outcome, 0), ...(await ground.faults())];
    if (trapped() > 0) faults.push(`${trapped()} connections to forbidden addresses`);
    const looked = [...internet.counters.questions.keys()].filter((question) => question.startsWith('A many-')).length;
    if (looked > mostLookedUp) faults.push(`${looked} of 500 exchangers were looked up`);
    ground.clear();
    await ground.survey({}, '--allow-net', '127.0.0.0/8', '--allow-net', '::1');
    if (trapped() < traps.length) faults.push('the traps do not count');
    const did = `${expected.length} lies of DNS: no connection to a forbidden address, ${looked} of 500 exchangers looked up`;
    return { did, counts: { faults: expected.length, senders: expected.length }, faults };
  } finally {
    await ground.close();
  }
}
