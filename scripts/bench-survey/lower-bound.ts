/**
 * How quickly a survey could have been done at best: the sessions that it had, with nothing to wait for but the pool,
 * the limits of each site, and the pauses that servers made necessary.
 */

/** One try at a session. Times in milliseconds. */
export interface SessionTime {
  readonly site: string;
  readonly address: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** `unreached`: no connection came about; `throttled`: greeted with 421. */
  readonly outcome: 'asked' | 'unreached' | 'throttled';
}

/** What the survey was told to keep to. */
export interface Limits {
  readonly concurrency: number;
  readonly siteSessions: number;
  /** New sessions a minute; 0 is no limit. */
  readonly siteRate: number;
  readonly sitePauseMs: number;
}

/** No survey with these sessions and limits is quicker than this, for that cause. */
export interface Bound {
  readonly cause: string;
  readonly milliseconds: number;
}

/** After so many complaints the pause grows no more: eight times the first. */
const longestPause = 4;

/** All that bounds the wall time, the greatest first; `longestSenderMs` is the time that one sender took by itself. */
export function lowerBounds(sessions: readonly SessionTime[], longestSenderMs: number, limits: Limits): Bound[] {
  const { concurrency, sitePauseMs } = limits;
  const bounds: Bound[] = [
    { cause: `all sessions in a pool of ${concurrency}`, milliseconds: total(sessions) / concurrency },
    { cause: 'the longest single sender', milliseconds: longestSenderMs },
  ];
  const ordered = sessions.toSorted((a, b) => a.startedAt - b.startedAt);
  for (const [site, own] of grouped(ordered, 'site')) {
    bounds.push(
      { cause: `the limits kept with ${site}`, milliseconds: withinLimits(own, limits) },
      { cause: `pauses asked for by ${site}`, milliseconds: withPauses(own, sitePauseMs) },
    );
  }
  for (const [address, own] of grouped(ordered, 'address')) {
    bounds.push({ cause: `the second look at ${address}`, milliseconds: withSecondLook(own, sitePauseMs / 2) });
  }
  return bounds.toSorted((a, b) => b.milliseconds - a.milliseconds);
}

/**
 * All sessions after the first n × rate begin after n minutes, and then so many go on at once. Which these are is open:
 * the shortest are taken.
 */
function withinLimits(sessions: readonly SessionTime[], { siteRate, siteSessions }: Limits): number {
  let [most, sum] = [0, 0];
  for (const [index, length] of sessions
    .map(lengthOf)
    .toSorted((a, b) => a - b)
    .entries()) {
    sum += length;
    const before = sessions.length - (index + 1);
    const minutes = siteRate === 0 ? 0 : Math.floor(before / siteRate);
    if (before === minutes * siteRate) most = Math.max(most, minutes * 60_000 + sum / siteSessions);
  }
  return most;
}

/** From the first complaint on, one session after the other, each complaint followed by a longer pause. */
function withPauses(sessions: readonly SessionTime[], pauseMs: number): number {
  let [milliseconds, level, pause, complainedAt] = [0, 0, 0, -Infinity];
  for (const session of sessions) {
    if (session.startedAt < complainedAt) continue;
    if (level > 0) milliseconds += pause + lengthOf(session);
    if (session.outcome !== 'throttled') continue;
    if (level === 0) milliseconds = lengthOf(session);
    level = Math.min(longestPause, level + 1);
    pause = pauseMs * 2 ** (level - 1);
    complainedAt = session.endedAt;
  }
  return milliseconds;
}

/** A server that was not there is looked at again, after a while, before the others who would ask it are told. */
function withSecondLook(sessions: readonly SessionTime[], waitMs: number): number {
  const first = sessions.find(({ outcome }) => outcome === 'unreached');
  const second = first && sessions.find(({ startedAt }) => startedAt >= first.endedAt + waitMs);
  return first && second ? lengthOf(first) + waitMs + lengthOf(second) : 0;
}

function grouped(sessions: readonly SessionTime[], by: 'site' | 'address'): Map<string, SessionTime[]> {
  const groups = new Map<string, SessionTime[]>();
  for (const session of sessions) {
    const group = groups.get(session[by]) ?? [];
    groups.set(session[by], group);
    group.push(session);
  }
  return groups;
}

function total(sessions: readonly SessionTime[]): number {
  return sessions.reduce((sum, session) => sum + lengthOf(session), 0);
}

function lengthOf({ startedAt, endedAt }: SessionTime): number {
  return endedAt - startedAt;
}
