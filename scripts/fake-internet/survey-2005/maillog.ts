/**
 * A week of Postfix's log in which the survey's senders send their messages to corp.example, between the bounces,
 * rejects, own users' mail and other chatter of a real mail host. Stamps as in RFC 3164.
 */
import { pick, wholeBetween, type Random } from '../random.js';
import type { SurveySender } from '../survey-2005.js';
import { localPart, nameMaker } from './names.js';

const weekMs = 7 * 24 * 3600_000;
const monday = Date.UTC(2005, 10, 14);
const ownUsers = ['anke', 'bernd', 'chris', 'dora', 'postmaster', 'sales'];
const own = 'corp.example';
/** Further messages for each message of a surveyed sender. */
const noise = { bounces: 0.05, rejects: 0.3, outbound: 0.08, cron: 0.01 };

/** The log, one line after the other in the order of time. */
export function maillogOf(senders: readonly SurveySender[], random: Random): string {
  const log = new MaillogWriter(random);
  for (const sender of senders) {
    for (let i = 0; i < sender.messages; i++) log.inbound(sender.address);
  }
  const messages = senders.reduce((sum, sender) => sum + sender.messages, 0);
  const times = (share: number): number => Math.ceil(messages * share);
  for (let i = 0; i < times(noise.bounces); i++) log.inbound('');
  for (let i = 0; i < times(noise.rejects); i++) log.reject(pick(random, senders).address);
  const wanted = senders.filter((sender) => sender.wanted);
  for (let i = 0; i < times(noise.outbound); i++) log.outbound(pick(random, wanted).address);
  for (let i = 0; i < times(noise.cron); i++) log.cron();
  return log.text();
}

/** Collects lines and puts them in order. */
class MaillogWriter {
  readonly #random: Random;
  readonly #newName: () => string;
  readonly #lines: { readonly at: number; readonly text: string }[] = [];
  #queueNumber = 0x1a2b3c;

  constructor(random: Random) {
    this.#random = random;
    this.#newName = nameMaker(random);
  }

  /** A message from outside for one of our users, from the null sender where the address is empty. */
  inbound(address: string): void {
    const at = this.#sometime();
    const client = this.#clientOf(address);
    const smtpd = this.#daemon('smtpd');
    const id = this.#queueId();
    this.#add(at, smtpd, `connect from ${client}`);
    this.#add(at + 150, smtpd, `${id}: client=${client}`);
    this.#queued(at + 300, id, this.#spelled(address));
    this.#add(at + 500, smtpd, `disconnect from ${client}`);
    this.#delivered(at, id, address);
  }

  /** A message refused; half of them from senders whose other mail is taken. */
  reject(address: string): void {
    const from = this.#random() < 0.5 ? address : `${localPart(this.#random)}@${this.#newName()}`;
    const client = this.#clientOf(from);
    const ip = /\[(.*)\]/.exec(client)?.[1] ?? '';
    const to = this.#ownAddress();
    const why = pick(this.#random, [
      `554 5.7.1 Service unavailable; Client host [${ip}] blocked using bl.example`,
      `450 4.2.0 <${to}>: Recipient address rejected: Greylisted`,
      `450 4.7.1 Client host rejected: cannot find your hostname, [${ip}]`,
    ]);
    const helo = client.replace(/\[.*/, '');
    this.#add(
      this.#sometime(),
      this.#daemon('smtpd'),
      `NOQUEUE: reject: RCPT from ${client}: ${why}; from=<${from}> to=<${to}> proto=ESMTP helo=<${helo}>`,
    );
  }

  /** A message that one of our users sends, logged in. */
  outbound(to: string): void {
    const at = this.#sometime();
    const user = pick(this.#random, ownUsers);
    const id = this.#queueId();
    const login = `client=pc${wholeBetween(this.#random, 1, 40)}.${own}[10.1.2.3], sasl_method=PLAIN, sasl_username=${user}`;
    this.#add(at, this.#daemon('smtpd'), `${id}: ${login}`);
    this.#queued(at + 200, id, `${user}@${own}`);
    const relay = `mail.${to.slice(to.lastIndexOf('@') + 1)}[192.0.2.77]:25`;
    const sent = `delay=1.9, delays=0.2/0/0.9/0.8, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 12345)`;
    this.#add(at + 2100, this.#daemon('smtp'), `${id}: to=<${to}>, relay=${relay}, ${sent}`);
    this.#add(at + 2110, 'postfix/qmgr[811]', `${id}: removed`);
  }

  /** What cron has to say to root. */
  cron(): void {
    const at = this.#sometime();
    const id = this.#queueId();
    this.#add(at, this.#daemon('pickup'), `${id}: uid=0 from=<root>`);
    this.#queued(at + 20, id, `root@mx1.${own}`);
    this.#delivered(at, id, `root@mx1.${own}`);
  }

  /** The whole log. */
  text(): string {
    const ordered = this.#lines.toSorted((one, other) => one.at - other.at);
    return ordered.map(({ at, text }) => `${stamp(at)} mx1 ${text}\n`).join('');
  }

  #queued(at: number, id: string, from: string): void {
    const number = wholeBetween(this.#random, 1e6, 1e9);
    const host = from.slice(from.lastIndexOf('@') + 1) || own;
    this.#add(at, this.#daemon('cleanup'), `${id}: message-id=<${number.toString(36)}@${host.toLowerCase()}>`);
    this.#active(at + 50, id, from);
  }

  #active(at: number, id: string, from: string): void {
    const size = wholeBetween(this.#random, 800, 90_000);
    this.#add(at, 'postfix/qmgr[811]', `${id}: from=<${from}>, size=${size}, nrcpt=1 (queue active)`);
  }

  /** Delivery to one of our mailboxes, in one of fifty cases only at the second attempt. */
  #delivered(at: number, id: string, from: string): void {
    const to = `to=<${this.#ownAddress()}>, relay=local`;
    let done = at + 700;
    if (this.#random() < 0.02) {
      this.#add(done, this.#daemon('local'), `${id}: ${to}, delay=0.7, dsn=4.2.0, status=deferred (mailbox is locked)`);
      done += 1_200_000;
      this.#active(done - 100, id, from);
    }
    const delivered = 'delay=0.4, delays=0.3/0/0/0.1, dsn=2.0.0, status=sent (delivered to mailbox)';
    this.#add(done, this.#daemon('local'), `${id}: ${to}, ${delivered}`);
    this.#add(done + 10, 'postfix/qmgr[811]', `${id}: removed`);
  }

  /** The address as the client wrote it: now and then with a domain in capitals. */
  #spelled(address: string): string {
    if (this.#random() >= 0.01) return address;
    const at = address.lastIndexOf('@');
    return address.slice(0, at) + address.slice(at).toUpperCase();
  }

  #clientOf(address: string): string {
    const ip = pick(this.#random, ['192.0.2', '198.51.100', '203.0.113']);
    const number = wholeBetween(this.#random, 1, 254);
    const known = address !== '' && this.#random() < 0.7;
    const name = known ? `mail.${address.slice(address.lastIndexOf('@') + 1)}` : 'unknown';
    return `${name}[${ip}.${number}]`;
  }

  #ownAddress(): string {
    return `${pick(this.#random, ownUsers)}@${own}`;
  }

  #daemon(name: string): string {
    return `postfix/${name}[${wholeBetween(this.#random, 2000, 2040)}]`;
  }

  #queueId(): string {
    this.#queueNumber += wholeBetween(this.#random, 1, 500);
    return this.#queueNumber.toString(16).toUpperCase().padStart(10, '0');
  }

  #sometime(): number {
    return Math.floor(this.#random() * (weekMs - 1_300_000));
  }

  #add(at: number, daemon: string, text: string): void {
    this.#lines.push({ at, text: `${daemon}: ${text}` });
  }
}

/** `Nov 14 06:25:01`, the day padded with a space. */
function stamp(at: number): string {
  const [, day, month, , time] = new Date(monday + at).toUTCString().split(' ');
  return `${month} ${String(Number(day)).padStart(2)} ${time}`;
}
