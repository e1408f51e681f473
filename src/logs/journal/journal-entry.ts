/**
 * One entry of a systemd journal → the line that syslog would have written of it.
 */

/** The fields of an entry that matter here, by name; see systemd.journal-fields(7). */
export type JournalEntry = Map<string, Buffer>;

const usedFields = new Set([
  '__REALTIME_TIMESTAMP',
  '_SOURCE_REALTIME_TIMESTAMP',
  '_HOSTNAME',
  'SYSLOG_IDENTIFIER',
  '_COMM',
  'SYSLOG_PID',
  '_PID',
  'MESSAGE',
]);

/** Whether the field matters here. */
export function isUsedField(name: string): boolean {
  return usedFields.has(name);
}

/** A stamp that a program wrote into its message, because it believed to write a log file: containers do. */
const innerStamp = /^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*) (?=\S+ \S+: )/;
const innerStampLength = 100;

/** `2026-11-23T09:31:07.123456Z mx postfix/qmgr[1]: message`, with a line feed; empty where the entry has no message. */
export function lineOfEntry(entry: JournalEntry): Buffer {
  const message = entry.get('MESSAGE');
  if (message === undefined || message.length === 0) return Buffer.alloc(0);
  const stamp = stampOf(text(entry, '__REALTIME_TIMESTAMP') ?? text(entry, '_SOURCE_REALTIME_TIMESTAMP'));
  const inner = innerStamp.exec(message.toString('latin1', 0, innerStampLength))?.[0];
  if (inner !== undefined) return oneLine(`${stamp ?? inner.trimEnd()} `, message.subarray(inner.length));
  const host = text(entry, '_HOSTNAME') ?? '-';
  const identifier = text(entry, 'SYSLOG_IDENTIFIER') ?? text(entry, '_COMM') ?? '-';
  const pid = text(entry, 'SYSLOG_PID') ?? text(entry, '_PID');
  const tag = pid === undefined ? identifier : `${identifier}[${pid}]`;
  return oneLine(`${stamp ?? '-'} ${host} ${tag}: `, message);
}

function text(entry: JournalEntry, name: string): string | undefined {
  return entry.get(name)?.toString('latin1');
}

/** From microseconds since 1970. */
function stampOf(microseconds: string | undefined): string | undefined {
  if (microseconds === undefined || !/^\d{1,17}$/.test(microseconds)) return undefined;
  return new Date(Math.floor(Number(microseconds) / 1000)).toISOString();
}

/** A message of several lines stays one: what stands on its second line is not what the header says. */
function oneLine(header: string, message: Buffer): Buffer {
  const line = Buffer.concat([Buffer.from(header, 'latin1'), message, Buffer.from('\n')]);
  for (let at = line.indexOf('\n'); at < line.length - 1; at = line.indexOf('\n', at + 1)) line[at] = 0x20;
  return line;
}
