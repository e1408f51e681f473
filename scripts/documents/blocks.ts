/**
 * Reads the examples out of the documents, so that what they show is what the tests run.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const project = join(import.meta.dirname, '../..');

/** Everything that users are given to read, by its path in the project. */
export function documents(): string[] {
  const topics = readdirSync(join(project, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', ...topics.toSorted().map((name) => `docs/${name}`)];
}

/** A fenced block of a document. */
export interface Block {
  /** What stands after the fence: `sh`, `postfix`. */
  readonly language: string;
  readonly text: string;
  /** Line of the document where its text begins, from 1. */
  readonly line: number;
}

/** The fenced blocks of a document such as `docs/policy.md`, in their order. */
export function blocksOf(document: string): Block[] {
  const text = readFileSync(join(project, document), 'utf8');
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(({ index, 1: language = '', 2: body = '' }) => ({
    language,
    text: body,
    line: text.slice(0, index).split('\n').length + 1,
  }));
}

/** The only block in that language. */
export function blockOf(document: string, language: string): string {
  const [block, ...more] = blocksOf(document).filter((each) => each.language === language);
  if (block === undefined || more.length > 0) throw new Error(`${document} has not one block of ${language}`);
  return block.text;
}
