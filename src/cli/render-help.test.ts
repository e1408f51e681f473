import { expect, test } from 'vitest';
import { commands, type CommandName } from './commands.js';
import { renderHelp } from './render-help.js';

const names = [null, ...Object.keys(commands)] as (CommandName | null)[];

test.for(names)('the help of %s fits 80 columns, and has every option', (name) => {
  const help = renderHelp(name, 80);
  expect(help.split('\n').filter((line) => line.length > 80)).toEqual([]);
  for (const option of Object.keys(commands[name ?? 'survey'].options)) expect(help).toContain(option);
});

test('a narrow terminal gets narrow text beside the names', () => {
  const help = renderHelp('report', 50);
  expect(help).toContain(
    '  --csv FILE                One row a sender; - is\n                            standard output\n',
  );
});
