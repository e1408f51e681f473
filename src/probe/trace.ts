/**
 * The record of a conversation, for `--trace` and for showing it as it happens.
 */
import type { Server } from '../plan/planner.js';
import type { TlsState } from './smtp/start-tls.js';

/** `C` is a line we sent, `S` a line the server sent, `*` something that happened to the connection. */
export interface TraceLine {
  /** Milliseconds since the start of the conversation. */
  readonly t: number;
  readonly dir: 'C' | 'S' | '*';
  /** Without line end; control characters made harmless. */
  readonly text: string;
}

/** One whole conversation. */
export interface TraceEntry {
  readonly server: Server;
  /** Milliseconds since 1970 UTC. */
  readonly startedAt: number;
  /** How it was encrypted in the end, and what the certificate was worth; null for plain text. */
  readonly tls: TlsState | null;
  readonly lines: readonly TraceLine[];
}

/** Who listens to conversations: each line as it happens, the whole when it is over. */
export interface TraceListeners {
  readonly trace?: (entry: TraceEntry) => void;
  readonly traceLine?: (line: TraceLine, server: Server) => void;
}

/** Notes one line of a conversation. */
export type Recorder = (dir: TraceLine['dir'], text: string) => void;

/** A recorder for one conversation, null where nobody listens, and the call that hands the whole over. */
export function startTrace(
  server: Server,
  now: () => number,
  listeners: TraceListeners,
): { readonly record: Recorder | null; readonly finish: (tls: TlsState | null) => void } {
  const { trace, traceLine } = listeners;
  if (trace === undefined && traceLine === undefined) return { record: null, finish: () => {} };
  const startedAt = now();
  const lines: TraceLine[] = [];
  const record: Recorder = (dir, text) => {
    const line = { t: now() - startedAt, dir, text };
    if (trace !== undefined) lines.push(line);
    traceLine?.(line, server);
  };
  return { record, finish: (tls) => trace?.({ server, startedAt, tls, lines }) };
}
