/**
 * Time as the survey sees it, injected wherever it matters.
 */
import { performance } from 'node:perf_hooks';

/** A clock that never goes back, and its alarm. */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Calls back once after so many milliseconds, and gives the function that calls it off. */
  readonly after: (milliseconds: number, callback: () => void) => () => void;
}

/** How far the system's clock must be ahead before it is believed: it was set, or the machine slept. */
const jumpMs = 1000;

/** The system's clock, except that setting it back changes nothing here: limits a minute must hold all the same. */
export function createSystemClock(): Clock {
  let origin = performance.timeOrigin;
  return {
    now: () => {
      const elapsed = performance.now();
      const ahead = Date.now() - (origin + elapsed);
      if (ahead > jumpMs) origin += ahead;
      return Math.round(origin + elapsed);
    },
    after: (milliseconds, callback) => {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
  };
}
