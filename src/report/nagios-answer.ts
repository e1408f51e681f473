/**
 * The answer of a monitoring plugin (Nagios, Icinga and their like): one line of text and performance data, and the exit code that
 * goes with it.
 */
import { makeHarmless } from './harmless-text.js';
import { isAlarming, type Threshold } from './thresholds.js';

/** The exit codes of plugins. */
const codes = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 } as const;
type Status = keyof typeof codes;

/** What a plugin prints, and its exit code. */
export interface NagiosAnswer {
  readonly text: string;
  readonly exitCode: number;
}

/** What is watched, and when it is too much. */
export interface Watch<Watched extends string> {
  /** None for what is not known; that is not to be watched. */
  readonly values: Readonly<Partial<Record<Watched, number>>>;
  /** Of the values; none for counts. */
  readonly unit: '%' | '';
  readonly warn: readonly Threshold<Watched>[];
  readonly critical: readonly Threshold<Watched>[];
  /** Told when nothing is alarming; else what is. */
  readonly usual: readonly Watched[];
}

/** Judges the values. `words` go on after them; `more` is further performance data. */
export function judgeValues<Watched extends string>(watch: Watch<Watched>, words: string, more = ''): NagiosAnswer {
  const { values, unit, warn, critical, usual } = watch;
  const alarms = [...critical, ...warn].filter((threshold) => {
    const value = values[threshold.watched];
    return value !== undefined && isAlarming(threshold, value);
  });
  const isCritical = alarms.some((threshold) => critical.includes(threshold));
  const status: Status = isCritical ? 'CRITICAL' : alarms.length > 0 ? 'WARNING' : 'OK';
  const named = new Set(alarms.length > 0 ? alarms.map(({ watched }) => watched) : usual);
  const told = [...named].map((watched) => `${watched} ${values[watched]}${unit === '' ? '' : ` ${unit}`}`).join(', ');
  return answer(status, `${told}${words}`, ` | ${performanceData(watch)}${more}`);
}

/** The answer where there is nothing to judge. */
export function unknownAnswer(why: string): NagiosAnswer {
  return answer('UNKNOWN', why, '');
}

function answer(status: Status, words: string, data: string): NagiosAnswer {
  const harmless = makeHarmless(words).replaceAll('|', '?');
  return { text: `SENDER-SURVEY ${status} - ${harmless}${data}\n`, exitCode: codes[status] };
}

/** `rejected=38.1%;10;20`: value, warning range, critical range; per cent need no least and most. */
function performanceData<Watched extends string>({ values, unit, warn, critical }: Watch<Watched>): string {
  const rangeOf = (thresholds: readonly Threshold<Watched>[], watched: string): string =>
    thresholds.find((threshold) => threshold.watched === watched)?.range ?? '';
  return Object.entries(values)
    .map(
      ([watched, value]) =>
        `${watched}=${String(value)}${unit};${rangeOf(warn, watched)};${rangeOf(critical, watched)}`,
    )
    .join(' ');
}
