/**
 * Shows how far a survey is: a bar on a terminal, a quiet line every ten seconds elsewhere. It listens and counts;
 * nothing depends on it.
 */
import { SingleBar } from 'cli-progress';
import type { Watched } from '../ask-senders.js';
import type { Verdict } from '../verdict/evidence.js';
import { progressBarLine, progressLogLine } from './progress-line.js';
import { ProgressTally } from './progress-tally.js';

const lineEveryMs = 10_000;

/** What the survey tells its listener. */
export interface ProgressListener {
  /** Called once, when it is known how many senders there are and how many need no asking. */
  started(senders: number, alreadyKnown: number): void;
  /** Called before the first question; `look` tells what the survey is at. */
  asking(look: () => Watched): void;
  /** `count` more senders have this verdict; or, `anew`, so many that were counted as deferred have it instead. */
  decided(verdict: Verdict, count: number, anew: boolean): void;
  /** `count` senders that had this verdict are to be asked again. */
  withdrawn(verdict: Verdict, count: number): void;
  /** Called at the end, also after an interrupt. */
  ended(): void;
}

export type ProgressMode = 'auto' | 'always' | 'never';

/** The listener for this mode and this output (standard error). */
export function createProgress(mode: ProgressMode, output: NodeJS.WriteStream, now: () => number): ProgressListener {
  if (mode === 'never') return silent;
  const tally = new ProgressTally(now);
  return output.isTTY
    ? new ShownProgress(tally, barOn(output, tally))
    : new ShownProgress(tally, linesOn(output, tally));
}

const silent: ProgressListener = {
  started: () => {},
  asking: () => {},
  decided: () => {},
  withdrawn: () => {},
  ended: () => {},
};

/** A way to show progress, from its beginning to its end. */
interface Display {
  begin(): void;
  /** May be told twice. */
  end(): void;
}

class ShownProgress implements ProgressListener {
  readonly #tally: ProgressTally;
  readonly #display: Display;

  constructor(tally: ProgressTally, display: Display) {
    this.#tally = tally;
    this.#display = display;
  }

  started(senders: number, alreadyKnown: number): void {
    this.#tally.start(senders, alreadyKnown);
    this.#display.begin();
  }

  asking(look: () => Watched): void {
    this.#tally.watch(look);
  }

  decided(verdict: Verdict, count: number, anew: boolean): void {
    this.#tally.add(verdict, count, anew);
  }

  withdrawn(verdict: Verdict, count: number): void {
    this.#tally.withdraw(verdict, count);
  }

  ended(): void {
    this.#display.end();
  }
}

/** One line that is drawn over itself, as wide as the terminal is at the time, and gone at the end. */
function barOn(output: NodeJS.WriteStream, tally: ProgressTally): Display {
  const bar = new SingleBar({
    stream: output,
    format: () => progressBarLine(tally.progress(), output.columns || 80),
    fps: 4,
    hideCursor: true,
    linewrap: false,
    clearOnComplete: true,
    gracefulExit: false,
  });
  // A second Ctrl-C ends the process at once: the cursor must come back even then.
  const stop = (): void => bar.stop();
  return {
    begin: () => {
      process.once('exit', stop);
      bar.start(1, 0);
    },
    end: () => {
      process.off('exit', stop);
      bar.stop();
    },
  };
}

function linesOn(output: NodeJS.WriteStream, tally: ProgressTally): Display {
  let timer: NodeJS.Timeout | undefined;
  return {
    begin: () => {
      timer = setInterval(() => output.write(`${progressLogLine(tally.progress())}\n`), lineEveryMs);
      timer.unref();
    },
    end: () => clearInterval(timer),
  };
}
