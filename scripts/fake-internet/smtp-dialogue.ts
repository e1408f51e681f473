/**
 * What a fake server answers to each command, by its behaviour in the world: the state of one session (RFC 5321
 * section 4.1.4) without its socket. Gives answers as the world writes them.
 */
import { countAsked } from './counters.js';
import { hash32 } from './random.js';
import type { SmtpHost } from './smtp-server.js';
import type { Answer, Users } from './world.js';

const usualExtensions = ['PIPELINING', '8BITMIME', 'ENHANCEDSTATUSCODES'];
const minuteMs = 60_000;
const listed = '554 5.7.1 Service unavailable; client host [{ip}] blocked using zen.spamhaus.org';

/** The server's side of one conversation. */
export class SmtpDialogue {
  /** Whether PIPELINING has been offered in this session. */
  pipelining = false;
  /** Milliseconds by which replies are slowed down for the errors so far. */
  penaltyMs = 0;
  readonly #host: SmtpHost;
  readonly #ip: string;
  #helo: string | null = null;
  #from: string | null = null;
  #rcpt = '';
  #secure = false;
  #errors = 0;
  #recipientsOfSession = 0;
  #recipientsOfTransaction = 0;

  constructor(host: SmtpHost, ip: string) {
    this.#host = host;
    this.#ip = ip;
  }

  /** What is said before any command. The connection has been counted already. */
  greeting(): Answer {
    const { behaviour, tallies } = this.#host;
    const { sessionsAtOnce = Infinity, sessionsAMinute = Infinity } = behaviour.limits ?? {};
    const since = performance.now() - minuteMs;
    if (tallies[0].open > sessionsAtOnce) return this.#filled('421 4.7.0 {host} Error: too many connections from {ip}');
    if (tallies[0].starts.length > sessionsAMinute && (tallies[0].starts.at(-1 - sessionsAMinute) ?? 0) > since) {
      return this.#filled('421 4.7.0 {host} Error: too many new connections from {ip} in the last minute');
    }
    if (behaviour.refuses?.includes(this.#ip)) return this.#filled(listed);
    return this.#filled(behaviour.greeting ?? '220 {host} ESMTP');
  }

  /** The answer to a command; counts errors against the server's patience. */
  answer(verb: string, line: string): Answer {
    const answer = this.#filled(this.#reply(verb, line));
    if (!/^[45]/.test(answer)) return answer;
    this.#errors++;
    const { slowAfterErrors = Infinity, slowMs = 0, endAfterErrors = Infinity } = this.#host.behaviour.limits ?? {};
    if (this.#errors >= endAfterErrors) return this.#filled('421 4.7.0 {host} Error: too many errors');
    this.penaltyMs = this.#errors > slowAfterErrors ? slowMs : 0;
    return answer;
  }

  /** The TLS handshake is done: what was said before is forgotten (RFC 3207 section 4.2). */
  restart(): void {
    this.#secure = true;
    this.#helo = null;
    this.#from = null;
    this.pipelining = false;
  }

  #reply(verb: string, line: string): Answer {
    const { behaviour } = this.#host;
    switch (verb) {
      case 'EHLO':
        return this.#ehlo(line);
      case 'HELO':
        return this.#introduced(line, behaviour.helo ?? '250 {host}');
      case 'STARTTLS':
        return this.#startTls();
      case 'MAIL':
        return this.#mail(line);
      case 'RCPT':
        return this.#recipient(line);
      case 'RSET':
        this.#from = null;
        return behaviour.rset ?? '250 2.0.0 Ok';
      case 'NOOP':
        return '250 2.0.0 Ok';
      case 'QUIT':
        return behaviour.quit ?? '221 2.0.0 Bye';
      default:
        return '502 5.5.2 Error: command not recognized';
    }
  }

  #ehlo(line: string): Answer {
    const { behaviour } = this.#host;
    const keywords = [...(behaviour.extensions ?? usualExtensions)];
    if (behaviour.tls && !this.#secure) keywords.push('STARTTLS');
    const lines = ['{host}', ...keywords];
    const offer = lines.map((text, index) => `250${index === lines.length - 1 ? ' ' : '-'}${text}`).join('\n');
    const answer = this.#introduced(line, behaviour.ehlo ?? offer);
    this.pipelining = answer === offer && keywords.includes('PIPELINING');
    return answer;
  }

  #introduced(line: string, answer: Answer): Answer {
    const name = line.slice(5).trim();
    if (name === '') return '501 Syntax: EHLO hostname';
    if (answer.startsWith('2')) this.#helo = name;
    this.#from = null;
    return answer;
  }

  #startTls(): Answer {
    const { behaviour } = this.#host;
    if (!behaviour.tls || this.#secure) return '502 5.5.1 Error: command not implemented';
    return behaviour.starttls ?? '220 2.0.0 Ready to start TLS';
  }

  #mail(line: string): Answer {
    const { behaviour } = this.#host;
    if (this.#helo === null) return '503 5.5.1 Error: send HELO/EHLO first';
    if (this.#from !== null) return '503 5.5.1 Error: nested MAIL command';
    const path = /^MAIL FROM:<([^>]*)>(?: .*)?$/i.exec(line)?.[1];
    if (path === undefined) return '501 5.5.4 Syntax: MAIL FROM:<address>';
    const insists = behaviour.tls === 'demanded' || behaviour.tls === 'broken';
    if (insists && !this.#secure) return '530 5.7.0 Must issue a STARTTLS command first';
    const answer = behaviour.mail ?? '250 2.1.0 Ok';
    if (answer.startsWith('2')) this.#from = path;
    this.#recipientsOfTransaction = 0;
    return answer;
  }

  #recipient(line: string): Answer {
    // A quoted local part may hold any of the characters that end a path (RFC 5321 section 4.1.2).
    const path = /^RCPT TO:<((?:"(?:[^"\\]|\\.)*"|[^">])*)>(?: .*)?$/i.exec(line)?.[1];
    if (path === undefined) return '501 5.1.3 Bad recipient address syntax';
    const address = Buffer.from(path, 'latin1').toString();
    this.#host.tallies.forEach((tally) => countAsked(tally, address));
    this.#rcpt = path;
    if (this.#from === null) return '503 5.5.1 Error: need MAIL command';
    const { recipientsASession = Infinity, recipientsATransaction = Infinity } = this.#host.behaviour.limits ?? {};
    if (++this.#recipientsOfSession > recipientsASession)
      return '421 4.7.0 {host} Error: too many recipients, slow down';
    if (++this.#recipientsOfTransaction > recipientsATransaction) return '452 4.5.3 Error: too many recipients';
    return this.#greylisted(address) ?? this.#ofMailbox(address.toLowerCase());
  }

  #greylisted(address: string): Answer | null {
    const { greylistMs } = this.#host.behaviour;
    if (greylistMs === undefined) return null;
    const key = `${this.#ip}/${this.#from}/${address}`;
    const now = performance.now();
    const first = this.#host.firstSeen.get(key) ?? now;
    this.#host.firstSeen.set(key, first);
    return now - first < greylistMs || first === now
      ? '450 4.7.1 <{rcpt}>: Recipient address rejected: Greylisted, please try again later'
      : null;
  }

  #ofMailbox(address: string): Answer {
    const { behaviour, mailboxes } = this.#host;
    const single = mailboxes.get(address);
    if (single !== undefined) return single;
    const rcpt = behaviour.rcpt ?? '250 2.1.5 Ok';
    if (typeof rcpt === 'string') return rcpt;
    return isKnown(rcpt, address)
      ? '250 2.1.5 Ok'
      : (rcpt.unknown ?? '550 5.1.1 <{rcpt}>: Recipient address rejected: User unknown');
  }

  #filled(answer: Answer): Answer {
    if (!answer.includes('{')) return answer;
    const values = { ip: this.#ip, helo: this.#helo, from: this.#from, rcpt: this.#rcpt, host: this.#host.name };
    return answer.replaceAll(/\{(ip|helo|from|rcpt|host)\}/g, (_, key: keyof typeof values) => values[key] ?? '');
  }
}

function isKnown(users: Users, address: string): boolean {
  if (typeof users.known === 'number') return hash32(address) < users.known * 2 ** 32;
  return users.known.includes(address);
}
