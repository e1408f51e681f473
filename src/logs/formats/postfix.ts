/**
 * Postfix. A message is born with `ID: client=...` (smtpd) or `ID: uid=...` (pickup), counted when qmgr first takes it up
 * (`ID: from=<...>, size=`), and dies with `ID: removed`. qmgr repeats its line at each attempt to deliver.
 */
import { TwinHash } from '../hash-bytes.js';
import { countedState, doubtfulState, outsideState, ownState, submittedState } from '../live-messages.js';
import type { LogClock } from '../log-clock.js';
import type { ScanTape } from '../scan-tape.js';
import type { MailLogFormat, ParserContext, RecordParser } from './format.js';

/** The kinds of lines that say something of a message; scanner/postfix.ts has them too, and says more of each. */
const received = 1;
const submitted = 2;
const identified = 3;
const queued = 4;
const queuedOwn = 5;
const takenElsewhere = 6;
const removed = 7;
const rejected = 8;
const malformed = 9;
const settled = 10;

const none = 0;

/** The format of Postfix's log, syslog or `maillog_file`. */
export const postfix: MailLogFormat = { name: 'postfix', createParser: (context) => new PostfixParser(context) };

/** What the lines say together. */
class PostfixParser implements RecordParser {
  readonly #context: ParserContext;
  /** Of a Message-ID or a sender: they are the same on all hosts. */
  readonly #hash = new TwinHash();

  constructor(context: ParserContext) {
    this.#context = context;
  }

  apply(record: ScanTape, clock: LogClock): void {
    const { events, live } = this.#context;
    switch (record.kind) {
      case received:
        return live.set(record.idHigh, record.idLow, this.#originalState(record) || outsideState);
      case submitted:
        return live.set(record.idHigh, record.idLow, this.#originalState(record) || submittedState);
      case identified:
        return this.#identified(record);
      case queued:
      case queuedOwn:
        return this.#queued(record, clock);
      case takenElsewhere:
        if (live.get(record.idHigh, record.idLow) !== ownState) return;
        return events.corresponded(record.bytes, record.start, record.end);
      case settled:
        live.forget(record.idHigh, record.idLow);
        return events.accepted(record.bytes, record.start, record.end, record.seconds(clock), record.hash);
      case removed:
        return live.forget(record.idHigh, record.idLow);
      case rejected:
        return events.rejected(
          record.bytes,
          record.start,
          record.end,
          record.seconds(clock),
          record.times,
          record.hash,
        );
      case malformed:
        return events.malformed();
    }
  }

  /**
   * The state of the message that a content filter hands back under a new id, if it tells the first one and that was
   * counted, on whatever host; else 0.
   */
  #originalState(record: ScanTape): typeof none | typeof countedState | typeof ownState {
    const { live } = this.#context;
    const { otherHigh, otherLow, hostHigh, hostLow } = record;
    live.addHost(hostHigh, hostLow);
    if (otherHigh === none && otherLow === none) return none;
    const state = live.getOnAnyHost(otherHigh, otherLow, hostHigh, hostLow);
    return state === countedState || state === ownState ? state : none;
  }

  /**
   * A content filter that does not tell the first id gives back what an own user submitted with the Message-ID that it had.
   */
  #identified(record: ScanTape): void {
    const { live } = this.#context;
    const { idHigh, idLow } = record;
    if (live.get(idHigh, idLow) !== submittedState) return;
    this.#hash.hash(record.bytes, record.start, record.end);
    const { high, low } = this.#hash;
    if (live.get(high, low) === countedState) live.set(idHigh, idLow, doubtfulState);
    else live.set(high, low, countedState);
  }

  #queued(record: ScanTape, clock: LogClock): void {
    const { events, live } = this.#context;
    const { idHigh, idLow, start, end } = record;
    const state = live.get(idHigh, idLow);
    if (state === countedState || state === ownState) return;
    const ours = state === submittedState || state === doubtfulState;
    live.set(idHigh, idLow, ours && start < end ? ownState : countedState);
    if (ours) this.#submitted(record, clock, state === doubtfulState);
    else if (record.kind === queuedOwn) events.submitted(record.bytes, start, end, record.seconds(clock));
    else {
      events.accepted(record.bytes, start, end, record.seconds(clock), record.hash);
      if (state === none && start < end) events.originUnknown?.();
    }
  }

  /** A doubtful message is a second copy if its sender has submitted before, and else one to another list member. */
  #submitted(record: ScanTape, clock: LogClock, doubtful: boolean): void {
    const { events, live } = this.#context;
    const { bytes, start, end } = record;
    this.#hash.hash(bytes, start, end);
    const { high, low } = this.#hash;
    const known = live.get(high, low) === countedState;
    live.set(high, low, countedState);
    if (!doubtful || !known) events.submitted(bytes, start, end, record.seconds(clock));
  }
}
