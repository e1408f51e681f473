/**
 * The one writer: tells before the first probe whether the reports can be written, and writes each of them beside its
 * target and renames it, so that a report appears whole or not at all.
 */
import { accessSync, constants, closeSync, openSync, realpathSync, rmSync, statSync, type Stats } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { OutputError } from './output-error.js';
import { writeToStream } from './write-to-stream.js';

/** Where each report goes: a file, `-` for standard output, undefined for none. */
export type ReportPaths<Name extends string> = { readonly [name in Name]?: string | undefined };

/** The reports asked for. Writing one that was not asked for does nothing, and does not even read its pieces. */
export interface Reports<Name extends string> {
  write(name: Name, pieces: Iterable<string>): Promise<void>;
}

/**
 * Looks whether every report can be written where it is to go; leaves nothing there yet.
 * @throws OutputError, here and when writing.
 */
export function openReports<Name extends string>(
  names: readonly Name[],
  paths: ReportPaths<NoInfer<Name>>,
  stdout: Writable = process.stdout,
): Reports<Name> {
  const writers = new Map(names.map((name) => [name, openReport(paths[name], stdout)]));
  return { write: async (name, pieces) => writers.get(name)?.(pieces) };
}

type WriteReport = (pieces: Iterable<string>) => Promise<void>;

function openReport(path: string | undefined, stdout: Writable): WriteReport {
  if (path === undefined) return async () => {};
  if (path === '-') return (pieces) => writeToStream(stdout, pieces);
  try {
    const write = prepare(path);
    return (pieces) => write(pieces).catch((error: unknown) => rethrow(path, error));
  } catch (error) {
    return rethrow(path, error);
  }
}

/** Looks whether the path can be written, by writing an empty draft beside it. */
function prepare(path: string): WriteReport {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory()) throw new OutputError(`cannot write ${path}: it is a directory`);
  if (stats) accessSync(path, constants.W_OK);
  // A pipe or device (/dev/stdout, >(gzip …)) cannot be replaced, only written to.
  if (stats && !stats.isFile()) return (pieces) => writeFile(path, undefined, pieces);
  const target = stats ? realpathSync(path) : path;
  const draft = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  closeSync(openSync(draft, 'w'));
  rmSync(draft);
  return (pieces) => replaceFile(target, draft, stats, pieces);
}

async function replaceFile(
  target: string,
  draft: string,
  replaced: Stats | undefined,
  pieces: Iterable<string>,
): Promise<void> {
  try {
    await writeFile(draft, replaced, pieces);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function writeFile(path: string, replaced: Stats | undefined, pieces: Iterable<string>): Promise<void> {
  const file = await open(path, 'w');
  try {
    if (replaced) await file.chmod(replaced.mode & 0o777);
    for (const piece of pieces) await file.appendFile(piece);
  } finally {
    await file.close();
  }
}

/** What the system refused becomes an OutputError; other errors come from the pieces and are not ours. */
function rethrow(path: string, error: unknown): never {
  if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error;
  throw new OutputError(`cannot write ${path}: ${wordsFor(String(error.code), path)}`, { cause: error });
}

function wordsFor(code: string, path: string): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `there is no directory ${dirname(path)}`;
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOSPC':
      return 'the disk is full';
    default:
      return code;
  }
}
