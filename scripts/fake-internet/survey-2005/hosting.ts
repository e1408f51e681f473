/**
 * Puts up the servers and DNS entries of a survey's domains: freemail operators with pools of exchangers, hosters that
 * serve many domains, and domains with a server of their own in all the usual arrangements.
 */
import { between, pick, type Random } from '../random.js';
import type { DnsFault, NameRecords, Range, ServerBehaviour } from '../world.js';
import type { DomainPlan } from './domains.js';

const hosterPerDomains = 250;
const hostedShare = 0.45;
const blackHoles = 12;

/** How servers word it that a user is unknown. */
const unknownUserTexts = [
  '550 5.1.1 <{rcpt}>: Recipient address rejected: User unknown in virtual mailbox table',
  '550 5.1.1 <{rcpt}>... User unknown',
  '550 5.1.1 The email account that you tried to reach does not exist',
  '550 Unknown user',
  '553 5.1.3 No such mailbox here',
];

/** What has been put up so far. */
export interface Ground {
  readonly names: Record<string, DnsFault | NameRecords>;
  readonly servers: Record<string, ServerBehaviour>;
}

/** Puts up servers and names for all domains; `delays` stretches or shortens every wait. */
export function hostDomains(plans: readonly DomainPlan[], random: Random, delays: number): Ground {
  const ground: Ground = { names: {}, servers: {} };
  const builder = new Builder(ground, random, delays);
  const hosters = Array.from({ length: Math.ceil(plans.length / hosterPerDomains) }, (_, i) => builder.hoster(i + 1));
  for (const plan of plans) {
    if (plan.freemail) builder.freemail(plan.name);
    else if (plan.decider === null) builder.mixed(plan.name, hosters);
    else builder.decided(plan.name, plan.decider);
  }
  return ground;
}

/** Hands out addresses and draws what servers are like. */
class Builder {
  readonly #ground: Ground;
  readonly #random: Random;
  readonly #delays: number;
  #living = 0;
  #dead = 0;
  #swallowing = 0;

  constructor(ground: Ground, random: Random, delays: number) {
    this.#ground = ground;
    this.#random = random;
    this.#delays = delays;
  }

  /** Four exchangers with two addresses each, for one domain. */
  freemail(domain: string): void {
    const behaviour = {
      ...this.#knowsUsers(),
      operator: domain,
      extensions: ['PIPELINING', 'SIZE 20971520', '8BITMIME'],
    };
    const hosts = [1, 2, 3, 4].map((i) => `mx${i}.${domain}`);
    for (const host of hosts)
      this.#host(host, [this.#server({ ...behaviour, host }), this.#server({ ...behaviour, host })]);
    this.#ground.names[domain] = { mx: hosts.map((host) => `10 ${host}`) };
  }

  /** Two exchangers for many domains; gives the MX records to point there. */
  hoster(number: number): readonly string[] {
    const operator = `hoster${number}.example`;
    const behaviour = { ...this.#knowsUsers(), operator };
    const hosts = [`mx1.${operator}`, `mx2.${operator}`];
    for (const host of hosts) this.#host(host, [this.#server({ ...behaviour, host })]);
    return hosts.map((host, i) => `${10 * (i + 1)} ${host}`);
  }

  /** A domain whose mailboxes answer one by one, hosted or with servers of its own. */
  mixed(domain: string, hosters: readonly (readonly string[])[]): void {
    const { names } = this.#ground;
    if (this.#random() < hostedShare) {
      names[domain] = { mx: pick(this.#random, hosters) };
      return;
    }
    const mail = `mail.${domain}`;
    const kind = this.#random();
    const server = this.#server({ ...this.#oddities(), ...this.#knowsUsers(), host: mail });
    if (kind < 0.06) names[domain] = { a: [server] };
    else if (kind < 0.1)
      this.#withMx(domain, [`10 backup.${domain}`, `20 ${mail}`], {
        [`backup.${domain}`]: this.#deadAddress(),
        [mail]: server,
      });
    else if (kind < 0.2) {
      const second = this.#server({ ...this.#knowsUsers(), host: `mx2.${domain}` });
      this.#withMx(domain, [`10 ${mail}`, `10 mx2.${domain}`], { [mail]: server, [`mx2.${domain}`]: second });
    } else this.#withMx(domain, [`10 ${mail}`], { [mail]: server });
  }

  /** A domain whose server or DNS entry decides over all its senders. */
  decided(domain: string, decider: NonNullable<DomainPlan['decider']>): void {
    const mail = `mail.${domain}`;
    switch (decider.by) {
      case 'dns':
        if (decider.entry !== null) this.#ground.names[domain] = decider.entry;
        return;
      case 'dead-server':
        return this.#withMx(domain, [`10 ${mail}`], { [mail]: this.#deadAddress() });
      case 'server': {
        const swallows = decider.behaviour.connect === 'black-hole';
        const address = swallows ? this.#blackHole() : this.#server({ ...decider.behaviour, host: mail });
        return this.#withMx(domain, [`10 ${mail}`], { [mail]: address });
      }
      case 'mailbox':
        throw new Error('a mailbox decides for itself alone');
    }
  }

  #withMx(domain: string, mx: readonly string[], addresses: Readonly<Record<string, string>>): void {
    this.#ground.names[domain] = { mx };
    for (const [host, address] of Object.entries(addresses)) this.#host(host, [address]);
  }

  #host(host: string, addresses: readonly string[]): void {
    this.#ground.names[host] = { a: addresses };
  }

  /** A new server with latencies of its own; gives its address. */
  #server(behaviour: ServerBehaviour): string {
    const address = numbered(64, this.#living++);
    const roundTrip = Math.exp(between(this.#random, Math.log(15), Math.log(250)));
    const answering = this.#random() < 0.03 ? between(this.#random, 1000, 2500) : roundTrip;
    this.#ground.servers[address] = {
      greetingMs: this.#greetingMs(roundTrip),
      replyMs: this.#wait(answering * 0.8, answering * 1.4),
      ...behaviour,
    };
    return address;
  }

  /** Most greet at once; some wait 6 s for clients that speak too early, a few for 20 s and more. */
  #greetingMs(roundTrip: number): Range {
    const kind = this.#random();
    if (kind < 0.01) return this.#wait(20_000, 28_000);
    if (kind < 0.05) return this.#wait(6000, 6200);
    return this.#wait(roundTrip, roundTrip * 3);
  }

  #knowsUsers(): ServerBehaviour {
    const strict = { slowAfterErrors: 10, slowMs: 1000 * this.#delays, endAfterErrors: 20 };
    const rcpt = { known: [], unknown: pick(this.#random, unknownUserTexts) };
    return this.#random() < 0.5 ? { rcpt, limits: strict } : { rcpt };
  }

  #oddities(): ServerBehaviour {
    const kind = this.#random();
    if (kind < 0.02) return { ehlo: '502 5.5.1 Command not implemented' };
    if (kind < 0.03) return { tls: 'demanded' };
    if (kind < 0.15) return { tls: 'offered' };
    if (kind < 0.3) return { extensions: ['8BITMIME', 'SIZE 10240000'] };
    return {};
  }

  /** An address at which nobody listens. */
  #deadAddress(): string {
    return numbered(192, this.#dead++);
  }

  #blackHole(): string {
    const address = numbered(224, this.#swallowing++ % blackHoles);
    this.#ground.servers[address] = { connect: 'black-hole' };
    return address;
  }

  #wait(least: number, most: number): Range {
    return [Math.round(least * this.#delays), Math.round(most * this.#delays)];
  }
}

/** The n-th address after 127.<second>.0.0. */
function numbered(second: number, n: number): string {
  return `127.${second + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
}
