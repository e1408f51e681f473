import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { readTranscript, startScriptedServer } from '../scripted-server.test-support.js';
import { Dialogue } from './dialogue.js';

const waitLong = (): number => 60_000;

test('replies that are still due hold up QUIT no longer than QUIT itself', async () => {
  await using server = await startScriptedServer('S: 220 hello\nC: MAIL\nC: RCPT\nS: 421 4.7.0 go away\n*: silence');
  const dialogue = new Dialogue(connect(server.port, '127.0.0.1'), () => {});
  await dialogue.greeting(2000);
  const commands = ['MAIL', 'RCPT'].map((line) => ({ line, patience: waitLong, utf8: false }));
  const [mail, rcpt] = dialogue.askTogether(commands);
  expect(await mail).toMatchObject({ event: 'reply', reply: { code: 421 } });
  await dialogue.quit(20);
  expect(await rcpt).toMatchObject({ event: 'hang-up' });
  await server.closed();
  expect(server.received).toEqual(['MAIL', 'RCPT', 'QUIT']);
});

test('whoever begins a group with what is no line sends nothing of it', async () => {
  await using server = await startScriptedServer(readTranscript('accepted'));
  const dialogue = new Dialogue(connect(server.port, '127.0.0.1'), () => {});
  await dialogue.greeting(2000);
  const commands = ['MAIL FROM:<>', 'RCPT TO:<a\r\nDATA>'].map((line) => ({ line, patience: waitLong, utf8: false }));
  expect(() => dialogue.askTogether(commands)).toThrow('not a command line');
  dialogue.close();
  await server.closed();
  expect(server.received).toEqual([]);
});

test('of a flood of replies that nobody asked for, one is kept', async () => {
  await using server = await startScriptedServer(`S: 220 hello\n${'S: 250 more\n'.repeat(1000)}*: silence`);
  const said: string[] = [];
  const dialogue = new Dialogue(connect(server.port, '127.0.0.1'), (side, text) => said.push(`${side}: ${text}`));
  await dialogue.greeting(2000);
  expect(await dialogue.ask('EHLO probe.example', 2000)).toMatchObject({ event: 'not-smtp' });
  expect(said.slice(0, 2)).toEqual(['S: 220 hello', 'S: 250 more']);
  expect(said).toHaveLength(3);
  dialogue.close();
});
