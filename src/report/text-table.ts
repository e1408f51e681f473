/**
 * The lines that the sections of the text report share: a label, then senders and messages, each with its share.
 */
import { formatCount, formatShare } from './format-numbers.js';

/** Columns of the label; the whole line has 80. */
const labelColumns = 37;

/** A count of senders and of messages, each with its share of a whole; none where the whole is 0. */
export function tableLine(
  label: string,
  counts: { readonly senders: number; readonly messages: number },
  wholes: { readonly senders: number; readonly messages: number },
): string {
  const fields = [
    formatCount(counts.senders).padStart(11),
    formatShare(counts.senders, wholes.senders).padStart(8),
    formatCount(counts.messages).padStart(15),
    formatShare(counts.messages, wholes.messages).padStart(9),
  ];
  return (label.padEnd(labelColumns) + fields.join('')).trimEnd();
}

/** The words above such lines. */
export function tableHead(title: string, messages = 'messages'): string {
  return `${title.padEnd(labelColumns)}${'senders'.padStart(11)}${messages.padStart(23)}`;
}

/** As `tableLine`, of senders alone. */
export function sendersLine(label: string, senders: number, whole: number): string {
  const share = formatShare(senders, whole);
  return (label.padEnd(labelColumns) + formatCount(senders).padStart(11) + share.padStart(8)).trimEnd();
}

/** Says how much of a list is not shown. */
export function more(count: number): string[] {
  return count > 0 ? [`… and ${formatCount(count)} more`] : [];
}
