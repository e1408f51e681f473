/**
 * What the user names (files, directories of rotated logs, globs, `-`) → the files to read, in sets: the files of one
 * directory or glob are a set, and so are files named one by one that are rotations of one log.
 */
import { readdir, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { InputError } from './input-error.js';
import { findInput, type FoundInput } from './open-input.js';
import { rotationOf } from './rotation.js';

/** Files that belong together and are read oldest first. */
export interface InputSet {
  /** The directory or glob they were found by; null where the user named each of them. */
  readonly foundBy: string | null;
  readonly inputs: readonly FoundInput[];
}

/** What is to be said and known of the surroundings. */
export interface Surroundings {
  readonly stdin: NodeJS.ReadableStream;
  /** ms since 1970. */
  readonly now: number;
  readonly warn: (message: string) => void;
}

/** The sets in the order in which they are named; each file is in one of them, by whatever names it is given.
 * @throws {InputError} where a name stands for nothing that can be read.
 */
export async function findInputs(names: readonly string[], surroundings: Surroundings): Promise<InputSet[]> {
  const sets = new Map<string, { foundBy: string | null; inputs: FoundInput[] }>();
  const seen = new Map<string, FoundInput>();
  for (const name of names) {
    const files = await filesOf(name);
    const key = files === null ? `named ${rotationOf(name).log}` : `found ${name}`;
    const set = sets.get(key) ?? { foundBy: files === null ? null : name, inputs: [] };
    sets.set(key, set);
    for (const file of files ?? [name]) {
      const input = await findInput(file, surroundings.stdin, surroundings.now);
      const same = seen.get(input.identity);
      if (same === undefined) set.inputs.push(input);
      else if (files === null) surroundings.warn(`${file} is the same file as ${same.name}; it is read once`);
      seen.set(input.identity, same ?? input);
    }
  }
  return [...sets.values()];
}

/** The files that a directory or glob stands for; null for anything else. */
async function filesOf(name: string): Promise<string[] | null> {
  if (name === '-') return null;
  const stats = await stat(name).catch(() => null);
  if (stats?.isDirectory() === true) return filesIn(name);
  if (stats !== null || !/[*?[{]/.test(name)) return null;
  const { glob } = await import('tinyglobby');
  const absolute = isAbsolute(name);
  const files = await glob(name, { onlyFiles: true, expandDirectories: false, dot: false, absolute });
  if (files.length === 0) throw new InputError(`${name}: no such file, and as a pattern it matches none`);
  return files.toSorted();
}

async function filesIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    throw new InputError(`${directory} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const paths = names.filter((name) => !name.startsWith('.')).map((name) => join(directory, name));
  const files: string[] = [];
  for (const path of paths.toSorted()) {
    const stats = await stat(path).catch(() => null);
    if (stats?.isFile() === true) files.push(path);
  }
  if (files.length === 0) throw new InputError(`${directory} is a directory without files`);
  return files;
}
