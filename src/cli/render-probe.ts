/**
 * What `probe` shows, as lines that fit the terminal: DNS answers, the conversation with its times, and the reasoning.
 */
import type { WatchedAnswer } from '../exchangers/watch-answers.js';
import type { TraceLine } from '../probe/trace.js';
import { makeHarmless } from '../report/harmless-text.js';
import type { Paint } from '../report/paint.js';
import type { Evidence, Judgement } from '../verdict/evidence.js';

/** `   0.012 S: 250 2.1.5 Ok`; `milliseconds` since the conversation began. */
export function renderTraceLine({ t, dir, text }: TraceLine, width: number): string {
  return hang(`${(t / 1000).toFixed(3).padStart(9)} ${dir}: `, text, width);
}

/** `   0.003 DNS: MX example.com: 10 mx.example.com`. */
export function renderAnswer({ type, name, words }: WatchedAnswer, milliseconds: number, width: number): string {
  return hang(`${(milliseconds / 1000).toFixed(3).padStart(9)} DNS: `, `${type} ${name}: ${words}`, width);
}

/** The verdict, the rule that gave it, and what it was given for. */
export function renderReasoning(evidence: Evidence, judgement: Judgement, width: number, paint: Paint): string[] {
  const { verdict, reason, rule } = judgement;
  const lines: [label: string, text: string][] = [
    ['verdict:', `${verdict} (${reason})`],
    ['because:', rule],
    ['seen:', `${whatWasSeen(evidence)}${whereSeen(evidence)}`],
  ];
  if (evidence.catchAll !== null) lines.push(['catch-all:', catchAllWords(evidence.catchAll)]);
  return lines.map(([label, text]) => {
    const line = hang(`  ${label.padEnd(11)}`, text, width);
    return label === 'verdict:' ? paint(verdict, line) : line;
  });
}

function whatWasSeen({ event, replyCode, enhancedCode, replyText }: Evidence): string {
  if (event !== 'reply') return replyText ?? event;
  return [replyCode, enhancedCode, replyText].filter((part) => part !== null && part !== '').join(' ');
}

function whereSeen({ stage, mxHost, mxAddress }: Evidence): string {
  const at = stage === null ? '' : `, at ${stage}`;
  return mxHost === null ? at : `${at}, ${mxHost} [${mxAddress}]`;
}

function catchAllWords(accepts: boolean): string {
  return accepts
    ? 'yes: an address that cannot exist was accepted too'
    : 'no: an address that cannot exist was refused';
}

/** The harmless text after a prefix, in lines of this width at most; all but the first stand under the text. */
export function hang(prefix: string, text: string, width: number): string {
  const room = Math.max(20, width - prefix.length);
  const lines: string[] = [];
  let rest = makeHarmless(text);
  while (rest.length > room) {
    const space = rest.lastIndexOf(' ', room);
    const end = space > room / 3 ? space : room;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest].map((line, i) => `${i === 0 ? prefix : ' '.repeat(prefix.length)}${line}`).join('\n');
}
