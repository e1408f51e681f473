/**
 * Addresses and replies come from anyone on the internet. What a terminal or an editor would obey instead of show is
 * replaced before it is printed.
 */

/** Control characters (C0, DEL, C1), line and paragraph separators, bidirectional controls, halves of a character. */
const obeyed = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;

/** The text with `?` for every character that is an instruction. */
export function makeHarmless(text: string): string {
  return text.replace(obeyed, '?');
}

/** The harmless text in at most so many terminal columns, cut with an ellipsis; wide characters count two. */
export function fitText(text: string, columns: number): string {
  const harmless = makeHarmless(text);
  if (widthOf(harmless) <= columns) return harmless;
  let fitting = '';
  let left = columns - 1;
  for (const character of harmless) {
    left -= widthOf(character);
    if (left < 0) break;
    fitting += character;
  }
  return `${fitting}…`;
}

/** As `fitText`, filled up with spaces on the right. */
export function padText(text: string, columns: number): string {
  const fitting = fitText(text, columns);
  return fitting + ' '.repeat(columns - widthOf(fitting));
}

/** Narrow though they come after U+1100: the ellipsis, box drawings and blocks. */
const narrow = /[…\u2500-\u259f]/u;

/** Columns on a terminal: from U+1100 on, where the wide scripts begin, two are set aside for each character. */
export function widthOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += character < '\u1100' || narrow.test(character) ? 1 : 2;
  return columns;
}
