/**
 * A summary as JSON, for programs.
 */

/** The JSON report: indented, one final newline, and no character that a terminal would obey. */
export function renderJson(summary: object): string {
  const json = JSON.stringify(summary, null, 2);
  return `${json.replace(/[\u007f-\u009f\u2028\u2029\p{Bidi_Control}]/gu, escapeCharacter)}\n`;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
