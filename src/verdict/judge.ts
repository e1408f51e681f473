/**
 * The verdict on a piece of evidence. What happened and the class of the reply alone give the verdict; the rules give
 * the reason. Pure and versioned, so that an old survey can be judged anew.
 */
import type { AskedVerdict, Event, Evidence, Judgement } from './evidence.js';
import { cutEchoes } from './cut-echoes.js';
import { deferredRules, rejectedRules, type Rule } from './rules.js';

export { rulesVersion } from './rules.js';

/**
 * Judges evidence about `address`. `ourNames` are the names we go by, such as the one in EHLO: like the address and
 * the server's own name they are not read where a reply repeats them.
 */
export function judge(evidence: Evidence, address: string, ourNames: readonly string[] = []): Judgement {
  return evidence.event === 'reply' ? judgeReply(evidence, address, ourNames) : judgeEvent(evidence.event);
}

function judgeReply(evidence: Evidence, address: string, ourNames: readonly string[]): Judgement {
  const { replyCode, stage } = evidence;
  if (replyCode === null || replyCode < 200 || replyCode > 599)
    return { verdict: 'no-answer', reason: 'not-smtp', rule: 'not a reply code' };
  const kind = Math.floor(replyCode / 100);
  if (kind === 2 && stage === 'rcpt') return judgeAccepted(evidence);
  if (kind < 4) return { verdict: 'no-answer', reason: 'not-smtp', rule: `${replyCode} is no answer at this stage` };
  const text = cutEchoes(evidence.replyText ?? '', address, [evidence.mxHost ?? '', ...ourNames]);
  if (kind === 4) {
    const rule = deferredRules.find((candidate) => fits(candidate, evidence, text));
    return { verdict: 'deferred', reason: rule?.reason ?? 'other-deferral', rule: rule?.name ?? 'no rule fits' };
  }
  const rule = rejectedRules.find((candidate) => fits(candidate, evidence, text));
  return { verdict: 'rejected', reason: rule?.reason ?? 'unspecified', rule: rule?.name ?? 'no rule fits' };
}

function judgeAccepted({ catchAll, replyCode }: Evidence): Judgement {
  if (catchAll === true) return { verdict: 'accepted', reason: 'catch-all', rule: 'accepts what cannot exist too' };
  return { verdict: 'accepted', reason: 'ok', rule: `${replyCode} to RCPT` };
}

function fits(rule: Rule<'deferred' | 'rejected'>, evidence: Evidence, text: string): boolean {
  const { stages, codes, enhanced, text: words } = rule;
  if (stages !== undefined && (evidence.stage === null || !stages.includes(evidence.stage))) return false;
  if (codes !== undefined && (evidence.replyCode === null || !codes.includes(evidence.replyCode))) return false;
  if (enhanced !== undefined && !enhanced.test(enhancedCodeOf(evidence))) return false;
  return words === undefined || words.test(text);
}

/** The enhanced code, also where it stands within the text, as in `(#5.1.1)`; not what only looks like a part of one. */
function enhancedCodeOf({ enhancedCode, replyText, replyCode }: Evidence): string {
  if (enhancedCode !== null) return enhancedCode;
  const inText = /(?<![\d.])[45]\.[0-7]\.\d{1,3}(?![\d.]*\d)/.exec(replyText ?? '')?.[0] ?? '';
  return inText.startsWith(String(replyCode).slice(0, 1)) ? inText : '';
}

type WordlessEvent = Exclude<Event, 'reply'>;

/** The verdict for everything that is not a reply; the reason is the event itself. */
const verdictsByEvent = {
  timeout: 'no-answer',
  'hang-up': 'no-answer',
  'not-smtp': 'no-answer',
  'reply-too-long': 'no-answer',
  'tls-failed': 'no-answer',
  'connection-refused': 'unreachable',
  'connection-timeout': 'unreachable',
  'network-unreachable': 'unreachable',
  'dns-failure': 'unreachable',
  'dns-timeout': 'unreachable',
  'no-such-domain': 'undeliverable',
  'null-mx': 'undeliverable',
  'no-mail-host': 'undeliverable',
  'opted-out': 'skipped',
  'bad-syntax': 'skipped',
  'forbidden-network': 'skipped',
  'no-smtputf8': 'skipped',
} as const satisfies Record<WordlessEvent, AskedVerdict>;

function judgeEvent(event: WordlessEvent): Judgement {
  return { verdict: verdictsByEvent[event], reason: event, rule: `no reply: ${event}` };
}
