/**
 * The completion scripts in the shells they are for, as somebody at a keyboard meets them.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mustRun } from './run-program.js';

const program = join(import.meta.dirname, '../../dist/bundle/main.js');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sender-survey-completion-'));
  await writeFile(join(folder, 'maillog'), '');
});
afterAll(() => rm(folder, { recursive: true }));

async function scriptFor(shell: string): Promise<string> {
  const path = join(folder, `completion.${shell}`);
  await writeFile(path, await mustRun(process.execPath, [program, 'completion', shell]));
  return path;
}

const typed: [line: string, completed: string][] = [
  ['--form', '--format'],
  ['--format postf', '--format postfix'],
  ['rep', 'report'],
  ['report --outp', 'report --output'],
  ['report --output nag', 'report --output nagios'],
  ['completion fi', 'completion fish'],
  ['--skip mail', '--skip maillog'],
  ['mail', 'maillog'],
];

describe('zsh', () => {
  let answers: string[];

  /** Types each line with a tab into an interactive zsh, where sender-survey is a function that shows what it is given. */
  beforeAll(async () => {
    const script = `
zmodload zsh/zpty
await() { local all; while zpty -r z line; do all+=$line; [[ $all == *$1* ]] && break; done; print -r -- "$all" }
zpty z "TERM=dumb zsh -f -i"
zpty -w z "PROMPT=; unset zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; source ${await scriptFor('zsh')}"
zpty -w z "sender-survey() { print -r -- \\"GOT <\\$*>.\\" }; print READY\${:-.}"
await READY. >/dev/null
for line in "$@"; do
  zpty -w -n z "sender-survey $line"$'\\t'
  sleep 0.5
  zpty -w -n z $'\\r'
  await '>.'
done
zpty -d z`;
    const output = await mustRun('zsh', ['-f', '-c', script, 'zsh', ...typed.map(([line]) => line)], { cwd: folder });
    answers = [...output.matchAll(/GOT <([^>]*)>\./g)].map(([, given = '']) => given.trim());
  }, 60_000);

  test('completes', () => {
    expect(answers).toEqual(typed.map(([, completed]) => completed));
  });
});

describe('fish', () => {
  test.for(typed)('completes %s', async ([line, completed]) => {
    const ask = `source ${await scriptFor('fish')}; complete -C ${JSON.stringify(`sender-survey ${line}`)}`;
    const offers = (await mustRun('fish', ['--no-config', '-c', ask], { cwd: folder })).trim().split('\n');
    const last = completed.split(' ').at(-1);
    expect(offers.map((offer) => offer.split('\t')[0])).toEqual([last]);
  });
});

describe('bash', () => {
  test('loads the script without a complaint', async () => {
    const complaint = await mustRun('bash', [
      '--norc',
      '-c',
      `source ${await scriptFor('bash')} 2>&1; complete -p sender-survey`,
    ]);
    expect(complaint.trim()).toBe('complete -F _sender_survey sender-survey');
  });
});
