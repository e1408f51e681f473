/**
 * Puts what `tsc` compiled, and the packages it uses, together into few files: loading some 140 modules one by one takes
 * longer than everything else that the command does before it reads. `better-sqlite3` stays a package, being compiled.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { rolldown, type OutputAsset, type OutputChunk } from 'rolldown';

const project = join(import.meta.dirname, '../..');
const target = join(project, 'dist/bundle');
const compiled = join(project, 'dist/src');
/** What yargs lays out its own help with, and what it gets instead, as that is never shown. */
const replaced: Readonly<Record<string, string>> = {
  cliui: join(import.meta.dirname, 'bundle/no-columns.js'),
  'string-width': join(import.meta.dirname, 'bundle/text-length.js'),
};

const bundle = await rolldown({
  input: { main: join(compiled, 'main.js'), 'scan-thread': join(compiled, 'logs/threads/scan-thread.js') },
  platform: 'node',
  external: ['better-sqlite3', 'bullmq', 'ioredis'],
  plugins: [{ name: 'no help by yargs', resolveId: replaceForYargs }],
});
rmSync(target, { recursive: true, force: true });
const { output } = await bundle.write({ dir: target, chunkFileNames: '[name].js', comments: { legal: true } });
await bundle.close();
writeFileSync(join(target, 'LICENSES.txt'), licences(packagesIn(output)));

function replaceForYargs(wanted: string, by = ''): string | null {
  return by.includes(`${sep}yargs${sep}`) ? (replaced[wanted] ?? null) : null;
}

/** The folders of the packages whose code is part of the bundle, by name. */
function packagesIn(outputs: readonly (OutputAsset | OutputChunk)[]): string[] {
  const modules = outputs.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []));
  return [...new Set(modules.flatMap(packageOf))].toSorted();
}

function packageOf(module: string): string[] {
  const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(module.replaceAll(sep, '/'));
  return folder === null ? [] : [folder[0]];
}

/** Their licences ask to be handed on with the code. */
function licences(folders: readonly string[]): string {
  return folders.map((folder) => `${heading(folder)}\n\n${licence(folder)}\n`).join(`\n${'-'.repeat(80)}\n\n`);
}

function heading(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return `${name} ${version} (${license})`;
}

/** The file with the licence; a package without one has at least said by whom it is and under which. */
function licence(folder: string): string {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  if (file !== undefined) return readFileSync(join(folder, file), 'utf8').trim();
  const { author, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (license !== 'MIT') throw new Error(`${folder} has no licence to hand on`);
  return `Copyright (c) ${author}\n\n${permission()}`;
}

/** The text of the MIT licence, from this project's own. */
function permission(): string {
  const own = readFileSync(join(project, 'LICENSE'), 'utf8');
  return own.slice(own.indexOf('Permission is hereby granted')).trim();
}
