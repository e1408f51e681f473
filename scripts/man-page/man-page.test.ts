import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.js';
import { renderManPage } from './render.js';

const project = new URL('../../', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', project), 'utf8')) as { version: string };
const page = readFileSync(new URL('man/sender-survey.1', project), 'utf8');

test('the man page is up to date; if not: npm run man', () => {
  expect(page).toBe(renderManPage(version));
});

test('it has every option of every command', () => {
  for (const { options } of Object.values(commands)) {
    for (const name of Object.keys(options)) expect(page).toContain(`\\-${name.replaceAll('-', '\\-')}`);
  }
});

test('hyphens are escaped once', () => {
  expect(page).not.toContain('\\\\');
});

test('no line is a request that is not meant', () => {
  const requests = page.split('\n').filter((line) => /^['.]/.test(line));
  expect(requests.filter((line) => !/^\.(?:TH|SH|SS|TP|PP|BR?|br|nf|fi|\\")(?: |$)/.test(line))).toEqual([]);
});
