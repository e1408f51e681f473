/**
 * A map for Postfix's check_sender_access that lets the wanted senders pass that a check of senders would refuse: one
 * `address OK` a line (access(5)), above each why it is needed. Exim's lsearch reads it too.
 */
import { domainToUnicode } from 'node:url';
import type { Evidence, Judgement } from '../verdict/evidence.js';
import type { SurveyInfo } from '../store/survey-info.js';
import type { SurveyRow } from '../store/survey-rows.js';
import { formatCounted } from './format-numbers.js';
import { fitText } from './harmless-text.js';
import { fateOf } from './refusals.js';
import { messagesOf } from './messages-of.js';
import type { Judge } from './summarise.js';

/** Columns of a comment, which Postfix would read on to any length. */
const commentColumns = 120;

/** The map, in pieces of one sender; with nobody in it, a file of comments. */
export function* postfixAccess(
  rows: Iterable<SurveyRow>,
  survey: SurveyInfo,
  judge: Judge,
): Generator<string, void, undefined> {
  yield head(survey);
  const written = new Set<string>();
  for (const row of rows) {
    if (!row.wanted || row.evidence === null) continue;
    const judgement = judge(row.evidence, row.address);
    if (judgement.verdict !== 'rejected' && fateOf(row.evidence, judgement) !== 'refused') continue;
    const keys = keysOf(row).filter((key) => !written.has(key));
    for (const key of keys) written.add(key);
    if (keys.length > 0) yield entry(row, row.evidence, judgement, messagesOf[survey.mail](row), keys);
  }
}

function head({ startedAt, mail }: SurveyInfo): string {
  const when = new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ');
  return `# Wanted senders that a check of senders would refuse. Written by sender-survey from its survey of
# ${when} UTC, of ${mail} mail. For check_sender_access, right before reject_unverified_sender.
# OK skips the rest of the list of restrictions that names this file, so nothing else may follow there.
`;
}

function entry(
  { address }: SurveyRow,
  { mxHost, replyCode, enhancedCode, replyText }: Evidence,
  { verdict, reason }: Judgement,
  messages: number,
  keys: readonly string[],
): string {
  const reply = [replyCode, enhancedCode, replyText].filter((part) => part !== null).join(' ');
  const words = mxHost === null ? reply : `${mxHost} said ${reply}`;
  const why = `${formatCounted(messages, 'message')}; ${verdict}, ${reason}${words === '' ? '' : `: ${words}`}`;
  const lines = keys.map((key) =>
    key.startsWith('#') ? `# no line can begin so: ${fitText(address, 300)}` : `${key} OK`,
  );
  return `\n# ${fitText(why, commentColumns - 2)}\n${lines.join('\n')}\n`;
}

/**
 * The ways in which Postfix may look the sender up: in lower case, quoted where the local part needs it, and with the
 * domain as the client wrote it, which with SMTPUTF8 may be in U-labels.
 */
function keysOf({ address, domain }: SurveyRow): string[] {
  const key = address.toLowerCase();
  if (domain === null || !domain.includes('xn--')) return [key];
  const unicode = domainToUnicode(domain);
  return unicode === '' || unicode === domain ? [key] : [key, `${key.slice(0, -domain.length)}${unicode}`];
}
