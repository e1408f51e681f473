/**
 * What the name of a rotated log tells of its age. Only order is learnt from names, never what a file holds.
 */

/** Whose rotation a file is, and how old in comparison. */
export interface Rotation {
  /** The name of the log that is rotated. */
  readonly log: string;
  /** Greater is older; the log itself is youngest. Only ages of the same log compare. */
  readonly age: number;
}

/** `mail.log.2.gz`, `mail.log-20261116.xz`, `mail.log.20261116`, `mail.log-20261116-1763251200`. */
const rotated = /^(.+?)(?:[.-](\d{6,14}(?:-\d{1,12})?)|\.(\d{1,4}))?(?:\.(?:gz|bz2|xz|zst|Z|lz4|lzma))?$/;

/** Reads a file's name. Dates are younger the greater they are, numbers the smaller they are. */
export function rotationOf(name: string): Rotation {
  const [, log = name, date, number] = rotated.exec(name) ?? [];
  if (date !== undefined) return { log, age: 1 / (1 + Number(date.replace('-', '.'))) };
  return { log, age: number === undefined ? 0 : 1 + Number(number) };
}
