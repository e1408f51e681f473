/**
 * One line of a log kept by syslog that is read here: its parts, as the scanner (scanner/line.ts) found them.
 */
import { TwinHash } from './hash-bytes.js';
import type { LogClock } from './log-clock.js';
import type { ScanTape } from './scan-tape.js';

/** The line being read. One object is used for all lines of a log; its fields hold until the next `read`. */
export class LogLine {
  bytes: DataView = new DataView(new ArrayBuffer(0));
  /** Where the line ends. */
  end = 0;
  /** Where the queue id begins, if there is one, else the text. */
  idStart = 0;
  /** Where the queue id ends; equal to `idStart` where there is none. */
  idEnd = 0;
  /** Where the text after the queue id begins. */
  text = 0;
  /** Where the name of the daemon begins, as far as it is known: it tells whose line this is, but may be cut or changed. */
  tag = 0;
  /** How often the line stands for itself: rsyslog's `message repeated 2 times: [ ... ]`. */
  times = 1;
  /** Set by `hashId`: the two halves of the hashes of host and queue id, added bit by bit (XOR). */
  idHigh = 0;
  idLow = 0;

  readonly #clock: LogClock;
  readonly #hash = new TwinHash();
  #tape: ScanTape | null = null;
  #hostStart = 0;
  #hostEnd = 0;

  constructor(clock: LogClock) {
    this.#clock = clock;
  }

  /** Takes the line of the tape's record. */
  read(tape: ScanTape): void {
    this.#tape = tape;
    this.bytes = tape.bytes;
    this.end = tape.lineEnd;
    this.tag = tape.tag;
    this.idStart = tape.idStart;
    this.idEnd = tape.idEnd;
    this.text = tape.text;
    this.times = tape.times;
    this.#hostStart = tape.hostStart;
    this.#hostEnd = tape.hostEnd;
  }

  /** When the line was written: seconds since 1970 UTC, 0 where it does not say. */
  seconds(): number {
    return this.#tape?.seconds(this.#clock) ?? 0;
  }

  /** Hashes host and queue id, or another id of the same host, into `idHigh` and `idLow`. */
  hashId(start = this.idStart, end = this.idEnd): void {
    this.#hash.hash(this.bytes, this.#hostStart, this.#hostEnd);
    const { high, low } = this.#hash;
    this.#hash.hash(this.bytes, start, end);
    // Turned, so that a host and an id of one text do not cancel each other out.
    this.idHigh = this.#hash.high ^ ((high << 1) | (high >>> 31));
    this.idLow = this.#hash.low ^ ((low << 1) | (low >>> 31));
  }
}
