/**
 * Shows how far a survey is: a bar on a terminal, a quiet line every ten seconds elsewhere. It listens and counts;
 * nothing depends on it.
 */
import { SingleBar } from 'cli-progress';
import type { Watched } from '../ask-senders.js';
import type { Verdict } from '../verdict/evidence.js';

const lineEveryMs = 10_000;
const refreshMs = 250;
/** The rate shown is that of the last minute: sites differ too much for the mean since the start to say anything. */
const rateWindowMs = 60_000;

/** What the survey tells its listener. */
export interface ProgressListener {
  /** Called once, when it is known how many senders there are and how many need no asking. */
  started(senders: number, alreadyKnown: number): void;
  /** Called before the first question; `look` tells what the survey is at. */
  asking(look: () => Watched): void;
  /** `count` more senders have this verdict; or, `anew`, so many that were counted as deferred have it instead. */
  decided(verdict: Verdict, count: number, anew: boolean): void;
  /** Called at the end, also after an interrupt. */
  ended(): void;
}

export type ProgressMode = 'auto' | 'always' | 'never';

/** The listener for this mode and this output (standard error). */
export function createProgress(mode: ProgressMode, output: NodeJS.WriteStream, now: () => number): ProgressListener {
  if (mode === 'never') return silent;
  return output.isTTY ? new ProgressBar(output, now) : new ProgressLines(output, now);
}

const silent: ProgressListener = { started: () => {}, asking: () => {}, decided: () => {}, ended: () => {} };

/** Counts and rates, for either way of showing them. */
class Tally {
  total = 0;
  done = 0;
  readonly #counts = new Map<Verdict, number>();
  readonly #marks: { at: number; done: number }[] = [];
  readonly #now: () => number;
  #look: (() => Watched) | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  watch(look: () => Watched): void {
    this.#look = look;
  }

  start(senders: number, alreadyKnown: number): void {
    this.total = senders;
    this.done = alreadyKnown;
    this.#marks.push({ at: this.#now(), done: alreadyKnown });
  }

  add(verdict: Verdict, count: number, anew: boolean): void {
    if (anew) this.#counts.set('deferred', (this.#counts.get('deferred') ?? 0) - count);
    else this.done += count;
    this.#counts.set(verdict, (this.#counts.get(verdict) ?? 0) + count);
  }

  counts(): string {
    const of = (...verdicts: Verdict[]): number => verdicts.reduce((sum, v) => sum + (this.#counts.get(v) ?? 0), 0);
    return [
      `${of('accepted')} ok`,
      `${of('deferred')} deferred`,
      `${of('rejected')} rejected`,
      `${of('no-answer', 'unreachable', 'undeliverable')} no server`,
    ].join(', ');
  }

  /** What the rest waits for, where that is one thing; empty where it is not. */
  tail(): string {
    const watched = this.#look?.();
    if (watched === undefined) return '';
    const { busiest, toAskAgain, nextAgainAt } = watched;
    const parts = [];
    if (busiest !== null && busiest.waiting * 2 > this.total - this.done) {
      parts.push(`; ${busiest.waiting} wait for ${busiest.site}`);
    }
    if (toAskAgain > 0 && nextAgainAt !== null) {
      const inMs = Math.max(0, nextAgainAt - this.#now());
      parts.push(`; ${toAskAgain} to be asked again, the next in ${formatDuration(Math.ceil(inMs / 1000))}`);
    }
    return parts.join('');
  }

  /** Senders a second over the last minute, measured whenever it is asked for. */
  rate(): number {
    const at = this.#now();
    this.#marks.push({ at, done: this.done });
    while (this.#marks.length > 2 && at - (this.#marks[0]?.at ?? at) > rateWindowMs) this.#marks.shift();
    const first = this.#marks[0];
    return first === undefined || at === first.at ? 0 : ((this.done - first.done) * 1000) / (at - first.at);
  }
}

class ProgressBar implements ProgressListener {
  readonly #tally: Tally;
  readonly #bar: SingleBar;
  #timer: NodeJS.Timeout | undefined;

  constructor(output: NodeJS.WriteStream, now: () => number) {
    this.#tally = new Tally(now);
    this.#bar = new SingleBar({
      stream: output,
      hideCursor: true,
      barsize: 20,
      format: '{bar} {percentage}% {value}/{total} {rate}/s {left} · {counts}{tail}',
      barCompleteChar: '█',
      barIncompleteChar: '░',
      linewrap: false,
      clearOnComplete: true,
      gracefulExit: false,
      fps: 4,
    });
  }

  started(senders: number, alreadyKnown: number): void {
    this.#tally.start(senders, alreadyKnown);
    this.#bar.start(senders, alreadyKnown, this.#payload());
    this.#timer = setInterval(() => this.#show(), refreshMs);
    this.#timer.unref();
  }

  asking(look: () => Watched): void {
    this.#tally.watch(look);
  }

  decided(verdict: Verdict, count: number, anew: boolean): void {
    this.#tally.add(verdict, count, anew);
  }

  ended(): void {
    clearInterval(this.#timer);
    this.#show();
    this.#bar.stop();
  }

  #show(): void {
    this.#bar.update(this.#tally.done, this.#payload());
  }

  #payload(): object {
    const rate = this.#tally.rate();
    return {
      rate: formatRate(rate),
      left: formatTimeLeft(this.#tally.total - this.#tally.done, rate),
      counts: this.#tally.counts(),
      tail: this.#tally.tail(),
    };
  }
}

class ProgressLines implements ProgressListener {
  readonly #tally: Tally;
  readonly #output: NodeJS.WriteStream;
  #timer: NodeJS.Timeout | undefined;

  constructor(output: NodeJS.WriteStream, now: () => number) {
    this.#tally = new Tally(now);
    this.#output = output;
  }

  started(senders: number, alreadyKnown: number): void {
    this.#tally.start(senders, alreadyKnown);
    this.#timer = setInterval(() => this.#show(), lineEveryMs);
    this.#timer.unref();
  }

  asking(look: () => Watched): void {
    this.#tally.watch(look);
  }

  decided(verdict: Verdict, count: number, anew: boolean): void {
    this.#tally.add(verdict, count, anew);
  }

  ended(): void {
    clearInterval(this.#timer);
  }

  #show(): void {
    const { done, total } = this.#tally;
    const rate = this.#tally.rate();
    const left = formatTimeLeft(total - done, rate);
    const [counts, tail] = [this.#tally.counts(), this.#tally.tail()];
    this.#output.write(`${done} of ${total} senders, ${formatRate(rate)}/s, ${left}; ${counts}${tail}\n`);
  }
}

function formatRate(perSecond: number): string {
  return perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(1);
}

function formatTimeLeft(senders: number, perSecond: number): string {
  if (senders <= 0) return 'done';
  if (perSecond <= 0) return 'time left unknown';
  return `${formatDuration(Math.ceil(senders / perSecond))} left`;
}

function formatDuration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
