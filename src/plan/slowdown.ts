/**
 * How much slower than the limits allow one site or one server is asked, after what it did: a pause that grows with
 * each complaint and shrinks with each quiet session, or a doubt whether anybody is there at all.
 */

/** The longest pause is that after so many complaints: eight times the first. */
const longestPause = 4;
/** Complaints in a row, each after its pause and none with any other answer, after which it is left alone. */
const patience = 5;

/** One session at a time, and a pause before it. All times are the planner's. */
export class Slowdown {
  readonly #pauseMs: number;
  /** 0 at full speed; n for the first pause doubled n - 1 times between sessions. */
  #level = 0;
  #inVain = 0;
  #complainedAt = -Infinity;
  #pausedUntil = -Infinity;
  #doubtedAt = Infinity;

  /** `pauseMs`: the pause after the first complaint; half of it before a server that seems dead is looked at again. */
  constructor(pauseMs: number) {
    this.#pauseMs = pauseMs;
  }

  /** Whether there is any. */
  get active(): boolean {
    return this.#level > 0 || this.#doubtedAt < Infinity;
  }

  /** No session before this. */
  get notBefore(): number {
    return Math.max(this.#pausedUntil, this.#doubtedAt < Infinity ? this.#secondLookAt : -Infinity);
  }

  /**
   * A session that began at `startedAt` was told that we are too many or too fast; `answered` if it got other answers
   * as well. Gives whether to leave it at that. Sessions that were open together make one complaint.
   */
  complained(answered: boolean, startedAt: number, now: number): boolean {
    const again = startedAt >= this.#complainedAt;
    if (answered) this.#inVain = 0;
    else if (again) this.#inVain += 1;
    const worse = again && !answered ? this.#level + 1 : this.#level;
    this.#level = Math.min(longestPause, Math.max(1, worse));
    this.#complainedAt = now;
    this.#pause(now);
    return this.#inVain >= patience;
  }

  /** A session that began at `startedAt` got answers and no complaint: one step faster. */
  wasQuiet(startedAt: number, now: number): void {
    if (startedAt < this.#complainedAt) return;
    this.#inVain = 0;
    this.#level = Math.max(0, this.#level - 1);
    this.#pause(now);
  }

  /**
   * A connection tried at `startedAt` did not come about, or got no answer. Gives whether that was the second look; if
   * it was the first, the wait until then begins at `since`.
   */
  wasInVain(startedAt: number, since: number): boolean {
    if (startedAt >= this.#secondLookAt) return true;
    if (this.#doubtedAt === Infinity) this.#doubtedAt = since;
    return false;
  }

  /** A server answered. */
  wasReached(): void {
    this.#doubtedAt = Infinity;
  }

  get #secondLookAt(): number {
    return this.#doubtedAt + this.#pauseMs / 2;
  }

  #pause(now: number): void {
    this.#pausedUntil = this.#level === 0 ? -Infinity : now + this.#pauseMs * 2 ** (this.#level - 1);
  }
}
