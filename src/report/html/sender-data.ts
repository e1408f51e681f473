/**
 * The senders as data for the page's script: blocks of some thousand, column by column, every word that repeats only
 * once. The script (table-script.js) knows this layout.
 */
import { fitText } from '../harmless-text.js';
import type { JudgedRow } from './judged-row.js';
import { embedJson, markup } from './markup.js';

/** Stands in a reply where the sender's own address stood, so that equal replies are equal; no harmless text has it. */
export const addressMark = '\u0001';

/** Columns that texts are shown in at most: addresses are limited by RFC 5321, hostile ones and replies are not. */
const longest = { address: 320, said: 500, host: 255 };

const blockRows = 2000;

/** One block. In the columns from `verdict` on stand places in the list of all blocks' words, whose first is ''. */
interface Block {
  readonly words: string[];
  readonly address: string[];
  readonly messages: number[];
  /** 1 for a wanted sender, else 0. */
  readonly wanted: number[];
  readonly verdict: number[];
  readonly reason: number[];
  readonly stage: number[];
  readonly said: number[];
  readonly host: number[];
}

/** The blocks as script elements that no browser runs, in pieces. */
export function* senderData(rows: Iterable<JudgedRow>): Generator<string> {
  const places = new Map([['', 0]]);
  let block = emptyBlock();
  block.words.push('');
  for (const row of rows) {
    if (block.address.length === blockRows) {
      yield element(block);
      block = emptyBlock();
    }
    addRow(block, row, places);
  }
  yield element(block);
}

function element(block: Block): string {
  return markup`<script type="application/json" class="senders">${embedJson(block)}</script>\n`.toString();
}

function emptyBlock(): Block {
  return { words: [], address: [], messages: [], wanted: [], verdict: [], reason: [], stage: [], said: [], host: [] };
}

function addRow(block: Block, { row, messages, verdict, reason }: JudgedRow, places: Map<string, number>): void {
  const placeOf = (word: string): number => {
    const known = places.get(word);
    if (known !== undefined) return known;
    places.set(word, places.size);
    block.words.push(word);
    return places.size - 1;
  };
  const { evidence } = row;
  const address = fitText(row.address, longest.address);
  block.address.push(address);
  block.messages.push(messages);
  block.wanted.push(row.wanted ? 1 : 0);
  block.verdict.push(placeOf(verdict));
  block.reason.push(placeOf(reason ?? ''));
  block.stage.push(placeOf(evidence?.stage ?? ''));
  block.said.push(placeOf(wordsOf(row, address)));
  block.host.push(placeOf(fitText(evidence?.mxHost ?? evidence?.mxAddress ?? '', longest.host)));
}

/** The reply with its codes, or what else is known in words. */
function wordsOf({ evidence }: JudgedRow['row'], address: string): string {
  if (evidence === null) return '';
  const { replyCode, enhancedCode, replyText } = evidence;
  const said = [replyCode, enhancedCode, replyText].filter((part) => part !== null).join(' ');
  const fitting = fitText(said, longest.said);
  return address === '' ? fitting : fitting.replaceAll(address, addressMark);
}
