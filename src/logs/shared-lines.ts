/**
 * Logs that hold the same lines: syslog writes mail to `mail.log`, and on many systems to `syslog` and `mail.info` as well.
 * Whoever reads them all counts each message several times.
 */
import { open } from 'node:fs/promises';
import type { FoundInput } from './open-input.js';
import { rotationOf } from './rotation.js';

/** Logs that are written at the same time have the same end, however often each of them is rotated. */
const endLength = 65_536;
/** What tells a sender stands beside a queue id or the pid and the time, so that no two messages have the same line. */
const senderLine = /^.*(?:\bfrom=| <= |\binfo msg |\bsender <).*$/gm;

/** Logs, by the names they have when they are not rotated, of which each shares lines with another. */
export interface SameLines {
  readonly logs: readonly string[];
  /** Those of them that have, as far as is seen, the lines of each other one. */
  readonly whole: readonly string[];
}

/** The groups of such logs. Compressed files do not show their ends, and are not looked at. */
export async function logsWithSameLines(inputs: readonly FoundInput[]): Promise<SameLines[]> {
  const endsOf = new Map<string, string[][]>();
  const logOfLine = new Map<string, string>();
  const groupOf = new Map<string, Set<string>>();
  for (const input of inputs.filter(({ isFile }) => isFile)) {
    const { log } = rotationOf(input.name);
    const end = await lastSenderLines(input);
    endsOf.set(log, [...(endsOf.get(log) ?? []), end]);
    for (const line of end) {
      const other = logOfLine.get(line) ?? log;
      logOfLine.set(line, other);
      if (other !== log) join(groupOf, other, log);
    }
  }
  return [...new Set(groupOf.values())].map((group) => {
    const logs = [...group];
    return { logs, whole: logs.filter((log) => hasAllLines(log, logs, endsOf)) };
  });
}

function join(groupOf: Map<string, Set<string>>, a: string, b: string): void {
  const group = groupOf.get(a) ?? new Set([a]);
  for (const log of groupOf.get(b) ?? [b]) group.add(log);
  for (const log of group) groupOf.set(log, group);
}

/** Whether a log has what the others have in the time that both ends show: from their first common line to the last. */
function hasAllLines(log: string, group: readonly string[], endsOf: ReadonlyMap<string, string[][]>): boolean {
  const own = new Set(endsOf.get(log)?.flat());
  const isOwn = (line: string): boolean => own.has(line);
  return group.every((other) => {
    const common = (endsOf.get(other) ?? []).map((end) =>
      end.slice(end.findIndex(isOwn), end.findLastIndex(isOwn) + 1),
    );
    return common.some((lines) => lines.length > 0) && common.every((lines) => lines.every(isOwn));
  });
}

async function lastSenderLines({ name, size }: FoundInput): Promise<string[]> {
  const file = await open(name);
  try {
    const from = Math.max(0, size - endLength);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(endLength), 0, endLength, from);
    const text = buffer.toString('latin1', 0, bytesRead);
    return (from === 0 ? text : text.slice(text.indexOf('\n') + 1)).match(senderLine) ?? [];
  } finally {
    await file.close();
  }
}
