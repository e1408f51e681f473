/**
 * What a survey left behind, in figures: its sessions from the trace, and from the state when each sender was decided.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import type { TraceEntry, TraceLine } from '../../src/probe/trace.js';
import type { SessionTime } from './lower-bound.js';

/** When the senders of a survey were decided. */
export interface Decided {
  readonly senders: number;
  /** Milliseconds since 1970, in order; one for each sender. */
  readonly at: readonly number[];
  /** The most that one sender took, over all its attempts, milliseconds. */
  readonly longestMs: number;
}

/** Each try at a session. */
export interface TracedSession extends SessionTime {
  /** How many it asked about. */
  readonly recipients: number;
  /** From the first reply after the first RCPT to the last one before QUIT, milliseconds. */
  readonly askingMs: number;
}

/** The sessions of a trace. */
export async function sessionsOf(traceFile: string): Promise<TracedSession[]> {
  const sessions: TracedSession[] = [];
  for await (const line of createInterface(createReadStream(traceFile))) {
    sessions.push(sessionOf(JSON.parse(line) as TraceEntry));
  }
  return sessions;
}

function sessionOf({ server, startedAt, lines }: TraceEntry): TracedSession {
  const greeting = lines.find(({ dir }) => dir === 'S')?.text;
  const connected = lines.some(({ dir, text }) => dir === '*' && text === 'connected');
  return {
    site: server.site,
    address: server.address,
    startedAt,
    endedAt: startedAt + (lines.at(-1)?.t ?? 0),
    outcome: !connected ? 'unreached' : greeting?.startsWith('421') ? 'throttled' : 'asked',
    recipients: lines.filter(isRcpt).length,
    askingMs: askingTime(lines),
  };
}

function askingTime(lines: readonly TraceLine[]): number {
  const first = lines.findIndex(isRcpt);
  const quit = lines.findIndex(({ dir, text }) => dir === 'C' && text === 'QUIT');
  const replies = lines.slice(first, quit === -1 ? lines.length : quit).filter(({ dir }) => dir === 'S');
  return first === -1 ? 0 : (replies.at(-1)?.t ?? 0) - (replies[0]?.t ?? 0);
}

function isRcpt({ dir, text }: TraceLine): boolean {
  return dir === 'C' && text.startsWith('RCPT');
}

/** Reads the one survey of a state. */
export function decidedIn(stateFile: string): Decided {
  const state = new Database(stateFile, { readonly: true });
  try {
    const rows = state
      .prepare<[], { at: number | null; took: number | null }>(
        `SELECT checked_at AS at, duration_ms AS took FROM survey_sender LEFT JOIN evidence ON evidence.id = evidence_id
         ORDER BY checked_at`,
      )
      .all();
    return {
      senders: rows.length,
      at: rows.flatMap(({ at }) => at ?? []),
      longestMs: Math.max(...rows.map(({ took }) => took ?? 0)),
    };
  } finally {
    state.close();
  }
}
