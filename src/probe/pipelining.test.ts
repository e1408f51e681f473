import { describe, expect, test } from 'vitest';
import { askTranscript } from './ask-scripted.test-support.js';
import { ServerMemory } from './server-memory.js';

const address = '127.0.0.1';
const opening = (offer = 'PIPELINING'): string =>
  `S: 220 mx.one.example ESMTP\nC: EHLO probe.example\nS: 250-mx.one.example\nS: 250 ${offer}\n`;
const rcpt = (...names: readonly string[]): string => names.map((name) => `C: RCPT TO:<${name}>\n`).join('');
const replies = (...lines: readonly string[]): string => lines.map((line) => `S: ${line}\n`).join('');
const quit = 'C: QUIT\nS: 221 2.0.0 Bye\n*: close\n';
const mail = 'C: MAIL FROM:<>\n';
const rset = 'C: RSET\n';

const three = ['alice@one.example', 'bob@one.example', 'carol@two.example'];

/** The memory of a run in which this server has taken groups of commands well. */
function proven(): ServerMemory {
  const memory = new ServerMemory();
  memory.notePipelining(address, 'works');
  return memory;
}

/** The verbs sent, those that went out without waiting for a reply in one string. */
function groups(lines: readonly { readonly dir: string; readonly text: string }[]): string[] {
  const sent: string[] = [];
  let together = false;
  for (const { dir, text } of lines) {
    const verb = text.split(' ', 1)[0] ?? '';
    if (dir === 'C') sent.push(together ? `${sent.pop()} ${verb}` : verb);
    together = dir === 'C';
  }
  return sent;
}

describe('groups of commands', () => {
  test('one recipient first, then everybody, each reply matched to its command', async () => {
    const memory = new ServerMemory();
    const transcript =
      `${opening()}${mail}${rcpt('alice@one.example')}${replies('250 2.1.0 Ok', '250 2.1.5 Ok')}` +
      `${rcpt('bob@one.example')}${rset}${mail}${rcpt('carol@two.example')}` +
      `${replies('550 5.1.1 no such user', '250 2.0.0 Ok', '250 2.1.0 Ok', '450 4.2.1 busy')}${quit}`;
    const { verdicts, lines } = await askTranscript(transcript, { recipients: three, memory });
    expect(verdicts).toEqual([
      'accepted/ok at rcpt 250 2.1.5',
      'rejected/no-such-mailbox at rcpt 550 5.1.1',
      'deferred/mailbox-busy at rcpt 450 4.2.1',
    ]);
    expect(groups(lines)).toEqual(['EHLO', 'MAIL RCPT', 'RCPT RSET MAIL RCPT', 'QUIT']);
    expect(memory.pipelining(address)).toBe('works');
  });

  test('everybody at once where the server is known to take it', async () => {
    const transcript =
      `${opening()}${mail}${rcpt('alice@one.example', 'bob@one.example')}${rset}${mail}${rcpt('carol@two.example')}` +
      `${replies('250 Ok', '250 Ok', '550 5.1.1 no', '250 Ok', '250 Ok', '250 Ok')}${quit}`;
    const { verdicts, lines } = await askTranscript(transcript, { recipients: three, memory: proven() });
    expect(verdicts).toEqual([
      'accepted/ok at rcpt 250',
      'rejected/no-such-mailbox at rcpt 550 5.1.1',
      'accepted/ok at rcpt 250',
    ]);
    expect(groups(lines)).toEqual(['EHLO', 'MAIL RCPT RCPT RSET MAIL RCPT', 'QUIT']);
  });

  test('never where it is not offered', async () => {
    const transcript =
      `${opening('8BITMIME')}${mail}${replies('250 Ok')}${rcpt('alice@one.example')}${replies('250 Ok')}` +
      `${rcpt('bob@one.example')}${replies('250 Ok')}${quit}`;
    const request = { recipients: three.slice(0, 2), memory: proven() };
    const { lines } = await askTranscript(transcript, request);
    expect(groups(lines)).toEqual(['EHLO', 'MAIL', 'RCPT', 'RCPT', 'QUIT']);
  });

  test('what is offered before STARTTLS does not count after it', async () => {
    const transcript =
      opening('STARTTLS\nS: 250 PIPELINING').replace('250 STARTTLS', '250-STARTTLS') +
      `C: STARTTLS\nS: 220 Go\n*: starttls\nC: EHLO probe.example\nS: 250-mx.one.example\nS: 250 8BITMIME\n` +
      `${mail}${replies('250 Ok')}${rcpt('alice@one.example')}${replies('250 Ok')}${quit}`;
    const { lines } = await askTranscript(transcript, { settings: { tls: 'opportunistic' }, memory: proven() });
    expect(groups(lines)).toEqual(['EHLO', 'STARTTLS', 'EHLO', 'MAIL', 'RCPT', 'QUIT']);
  });

  test('no more recipients than refusals are left before the server loses patience', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `u${i}@one.example`);
    const no = '550 5.1.1 no such user';
    const transcript =
      `${opening()}${mail}${rcpt(...names.slice(0, 8))}${replies('250 Ok', no, no, no, '250 Ok', no, no, no, '250 Ok')}` +
      `${rcpt(...names.slice(8))}${replies(no, '250 Ok')}${quit}`;
    const { results, lines } = await askTranscript(transcript, { recipients: names, memory: proven() });
    expect(results).toHaveLength(10);
    expect(groups(lines)[1]).toBe(`MAIL${' RCPT'.repeat(8)}`);
    expect(groups(lines)[2]).toBe('RCPT RCPT');
  });

  test('no more recipients than a session may have', async () => {
    const transcript =
      `${opening()}${mail}${rcpt('alice@one.example', 'bob@one.example')}` +
      `${replies('250 Ok', '250 Ok', '250 Ok')}${quit}`;
    const settings = { sessionRecipients: 2 };
    const { unaskedParts } = await askTranscript(transcript, { recipients: three, memory: proven(), settings });
    expect(unaskedParts).toEqual(['carol']);
  });
});

describe('replies that change what is asked', () => {
  test('a refused MAIL decides about its own recipients, whatever their RCPTs get', async () => {
    const transcript =
      `${opening()}${mail}${rcpt('alice@one.example', 'bob@one.example')}${rset}${mail}${rcpt('carol@two.example')}` +
      `${replies('451 4.7.1 not now', '503 need MAIL', '250 Ok', '250 Ok', '250 Ok', '250 2.1.5 Ok')}${quit}`;
    const { verdicts } = await askTranscript(transcript, { recipients: three, memory: proven() });
    expect(verdicts).toEqual([
      'deferred/greylisted at mail 451 4.7.1',
      'deferred/greylisted at mail 451 4.7.1',
      'accepted/ok at rcpt 250 2.1.5',
    ]);
  });

  test('a refused RSET ends the session', async () => {
    const transcript =
      `${opening()}${mail}${rcpt('alice@one.example')}${rset}${mail}${rcpt('carol@two.example')}` +
      `${replies('250 Ok', '250 Ok', '500 what?', '503 nested', '250 Ok')}${quit}`;
    const recipients = ['alice@one.example', 'carol@two.example'];
    const { verdicts, unaskedParts } = await askTranscript(transcript, { recipients, memory: proven() });
    expect([verdicts, unaskedParts]).toEqual([['accepted/ok at rcpt 250'], ['carol']]);
  });

  describe('TLS', () => {
    const offer = opening('STARTTLS\nS: 250 PIPELINING').replace('250 STARTTLS', '250-STARTTLS');
    const refusal = replies('530 5.7.0 Must issue a STARTTLS command first');
    const starttls =
      'C: STARTTLS\nS: 220 Go\n*: starttls\nC: EHLO probe.example\nS: 250-mx.one.example\nS: 250 PIPELINING\n';
    const asked =
      `${mail}${rcpt('alice@one.example', 'bob@one.example')}` +
      `${replies('250 Ok', '250 Ok', '550 5.1.1 no')}${quit}`;
    const verdicts = ['accepted/ok at rcpt 250', 'rejected/no-such-mailbox at rcpt 550 5.1.1'];
    const recipients = three.slice(0, 2);

    test('where it may be wanted, MAIL goes alone first; and no address is asked twice where it is', async () => {
      const outcome = await askTranscript(`${offer}${mail}${refusal}${starttls}${asked}`, {
        recipients,
        memory: proven(),
      });
      expect(outcome.verdicts).toEqual(verdicts);
      expect(groups(outcome.lines)).toEqual(['EHLO', 'MAIL', 'STARTTLS', 'EHLO', 'MAIL RCPT RCPT', 'QUIT']);
    });

    test('a server that wanted it is not asked without from then on', async () => {
      const memory = proven();
      memory.notePlainText(address, 'refused');
      const outcome = await askTranscript(`${offer}${starttls}${asked}`, { recipients, memory });
      expect(outcome.verdicts).toEqual(verdicts);
    });

    test('a server that took MAIL without gets groups, the first of them small', async () => {
      const memory = new ServerMemory();
      const first =
        `${offer}${mail}${replies('250 Ok')}${rcpt('alice@one.example', 'bob@one.example')}` +
        `${replies('250 Ok', '550 5.1.1 no')}${rset}${mail}${rcpt('carol@two.example')}` +
        `${replies('250 Ok', '250 Ok', '250 Ok')}${quit}`;
      const { lines } = await askTranscript(first, { recipients: three, memory });
      expect(groups(lines)).toEqual(['EHLO', 'MAIL', 'RCPT RCPT', 'RSET MAIL RCPT', 'QUIT']);
      const next = await askTranscript(`${offer}${asked}`, { recipients, memory });
      expect(groups(next.lines)).toEqual(['EHLO', 'MAIL RCPT RCPT', 'QUIT']);
    });

    test('one that wants it only at RCPT is asked again with it', async () => {
      const memory = proven();
      const outcome = await askTranscript(
        `${offer}${mail}${replies('250 Ok')}${rcpt('alice@one.example', 'bob@one.example')}` +
          `${refusal}${refusal}${starttls}${asked}`,
        { recipients, memory },
      );
      expect(outcome.verdicts).toEqual(verdicts);
      expect(memory.plainText(address)).toBe('refused');
    });
  });

  test('too many recipients: those are asked again, each in a transaction of its own', async () => {
    const names = ['alice', 'bob', 'dave', 'eve'].map((name) => `${name}@one.example`);
    const transcript =
      `${opening()}${mail}${rcpt(...names)}` +
      replies('250 Ok', '250 Ok', '452 4.5.3 too many', '550 5.1.1 no', '452 4.5.3 too many') +
      `${rset}${mail}${rcpt(names[1]!)}${rset}${mail}${rcpt(names[3]!)}` +
      `${replies('250 Ok', '250 Ok', '250 Ok', '250 Ok', '250 Ok', '552 5.2.2 full')}${quit}`;
    const { results, verdicts } = await askTranscript(transcript, { recipients: names, memory: proven() });
    expect(results.map(({ recipient }) => recipient.mailbox.localPart)).toEqual(['alice', 'dave', 'bob', 'eve']);
    expect(verdicts).toEqual([
      'accepted/ok at rcpt 250',
      'rejected/no-such-mailbox at rcpt 550 5.1.1',
      'accepted/ok at rcpt 250',
      'rejected/mailbox-full at rcpt 552 5.2.2',
    ]);
  });
});

describe('a session that ends within a group', () => {
  const sent = `${opening()}${mail}${rcpt('alice@one.example', 'bob@one.example')}${rset}${mail}${rcpt('carol@two.example')}`;

  test.for<[string, string, number, string[], 'works' | 'fails']>([
    ['hangs up after the first', `${replies('250 Ok', '250 Ok')}*: close`, 1, ['bob', 'carol'], 'fails'],
    ['421 at the second', `${replies('250 Ok', '250 Ok', '421 4.7.0 no more')}*: close`, 1, ['bob', 'carol'], 'works'],
    ['hangs up without a word', '*: close', 1, ['bob', 'carol'], 'fails'],
    ['421 at MAIL', `${replies('421 4.7.0 go away')}*: close`, 1, ['bob', 'carol'], 'works'],
    ['refuses MAIL and hangs up', `${replies('550 5.7.1 blocked')}*: close`, 2, ['carol'], 'fails'],
  ])('%s', async ([, script, results, unasked, pipelining]) => {
    const memory = proven();
    const outcome = await askTranscript(`${sent}${script}`, { recipients: three, memory });
    expect([outcome.results.length, outcome.unaskedParts, outcome.again]).toEqual([results, unasked, undefined]);
    expect(memory.pipelining(address)).toBe(pipelining);
  });

  test('a server that loses commands is asked one at a time from then on', async () => {
    const memory = proven();
    const silent = { recipients: three, memory, hurryAfter: '550 5.1.1 no' };
    const lost = await askTranscript(`${sent}${replies('250 Ok', '250 Ok', '550 5.1.1 no')}*: silence`, silent);
    expect([lost.verdicts, lost.unaskedParts, lost.received.at(-1)]).toEqual([
      ['accepted/ok at rcpt 250', 'rejected/no-such-mailbox at rcpt 550 5.1.1'],
      ['carol'],
      'QUIT',
    ]);
    const transcript = `${opening()}${mail}${replies('250 Ok')}${rcpt('carol@two.example')}${replies('250 Ok')}${quit}`;
    const next = await askTranscript(transcript, { recipients: ['carol@two.example'], memory });
    expect(groups(next.lines)).toEqual(['EHLO', 'MAIL', 'RCPT', 'QUIT']);
  });

  test('more replies than commands: nobody is judged, and all are asked again one at a time', async () => {
    const memory = new ServerMemory();
    const transcript =
      `${opening()}${mail}${rcpt('alice@one.example')}` +
      `${replies('250 2.1.0 Ok', '250 2.1.0 Ok', '550 5.1.1 no')}*: close`;
    const outcome = await askTranscript(transcript, { recipients: three.slice(0, 2), memory });
    expect([outcome.results, outcome.unaskedParts, outcome.again]).toEqual([[], ['alice', 'bob'], true]);
    expect(memory.pipelining(address)).toBe('fails');
  });

  test('nothing is waited for after 421', async () => {
    const transcript = `${opening()}${mail}${rcpt('alice@one.example')}${replies('421 4.7.0 go away')}C: QUIT\n*: close`;
    const { verdicts } = await askTranscript(transcript, { memory: proven() });
    expect(verdicts).toEqual(['deferred/throttled at mail 421 4.7.0']);
  });

  test('interrupted: what is under way is heard, and judged; then QUIT', async () => {
    const abort = new AbortController();
    const transcript =
      `${opening()}${mail}${rcpt('alice@one.example', 'bob@one.example')}` +
      `${replies('250 Ok', '250 Ok', '250 Ok')}${quit}`;
    const names = ['alice', 'bob', 'dave'].map((name) => `${name}@one.example`);
    const { verdicts, unaskedParts } = await askTranscript(transcript, {
      recipients: names,
      memory: proven(),
      settings: { sessionRecipients: 2 },
      signal: abort.signal,
      onLine: ({ text }) => text.startsWith('RCPT') && abort.abort(),
    });
    expect([verdicts.length, unaskedParts]).toEqual([2, ['dave']]);
  });
});

describe('time', () => {
  test('each recipient has its own, from the reply before it on', async () => {
    let now = 1_000_000;
    const transcript =
      `${opening()}${mail}${rcpt('alice@one.example', 'bob@one.example')}${replies('250 Ok', '250 Ok')}` +
      `*: pause\n${replies('550 5.1.1 no')}${quit}`;
    const { results } = await askTranscript(transcript, {
      recipients: three.slice(0, 2),
      memory: proven(),
      now: () => now,
      onLine: ({ text }) => (now += text.startsWith('550') ? 700 : 1),
    });
    const [alice, bob] = results.map(({ evidence }) => evidence.durationMs);
    expect(alice).toBeLessThan(50);
    expect(bob).toBeGreaterThanOrEqual(700);
    expect(bob).toBeLessThan(705);
  });

  test('a session that has become old ends', async () => {
    let now = 1_000_000;
    const transcript = `${opening()}${mail}${rcpt('alice@one.example')}${replies('250 Ok', '250 2.1.5 Ok')}${quit}`;
    const { unaskedParts, received } = await askTranscript(transcript, {
      recipients: three,
      settings: { senderTimeoutMs: 1_000_000 },
      now: () => now,
      onLine: ({ text }) => (now += text === '250 2.1.5 Ok' ? 300_000 : 1),
    });
    expect([unaskedParts, received.at(-1)]).toEqual([['bob', 'carol'], 'QUIT']);
  });
});
