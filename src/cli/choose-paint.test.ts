import { expect, test } from 'vitest';
import { choosePaint } from './choose-paint.js';

const terminal = { isTTY: true, hasColors: () => true };
const simpleTerminal = { isTTY: true, hasColors: () => false };
const pipe = { isTTY: false };

test.for<[string, Parameters<typeof choosePaint>[0], Record<string, string>, boolean]>([
  ['a terminal', terminal, {}, true],
  ['a terminal without colours', simpleTerminal, {}, false],
  ['a pipe', pipe, {}, false],
  ['NO_COLOR', terminal, { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR, which says nothing', terminal, { NO_COLOR: '' }, true],
  ['FORCE_COLOR on a pipe', pipe, { FORCE_COLOR: '1' }, true],
  ['an empty FORCE_COLOR', pipe, { FORCE_COLOR: '' }, true],
  ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
  ['both', pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
])('%s', ([, output, environment, coloured]) => {
  expect(choosePaint(output, environment)('rejected', 'x')).toBe(coloured ? '\u001b[31mx\u001b[39m' : 'x');
});
