/**
 * One line of Haraka's log taken apart, in any of its formats:
 *
 *     [NOTICE] [UUID.1] [core] sender <a@b> code=CONT msg=""
 *     level=NOTICE uuid=UUID.1 origin=core message="sender <a@b>" code=CONT msg=""
 *     {"level":"NOTICE","uuid":"UUID.1","origin":"core","message":"sender <a@b>","code":"CONT","msg":""}
 */

/** What a line says. */
export interface HarakaLine {
  /** `UUID` of a connection, `UUID.1` of its first transaction, `UUID.1.1` of the first delivery of that. */
  readonly uuid: string;
  /** Which part of Haraka logged it: `core`, `outbound`, the name of a plugin. */
  readonly origin: string;
  /** The first word of the text: `sender`, `recipient`, `queue`, ...; or `invalid-sender`, which MAIL was refused for. */
  readonly about: string;
  /** The address after that word, without its brackets; null where there is none. */
  readonly address: string | null;
  /** The value behind a key; empty where there is none. */
  readonly field: (key: string) => string;
}

const plain = /^(?:\[\w+\] )?\[([0-9A-F-]{36}[\d.]*)\] \[([^\]]*)\] +(.*)$/s;
const text = /^(\w+)(?: (<(?:"(?:[^"\\]|\\.)*"|[^"<>])*>))?(?= |$)/s;

const invalidSender = /^Invalid MAIL FROM address <((?:"(?:[^"\\]|\\.)*"|[^"<>])*)>: /;

/** Takes a line without its time stamp apart; null where it is none of Haraka's, or says nothing of a connection. */
export function readHarakaLine(line: string): HarakaLine | null {
  if (line.startsWith('{')) return readJson(line);
  if (line.startsWith('level=')) return readFields(line);
  const [, uuid, origin, rest] = plain.exec(line) ?? [];
  if (uuid === undefined || origin === undefined || rest === undefined) return null;
  const message = text.exec(rest);
  const fields = message === null ? ` ${rest}` : rest.slice(message[0].length);
  let found: Map<string, string> | null = null;
  return haraka(uuid, origin, rest, (key) => (found ??= fieldsOf(fields)).get(key) ?? '');
}

function readFields(line: string): HarakaLine {
  const fields = fieldsOf(` ${line}`);
  const field = (key: string): string => fields.get(key) ?? '';
  return haraka(field('uuid'), field('origin'), field('message'), field);
}

function readJson(line: string): HarakaLine | null {
  const fields = parseObject(line);
  if (fields === null) return null;
  const field = (key: string): string => {
    const value = fields.get(key);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  return haraka(field('uuid'), field('origin') || field('source'), field('message'), field);
}

function parseObject(line: string): Map<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : null;
  } catch {
    return null;
  }
}

function haraka(uuid: string, origin: string, message: string, field: (key: string) => string): HarakaLine {
  const [, invalid] = invalidSender.exec(message) ?? [];
  if (invalid !== undefined) return { uuid, origin, about: 'invalid-sender', address: invalid, field };
  const [, about = '', bracketed] = text.exec(message.trimStart()) ?? [];
  return { uuid, origin, about, address: bracketed?.slice(1, -1) ?? null, field };
}

/** ` key=value key="value with \"quotes\""`; of several with one key the first. */
function fieldsOf(fields: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, key = '', value = ''] of fields.matchAll(/ ([\w-]+)=("(?:[^"\\]|\\.)*"|[^ ]*)/gs)) {
    const isQuoted = value.length > 1 && value.startsWith('"') && value.endsWith('"');
    if (!found.has(key)) found.set(key, isQuoted ? value.slice(1, -1).replace(/\\(.)/gs, '$1') : value);
  }
  return found;
}
