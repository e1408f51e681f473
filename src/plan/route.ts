/**
 * The servers of a domain in the order to try them, and which of them come into question.
 */
import { stages, type Evidence } from '../verdict/evidence.js';
import type { Server } from './batch.js';

/** A server of a domain. Those of its servers that have the same rank are equal, and share its load; a lower one goes first. */
export interface RankedServer extends Server {
  readonly rank: number;
}

/** Servers in the order to try them; no address twice. */
export type Route = readonly [RankedServer, ...RankedServer[]];

/** Why a server is not to be asked; null where it may be. */
export type Bar = (server: Server) => Evidence | null;

/** The route over these servers, of which no more than so many are tried; null where there are none. */
export function routeOver(servers: readonly RankedServer[], maxAddresses: number): Route | null {
  const [first, ...others] = servers;
  if (first === undefined) return null;
  const addresses = new Set([first.address]);
  const rest = others.filter(({ address }) => !addresses.has(address) && addresses.add(address));
  return [first, ...rest.slice(0, maxAddresses - 1)];
}

/** The same servers, another one first. */
export function beginningWith(first: RankedServer, route: Route): Route {
  return [first, ...route.filter((server) => server !== first)];
}

/** Whether two routes try the same servers in the same order. */
export function isSameRoute(a: Route, b: Route): boolean {
  return a.length === b.length && a.every((server, i) => isSame(server, b[i]));
}

function isSame(a: RankedServer, b: RankedServer | undefined): boolean {
  return a.host === b?.host && a.address === b.address && a.rank === b.rank;
}

/** The first server that is not barred, and its equals; or, where all are barred, the best evidence of why. */
export function openEquals(route: Route, bar: Bar): readonly RankedServer[] | Evidence {
  const { server: first, evidence } = firstOpen(route, bar, null);
  if (first === null) return evidence as Evidence;
  return route.filter((server) => server.rank === first.rank && bar(server) === null);
}

/** The first server that is not barred; where all are, the best evidence of why, or of `before`. */
export function firstOpen<E extends Evidence | null>(
  servers: readonly RankedServer[],
  bar: Bar,
  before: E,
): { readonly server: RankedServer | null; readonly evidence: Evidence | E } {
  let best: Evidence | E = before;
  for (const server of servers) {
    const evidence = bar(server);
    if (evidence === null) return { server, evidence: best };
    best = better(best, evidence);
  }
  return { server: null, evidence: best };
}

/** What to tell people of: a reply goes before a server that was merely reached, that before one that was not; then the first. */
export function better(before: Evidence | null, now: Evidence): Evidence {
  return before !== null && worth(before) >= worth(now) ? before : now;
}

function worth({ event, stage }: Evidence): number {
  if (event === 'reply') return 2;
  return stage !== null && stages.indexOf(stage) >= stages.indexOf('greeting') ? 1 : 0;
}
