/**
 * What is logged: a line for each mail of a bad sender; of mail that passes since a limit is reached, or since something
 * went wrong, the first of each kind, and a minute later how many more there were.
 */
import type { Clock } from '../clock.js';
import { makeHarmless } from '../report/harmless-text.js';
import { formatAddress } from '../senders/address.js';
import { explain, type Mode } from './action.js';
import type { Decision, Pass } from './decide.js';
import type { Action } from './enforce.js';
import type { PolicyRequest } from './request.js';

/** Passes that somebody should hear of. */
const remarkable: ReadonlySet<Pass> = new Set<Pass>([
  'too-late',
  'client-limit',
  'domain-limit',
  'total-limit',
  'site-limit',
  'overload',
  'suspended',
  'error',
]);

const minuteMs = 60_000;
/** Characters of what a client said, each. */
const longestWord = 300;

/** Logs decisions, one line each, to `write`. */
export class DecisionLog {
  readonly #write: (line: string) => void;
  readonly #clock: Clock;
  readonly #more = new Map<Pass, number>();

  constructor(write: (line: string) => void, clock: Clock) {
    this.#write = write;
    this.#clock = clock;
  }

  /** Logs what is worth it. */
  note(request: PolicyRequest, decision: Decision, action: Action, mode: Mode): void {
    if (decision.kind === 'bad') {
      const { mailbox, evidence, judgement } = decision;
      const address = formatAddress(mailbox);
      const why = `verdict=${judgement.verdict}/${judgement.reason} text="${explain(address, evidence).replaceAll('"', "'")}"`;
      this.#line(`action=${action} mode=${mode} ${envelopeOf(request)} ${why}`);
    } else if (remarkable.has(decision.why)) this.#notePass(request, decision.why);
  }

  #notePass(request: PolicyRequest, why: Pass): void {
    const more = this.#more.get(why);
    this.#more.set(why, more === undefined ? 0 : more + 1);
    if (more !== undefined) return;
    this.#line(`passed=${why} ${envelopeOf(request)}`);
    this.#clock.after(minuteMs, () => {
      const count = this.#more.get(why) ?? 0;
      this.#more.delete(why);
      if (count > 0) this.#line(`passed=${why} more=${count} in the last minute`);
    });
  }

  #line(text: string): void {
    this.#write(`${new Date(this.#clock.now()).toISOString()} ${makeHarmless(text)}`);
  }
}

function envelopeOf({ sender, recipient, client_address: client }: PolicyRequest): string {
  return `from=<${word(sender)}> to=<${word(recipient)}> client=${word(client) || 'unknown'}`;
}

/** What is not printable ASCII, or would end a field, is escaped. */
function word(text: string): string {
  return text.slice(0, longestWord).replace(/[^\x21-\x7e]|[<>"]/g, '?');
}
