/**
 * Whether an output is what it says it is, whatever addresses and replies are in it. Gives what is wrong, in words.
 */
import { parse } from 'csv-parse/sync';

/** All that the command writes. */
export type OutputKind = keyof typeof checks;

/** Control characters but line feeds, and what turns the direction of writing. */
const instruction = /[^\P{Cc}\n]|[\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]/u;
/** The same where records end in CRLF. */
const instructionInCsv = /[^\P{Cc}\n\r]|\r(?!\n)|[\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]/u;
const formula = /^[=+\-@\t\r＝＋－＠]/u;
const metric = /^(?:# (?:HELP|TYPE) .*|[a-z_\d]+(?:\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)+\})? (?:[\d.e+-]+|NaN))$/;

const checks = {
  text: harmless,
  /** For programs: control characters only are looked for, since these lines are to be read again. */
  lines: (text: string) => found(/[^\P{Cc}\n]/u, text),
  csv: (text: string) => [...found(instructionInCsv, text), ...formulas(text)],
  json: (text: string) => [...found(/[^\P{Cc}\n]/u, text), ...notJson(text)],
  trace: (text: string) => text.trimEnd().split('\n').flatMap(notJson),
  html: (text: string) => [...harmless(text), ...foreignTags(text)],
  access: (text: string) => [...harmless(text), ...otherLines(text, /^(?:#.*|(?:"[^"]*"\S*|\S+) OK|)$/)],
  prometheus: (text: string) => [...harmless(text), ...otherLines(text.trimEnd(), metric)],
  nagios: (text: string) => [...harmless(text), ...otherLines(text.trimEnd(), /^[^|]*(?:\|[^|]*)?$/)],
  mrtg: (text: string) => otherLines(text.trimEnd(), /^(?:\d+|[\w .:,-]*)$/),
} as const satisfies Record<string, (text: string) => string[]>;

/** What is wrong with it. */
export function checkOutput(what: string, text: string, kind: OutputKind): string[] {
  return checks[kind](text).map((fault) => `${what}: ${fault}`);
}

function harmless(text: string): string[] {
  return found(instruction, text);
}

function found(pattern: RegExp, text: string): string[] {
  const at = text.search(pattern);
  return at < 0 ? [] : [`an instruction in ${JSON.stringify(text.slice(Math.max(0, at - 40), at + 40))}`];
}

function formulas(text: string): string[] {
  return parse(text)
    .flat()
    .filter((field) => formula.test(field))
    .map((field) => `a formula: ${field}`);
}

function notJson(text: string): string[] {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    return [`no JSON: ${String(error)}`];
  }
}

/** The page's own scripts have a type; whatever the addresses bring is no tag. */
function foreignTags(page: string): string[] {
  const tags = page.match(/<[^<>]*>/g) ?? [];
  return tags
    .filter((tag) => /^<script>$|alert|onerror|onload|onmouse|^<(?:img|svg\/)/.test(tag))
    .map((tag) => `a tag: ${tag}`);
}

function otherLines(text: string, line: RegExp): string[] {
  return text
    .split('\n')
    .filter((one) => !line.test(one))
    .map((one) => `a line of its own: ${JSON.stringify(one)}`);
}
