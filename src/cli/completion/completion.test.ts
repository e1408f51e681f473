import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { commands } from '../commands.js';
import { bashCompletion } from './bash.js';
import { fishCompletion } from './fish.js';
import { completedCommands } from './words.js';
import { zshCompletion } from './zsh.js';

/** What bash offers for the last of the words. */
function offersOf(words: readonly string[]): string[] {
  const ask = `${bashCompletion()}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sender_survey; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', ask, 'bash', 'sender-survey', ...words], { encoding: 'utf8', cwd: '/' })
    .trim()
    .split('\n');
}

describe('bash', () => {
  test.for<[string[], string[]]>([
    [['--form'], ['--format']],
    [['--format', 'post'], ['postfix']],
    [['--format', '=', 'post'], ['postfix']],
    [['rep'], ['report']],
    [['survey', '--conc'], ['--concurrency']],
    [['report', '--outp'], ['--output']],
    [['report', '--output', 'n'], ['nagios']],
    [['report', '--conc'], ['']],
    [['--outp'], ['']],
    [['--no-l'], ['--no-learn-wanted']],
    [['--limit', ''], ['']],
    [['--skip', 'et'], ['etc']],
    [['et'], ['etc']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
  ])('%j', ([words, offers]) => {
    expect(offersOf(words)).toEqual(offers);
  });

  test('offers every option of the default command', () => {
    const options = Object.keys(commands.survey.options).filter((name) => name !== 'learn-wanted');
    expect(offersOf(['-'])).toEqual(expect.arrayContaining(options.map((name) => `--${name}`)));
  });
});

test('every option has a description, and one that takes a value says what it is', () => {
  const flags = completedCommands().flatMap(({ flags: list }) => list);
  expect(flags.filter(({ describe: words }) => words === '')).toEqual([]);
  expect(flags.filter(({ value, valueName }) => value.kind !== 'none' && valueName === '')).toEqual([]);
});

test.for<[string, () => string]>([
  ['zsh', zshCompletion],
  ['fish', fishCompletion],
])('%s knows every option of every command', ([, script]) => {
  const text = script();
  for (const { flags } of completedCommands()) {
    for (const { long } of flags) expect(text).toMatch(new RegExp(`(--|-l )${long}\\b`));
  }
});
