import { expect, test } from 'vitest';
import { commandOf, dropSettingsOfOthers, settingsFor } from './shared-settings.js';

test.for<[string[], string]>([
  [['maillog', '--csv', 'x'], 'survey'],
  [['report', 'x.db'], 'report'],
  [['--csv', 'x', 'extract'], 'extract'],
  [[], 'survey'],
])('%j is for %s', ([args, name]) => {
  expect(commandOf(args)).toBe(name);
});

test('each command takes its own from the environment; what none knows stays to be complained about', () => {
  const environment = {
    PATH: '/bin',
    SENDER_SURVEY_CONCURRENCY: '7',
    SENDER_SURVEY_MIN_MESSAGES: '2',
    SENDER_SURVEY_CONFIG: 'x.json',
    SENDER_SURVEY_COLOUR: 'blue',
  };
  dropSettingsOfOthers('extract', environment);
  expect(Object.keys(environment)).toEqual([
    'PATH',
    'SENDER_SURVEY_MIN_MESSAGES',
    'SENDER_SURVEY_CONFIG',
    'SENDER_SURVEY_COLOUR',
  ]);
});

test('and from the configuration file', () => {
  expect(settingsFor('report', { state: 'x.db', concurrency: 7, json: 'x.json', colour: 'blue' })).toEqual({
    state: 'x.db',
    json: 'x.json',
    colour: 'blue',
  });
});
