/**
 * Postfix. A message is born with `ID: client=...` (smtpd) or `ID: uid=...` (pickup), counted when qmgr first takes it up
 * (`ID: from=<...>, size=`), and dies with `ID: removed`. qmgr repeats its line at each attempt to deliver.
 */
import { TwinHash } from '../hash-bytes.js';
import { countedState, doubtfulState, outsideState, ownState, submittedState } from '../live-messages.js';
import type { LogLine } from '../log-line.js';
import type { Finding } from './finding.js';
import type { MailLogFormat, MailLogParser, ParserContext } from './format.js';
import { postfixKinds, PostfixScanner } from './postfix-scanner.js';

const none = 0;

/** The format of Postfix's log, syslog or `maillog_file`. */
export const postfix: MailLogFormat = { name: 'postfix', createParser: (context) => new PostfixParser(context) };

/** What the lines say together. */
class PostfixParser implements MailLogParser {
  readonly #context: ParserContext;
  readonly #scanner = new PostfixScanner();
  /** Of a Message-ID or a sender: they are the same on all hosts. */
  readonly #hash = new TwinHash();

  constructor(context: ParserContext) {
    this.#context = context;
  }

  take(line: LogLine): boolean {
    if (!this.#scanner.scan(line)) return false;
    this.apply(this.#scanner.finding, line);
    return true;
  }

  apply(finding: Finding, line: Pick<LogLine, 'bytes' | 'seconds'>): void {
    const { events, live } = this.#context;
    const { idHigh, idLow, start, end } = finding;
    switch (finding.kind) {
      case postfixKinds.received:
        return live.set(idHigh, idLow, this.#originalState(finding) || outsideState);
      case postfixKinds.submitted:
        return live.set(idHigh, idLow, this.#originalState(finding) || submittedState);
      case postfixKinds.identified:
        return this.#identified(finding, line);
      case postfixKinds.queued:
      case postfixKinds.queuedOwn:
        return this.#queued(finding, line);
      case postfixKinds.takenElsewhere:
        if (live.get(idHigh, idLow) === ownState) events.corresponded(line.bytes, start, end);
        return;
      case postfixKinds.removed:
        return live.forget(idHigh, idLow);
      case postfixKinds.rejected:
        return events.rejected(line.bytes, start, end, line.seconds(), finding.times);
      case postfixKinds.malformed:
        return events.malformed();
    }
  }

  /**
   * The state of the message that a content filter hands back under a new id, if it tells the first one and that was
   * counted, on whatever host; else 0.
   */
  #originalState(finding: Finding): typeof none | typeof countedState | typeof ownState {
    const { live } = this.#context;
    const { otherHigh, otherLow, hostHigh, hostLow } = finding;
    live.addHost(hostHigh, hostLow);
    if (otherHigh === none && otherLow === none) return none;
    const state = live.getOnAnyHost(otherHigh, otherLow, hostHigh, hostLow);
    return state === countedState || state === ownState ? state : none;
  }

  /**
   * A content filter that does not tell the first id gives back what an own user submitted with the Message-ID that it had.
   */
  #identified({ idHigh, idLow, start, end }: Finding, { bytes }: Pick<LogLine, 'bytes'>): void {
    const { live } = this.#context;
    if (live.get(idHigh, idLow) !== submittedState) return;
    this.#hash.hash(bytes, start, end);
    const { high, low } = this.#hash;
    if (live.get(high, low) === countedState) live.set(idHigh, idLow, doubtfulState);
    else live.set(high, low, countedState);
  }

  #queued(finding: Finding, line: Pick<LogLine, 'bytes' | 'seconds'>): void {
    const { events, live } = this.#context;
    const { idHigh, idLow, start, end } = finding;
    const state = live.get(idHigh, idLow);
    if (state === countedState || state === ownState) return;
    const ours = state === submittedState || state === doubtfulState;
    live.set(idHigh, idLow, ours && start < end ? ownState : countedState);
    if (ours) this.#submitted(finding, line, state === doubtfulState);
    else if (finding.kind === postfixKinds.queuedOwn) events.submitted(line.bytes, start, end, line.seconds());
    else {
      events.accepted(line.bytes, start, end, line.seconds());
      if (state === none && start < end) events.originUnknown?.();
    }
  }

  /** A doubtful message is a second copy if its sender has submitted before, and else one to another list member. */
  #submitted(finding: Finding, line: Pick<LogLine, 'bytes' | 'seconds'>, doubtful: boolean): void {
    const { events, live } = this.#context;
    this.#hash.hash(line.bytes, finding.start, finding.end);
    const { high, low } = this.#hash;
    const known = live.get(high, low) === countedState;
    live.set(high, low, countedState);
    if (!doubtful || !known) events.submitted(line.bytes, finding.start, finding.end, line.seconds());
  }
}
