/**
 * HTML as a type of its own: what is put into a template is text unless it is markup already, so that no word from
 * the network becomes a tag. Names of attributes and tags are always ours; values stand in double quotes.
 */
import { makeHarmless } from '../harmless-text.js';

/** HTML of ours, everything foreign in it escaped. */
export class Markup {
  readonly #html: string;

  constructor(html: string) {
    this.#html = html;
  }

  toString(): string {
    return this.#html;
  }
}

/** What a template takes: text and numbers are escaped, lists joined, null and false left out. */
export type Content = Markup | string | number | null | false | readonly Content[];

/** The template. Not named `html`, which the formatter would rewrite, spaces and all. */
export function markup(literals: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(String.raw({ raw: literals }, ...contents.map(toHtml)));
}

/** Text of our own that is no HTML and goes in as it is: the style sheet, the script. */
export function verbatim(text: string): Markup {
  return new Markup(text);
}

function toHtml(content: Content): string {
  if (content === null || content === false) return '';
  if (content instanceof Markup) return content.toString();
  if (typeof content === 'object') return content.map(toHtml).join('');
  return escapeText(String(content));
}

/** For text between tags and in quoted values; what a browser or an editor would obey becomes `?`. */
function escapeText(text: string): string {
  return makeHarmless(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Data for the script, inside a script element: `<` is written so that neither `</script` nor `<!--` can occur. */
export function embedJson(data: unknown): Markup {
  return new Markup(JSON.stringify(data).replaceAll('<', String.raw`\u003c`));
}
