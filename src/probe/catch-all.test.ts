import { describe, expect, test } from 'vitest';
import { askTranscript } from './ask-scripted.test-support.js';
import { ServerMemory } from './server-memory.js';

const opening = 'S: 220 mx.one.example ESMTP\nC: EHLO probe.example\nS: 250 mx.one.example\n';
const quit = 'C: QUIT\nS: 221 2.0.0 Bye\n*: close\n';
const mail = 'C: MAIL FROM:<>\nS: 250 Ok\n';
const rset = 'C: RSET\nS: 250 Ok\n';
const ask = (name: string, reply: string): string => `C: RCPT TO:<${name}>\nS: ${reply}\n`;
/** What random numbers of 0 make of it. */
const impossible = (domain: string): string => `${'a'.repeat(14)}@${domain}`;
const settings = { catchAll: true };

describe('an address that cannot exist', () => {
  test.for<[string, boolean | null, string]>([
    ['250 Ok', true, 'accepted/catch-all'],
    ['550 5.1.1 no such user', false, 'accepted/ok'],
    ['450 4.7.1 greylisted', null, 'accepted/ok'],
    ['354 what?', null, 'accepted/ok'],
  ])('%s: %s', async ([reply, accepts, verdict]) => {
    const transcript =
      `${opening}${mail}${ask('alice@one.example', '250 Ok')}${ask(impossible('one.example'), reply)}` +
      `${ask('bob@one.example', '250 Ok')}${ask('carol@one.example', '550 5.1.1 no')}${quit}`;
    const recipients = ['alice@one.example', 'bob@one.example', 'carol@one.example'];
    const { results, verdicts, catchAll } = await askTranscript(transcript, { recipients, settings });
    expect(results.map(({ evidence }) => evidence.catchAll)).toEqual([accepts, accepts, null]);
    expect(verdicts.map((text) => text.split(' ')[0])).toEqual([verdict, verdict, 'rejected/no-such-mailbox']);
    expect(catchAll).toEqual(accepts === null ? [] : [{ domain: 'one.example', accepts }]);
  });

  test('is asked about once for each domain, only after a 2xx, and never for what another session asks', async () => {
    const memory = new ServerMemory();
    memory.noteCatchAll('three.example', true);
    const transcript =
      `${opening}${mail}${ask('alice@one.example', '550 5.1.1 no')}${ask('bob@one.example', '250 Ok')}` +
      `${ask(impossible('one.example'), '550 5.1.1 no')}${rset}${mail}${ask('carol@two.example', '550 5.1.1 no')}` +
      `${rset}${mail}${ask('dave@three.example', '250 Ok')}${quit}`;
    const recipients = ['alice@one.example', 'bob@one.example', 'carol@two.example', 'dave@three.example'];
    const { results, catchAll } = await askTranscript(transcript, { recipients, settings, memory });
    expect(results.map(({ evidence }) => evidence.catchAll)).toEqual([null, false, null, true]);
    expect(catchAll).toEqual([{ domain: 'one.example', accepts: false }]);
  });

  test('is not asked about unless told', async () => {
    const { results } = await askTranscript(`${opening}${mail}${ask('alice@one.example', '250 Ok')}${quit}`);
    expect(results.map(({ evidence }) => evidence.catchAll)).toEqual([null]);
  });

  test('stays in its domain’s transaction though the commands go in groups', async () => {
    const memory = new ServerMemory();
    memory.notePipelining('127.0.0.1', 'works');
    const transcript =
      opening.replace('250 mx.one.example', '250-mx.one.example\nS: 250 PIPELINING') +
      'C: MAIL FROM:<>\nC: RCPT TO:<alice@one.example>\nC: RCPT TO:<bob@one.example>\nS: 250 Ok\nS: 250 Ok\nS: 250 Ok\n' +
      `C: RCPT TO:<${impossible('one.example')}>\nC: RSET\nC: MAIL FROM:<>\nC: RCPT TO:<carol@two.example>\n` +
      'S: 250 Ok\nS: 250 Ok\nS: 250 Ok\nS: 250 Ok\n' +
      `${ask(impossible('two.example'), '550 5.1.1 no')}${quit}`;
    const recipients = ['alice@one.example', 'bob@one.example', 'carol@two.example'];
    const { results, catchAll } = await askTranscript(transcript, { recipients, settings, memory });
    expect(results.map(({ evidence }) => evidence.catchAll)).toEqual([true, true, false]);
    expect(catchAll).toHaveLength(2);
  });

  test('counts among the addresses of a session', async () => {
    const transcript = `${opening}${mail}${ask('alice@one.example', '250 Ok')}${ask(impossible('one.example'), '550 no')}${quit}`;
    const recipients = ['alice@one.example', 'bob@one.example'];
    const request = { recipients, settings: { catchAll: true, sessionRecipients: 2 } };
    expect((await askTranscript(transcript, request)).unaskedParts).toEqual(['bob']);
  });

  test.for<[string, string, boolean]>([
    ['was not asked about: another session may', '250 Ok\nS: 421 4.7.0 that is all\nC: QUIT\n*: close', true],
    ['was asked about: that is that', `250 Ok\nC: RCPT TO:<${impossible('one.example')}>\n*: close`, false],
  ])('got no answer as the session ended, and %s', async ([, script, open]) => {
    const memory = new ServerMemory();
    const transcript = `${opening}${mail}${ask('alice@one.example', script)}`;
    const { results } = await askTranscript(transcript, { settings, memory });
    expect(results.map(({ evidence }) => evidence.catchAll)).toEqual([null]);
    expect(memory.isCatchAllOpen('one.example')).toBe(open);
  });
});
