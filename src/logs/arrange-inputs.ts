/**
 * Sets of inputs → the inputs in the order in which they are read, oldest first within a set, each with the time in which it
 * was written. What a directory or glob holds besides logs is left out.
 */
import { secondsOfStamp } from './first-stamp.js';
import { findInputs, type InputSet, type Surroundings } from './find-inputs.js';
import { InputError, UnknownInputError } from './input-error.js';
import type { LogSpan } from './log-clock.js';
import { lookAtInput, type InputLook } from './look-at-input.js';
import type { FoundInput } from './open-input.js';
import type { LogFormat } from './recognise-format.js';
import { rotationOf } from './rotation.js';
import { logsWithSameLines, type SameLines } from './shared-lines.js';

/** An input and what is known of it before it is read. */
export interface ArrangedInput {
  readonly input: FoundInput;
  readonly span: LogSpan;
  /** Whether the user named it, and not a directory or glob that it is in. */
  readonly named: boolean;
}

/** What is to be said and known of the surroundings. */
export interface ArrangeOptions extends Surroundings {
  readonly format: LogFormat;
  /** Told what is worth knowing only to those who ask. */
  readonly note: (message: string) => void;
}

interface LookedAt {
  readonly input: FoundInput;
  readonly look: InputLook;
  /** ms since 1970. */
  span: LogSpan;
}

const dayMs = 86_400_000;
const noLook: InputLook = { problem: null, isList: false, stamp: null, late: null, yearTurns: 0 };

/** All inputs that the names stand for. @throws {InputError} where a name stands for nothing that can be read. */
export async function arrangeInputs(names: readonly string[], options: ArrangeOptions): Promise<ArrangedInput[]> {
  const arranged: ArrangedInput[] = [];
  for (const set of await findInputs(names, options)) {
    const looks: LookedAt[] = [];
    for (const input of set.inputs) looks.push(await lookAt(input, options.format));
    const readable = withoutStrayLists(set, withoutOthers(set, looks, options), options);
    inferSpans(readable);
    const inOrder = readable.toSorted((a, b) => beginning(a) - beginning(b) || ageOf(b) - ageOf(a));
    for (const { input, span } of inOrder) arranged.push({ input, span, named: set.foundBy === null });
  }
  return await withoutRepeats(arranged, options);
}

async function lookAt(input: FoundInput, format: LogFormat): Promise<LookedAt> {
  const look = input.isFile ? await lookAtInput(input, format) : noLook;
  return { input, look, span: spanOf(look, input.modified) };
}

/**
 * What we do not know is no mistake in a directory; what we cannot read may be missed there. A file that the user named is
 * to be read.
 */
function withoutOthers({ foundBy }: InputSet, looks: readonly LookedAt[], options: ArrangeOptions): LookedAt[] {
  const readable = looks.filter(({ look }) => look.problem === null);
  for (const { input, look } of looks) {
    if (look.problem === null) continue;
    if (foundBy === null) throw look.problem;
    if (!(look.problem instanceof UnknownInputError))
      options.warn(`${look.problem.message} (passed over in ${foundBy})`);
    else options.note(`${input.name}: passed over, it is ${look.problem.what}`);
  }
  if (looks.length > 0 && readable.length === 0) {
    throw new InputError(`${foundBy}: no file in it is a mail log or a list of addresses`);
  }
  return readable;
}

/** Among logs, lists are somebody's notes of other things; all by themselves they are what is meant. */
function withoutStrayLists({ foundBy }: InputSet, looks: LookedAt[], { warn }: ArrangeOptions): LookedAt[] {
  const logs = looks.filter(({ look }) => !look.isList);
  if (foundBy === null || logs.length === 0) return looks;
  for (const { input } of looks.filter(({ look }) => look.isList)) {
    warn(`${input.name}: passed over, it is a list of addresses among logs; name it to read it`);
  }
  return logs;
}

/** Of found logs with the same lines one is read; the user may name as many as there are. */
async function withoutRepeats(arranged: readonly ArrangedInput[], { warn }: ArrangeOptions): Promise<ArrangedInput[]> {
  let rest = [...arranged];
  for (const group of await logsWithSameLines(arranged.map(({ input }) => input))) {
    const kept = chooseKept(group, arranged);
    const isRepeat = ({ input, named }: ArrangedInput): boolean =>
      !named && kept !== null && logOf(input) !== kept && group.logs.includes(logOf(input));
    for (const log of new Set(rest.filter(isRepeat).map(({ input }) => logOf(input)))) {
      warn(`${log}: passed over, ${kept} has the same lines; name it to read it`);
    }
    rest = rest.filter((input) => !isRepeat(input));
    const left = group.logs.filter((log) => rest.some(({ input }) => logOf(input) === log));
    if (left.length < 2) continue;
    warn(
      `${left.join(', ')} hold the same lines, so their messages count more than once; better name only one of them`,
    );
  }
  return rest;
}

/** The log that makes up for the others: one that the user named, or else the one that goes back furthest. Null where none does. */
function chooseKept({ whole }: SameLines, arranged: readonly ArrangedInput[]): string | null {
  const inputs = arranged.filter(({ input }) => whole.includes(logOf(input)));
  const best = inputs.toSorted((a, b) => Number(b.named) - Number(a.named) || beginning(a) - beginning(b))[0];
  return best === undefined ? null : logOf(best.input);
}

function logOf(input: FoundInput): string {
  return rotationOf(input.name).log;
}

function spanOf({ stamp, late, yearTurns }: InputLook, end: number): LogSpan {
  if (stamp === null) return { start: null, end };
  if (late === null) return { start: secondsOfStamp(stamp, end) * 1000 || null, end };
  const lateYear = new Date(secondsOfStamp(late, end) * 1000).getFullYear();
  const endOfFirstYear = new Date(lateYear - yearTurns, 11, 31, 23, 59, 59).getTime() - dayMs;
  return { start: secondsOfStamp(stamp, Math.min(end, endOfFirstYear)) * 1000 || null, end };
}

/** A rotated log ends before the next younger one begins, whatever its file's time says: copies have the time of copying. */
function inferSpans(looks: readonly LookedAt[]): void {
  const byAge = looks.toSorted((a, b) => ageOf(a) - ageOf(b));
  const youngerOf = new Map<string, LookedAt>();
  for (const looked of byAge) {
    const log = logOf(looked.input);
    const younger = youngerOf.get(log);
    const begins = younger?.span.start ?? null;
    if (begins !== null && looked.look.stamp?.kind === 'yearless' && beginning(looked) > begins) {
      // A stamp gets a day of grace, which is too much for two logs that begin in the same week of different years.
      looked.span = { ...spanOf(looked.look, begins - dayMs), end: begins };
    }
    youngerOf.set(log, looked);
  }
}

function ageOf({ input }: LookedAt): number {
  return rotationOf(input.name).age;
}

function beginning({ span }: Pick<LookedAt, 'span'>): number {
  return span.start ?? span.end;
}
