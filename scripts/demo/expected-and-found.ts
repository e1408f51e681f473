/**
 * Sets what a survey found beside what it had to find.
 */

/** The part of the JSON report that the demo compares. */
export interface Found {
  readonly input: { readonly senders: number };
  readonly totals: Readonly<Record<string, number>>;
  readonly messages: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
}

/** One figure. */
export interface Comparison {
  readonly what: string;
  readonly expected: number;
  /** Null where the report does not have it. */
  readonly found: number | null;
}

/** Pairs the figures that occur on either side, the expected ones first and in their order. */
export function compare(
  expected: Readonly<Record<string, number>>,
  found: Readonly<Record<string, number>>,
  open: 'only those expected' | 'all',
): Comparison[] {
  const extra = open === 'all' ? Object.keys(found).filter((what) => !Object.hasOwn(expected, what)) : [];
  return [...Object.keys(expected), ...extra].map((what) => ({
    what,
    expected: expected[what] ?? 0,
    found: found[what] ?? null,
  }));
}

/** Whether all figures agree. */
export function agree(comparisons: readonly Comparison[]): boolean {
  return comparisons.every(({ expected, found }) => expected === found);
}

/** A table with one figure a line; those that disagree are marked. */
export function renderComparison(title: string, comparisons: readonly Comparison[]): string {
  const width = Math.max(title.length, ...comparisons.map(({ what }) => what.length)) + 2;
  const line = (what: string, expected: string, found: string, mark = ''): string =>
    `  ${what.padEnd(width)}${expected.padStart(9)}${found.padStart(9)}${mark}`;
  return [
    line(title, 'expected', 'found'),
    ...comparisons.map(({ what, expected, found }) =>
      line(what, String(expected), found === null ? '-' : String(found), expected === found ? '' : '  <-- differs'),
    ),
  ].join('\n');
}
