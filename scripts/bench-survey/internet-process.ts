/**
 * The fake internet of the survey of 2005 as a process of its own, so that servers and survey do not share an event
 * loop. Tells its parent where it listens, then, at any message, what its servers saw, and ends.
 *
 *   internet-process.js SCALE
 */
import { askedTwice, mostStartsWithin, type Counters } from '../fake-internet/counters.js';
import { startFakeInternet } from '../fake-internet/start.js';
import { survey2005 } from '../fake-internet/survey-2005.js';

/** Where it listens; the first message. */
export interface Listening {
  readonly resolver: string;
  readonly smtpPort: number;
}

/** What its servers saw of their client; the last message. */
export interface Seen {
  readonly sessions: number;
  readonly mostOpen: number;
  /** At any one server or operator. */
  readonly mostOpenAtOne: number;
  readonly mostStartsAMinuteAtOne: number;
  readonly withoutQuit: number;
  readonly askedTwice: number;
}

const [scale = '1'] = process.argv.slice(2);
const { world } = survey2005({ scale: Number(scale) });
const internet = await startFakeInternet(world);
process.once('message', () => void end());
// Also when the parent is killed.
process.once('disconnect', () => process.exit());
process.send?.({ resolver: internet.resolver, smtpPort: internet.smtpPort } satisfies Listening);

async function end(): Promise<void> {
  process.send?.(whatWasSeen());
  await internet.close();
  process.disconnect();
}

function whatWasSeen(): Seen {
  const { all, servers, operators } = internet.counters;
  const places: Counters[] = [...servers.values(), ...operators.values()];
  return {
    sessions: all.connections,
    mostOpen: all.mostOpen,
    mostOpenAtOne: Math.max(...places.map(({ mostOpen }) => mostOpen)),
    mostStartsAMinuteAtOne: Math.max(...places.map((place) => mostStartsWithin(place, 60_000))),
    withoutQuit: all.withoutQuit,
    askedTwice: askedTwice(all).length,
  };
}
