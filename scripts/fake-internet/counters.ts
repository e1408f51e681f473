/**
 * What the fake servers saw of their client: the evidence for how courteous it was.
 */

/** What one server, one operator's servers, or all servers together saw. Times are milliseconds of `performance.now()`. */
export interface Counters {
  /** Connections accepted. */
  readonly connections: number;
  /** Sessions open now, and the most at once: from the connection to the reply to QUIT, or until one side hangs up. */
  readonly open: number;
  readonly mostOpen: number;
  /** When each connection came. */
  readonly starts: readonly number[];
  /** Commands by verb, upper case. */
  readonly commands: Readonly<Record<string, number>>;
  /** How often RCPT asked about each address. */
  readonly asked: ReadonlyMap<string, number>;
  /** Sessions that the client left without QUIT although the server had greeted it and owed it no reply. */
  readonly withoutQuit: number;
  /** Sessions in which the client spoke before the greeting. */
  readonly spokeTooEarly: number;
  /** Commands sent before the reply to the one before had gone out, by a client that was not offered PIPELINING. */
  readonly pipelinedUnasked: number;
  /** TLS handshakes completed. */
  readonly tlsSessions: number;
}

/** Counters with the right to count. */
export interface Tally extends Counters {
  connections: number;
  open: number;
  mostOpen: number;
  readonly starts: number[];
  readonly commands: Record<string, number>;
  readonly asked: Map<string, number>;
  withoutQuit: number;
  spokeTooEarly: number;
  pipelinedUnasked: number;
  tlsSessions: number;
}

/** A tally of nothing. */
export function newTally(): Tally {
  return {
    connections: 0,
    open: 0,
    mostOpen: 0,
    starts: [],
    commands: {},
    asked: new Map(),
    withoutQuit: 0,
    spokeTooEarly: 0,
    pipelinedUnasked: 0,
    tlsSessions: 0,
  };
}

/** Counts a new connection. */
export function countConnection(tally: Tally, now: number): void {
  tally.connections++;
  tally.starts.push(now);
  tally.open++;
  tally.mostOpen = Math.max(tally.mostOpen, tally.open);
}

/** Counts a command. */
export function countCommand(tally: Tally, verb: string): void {
  tally.commands[verb] = (tally.commands[verb] ?? 0) + 1;
}

/** Counts an address that RCPT asked about. */
export function countAsked(tally: Tally, address: string): void {
  tally.asked.set(address, (tally.asked.get(address) ?? 0) + 1);
}

/** The addresses asked about more than once. */
export function askedTwice(counters: Counters): string[] {
  return [...counters.asked].filter(([, times]) => times > 1).map(([address]) => address);
}

/** The most connections that came within any stretch of so many milliseconds. */
export function mostStartsWithin(counters: Counters, windowMs: number): number {
  let most = 0;
  let first = 0;
  counters.starts.forEach((start, index) => {
    while (start - (counters.starts[first] ?? start) >= windowMs) first++;
    most = Math.max(most, index - first + 1);
  });
  return most;
}
