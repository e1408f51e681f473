/**
 * The lines that a Postfix taking mail for `our.example` would log, made up from a seed.
 */
import { seededRandom, type Random } from './fake-internet/random.js';

/** How much mail there is. */
export interface TrafficSettings {
  /** Distinct envelope senders. */
  readonly senders: number;
  readonly seed: number;
  /** Bytes of log over which all the senders are to occur. */
  readonly length: number;
}

/** The lines of one client's visit that are still to be logged. */
interface Visit {
  readonly host: string;
  readonly texts: string[];
}

const hosts = ['mx1', 'mx2'];
const queueIdDigits = '0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz';
const start = Date.UTC(2026, 9, 1);
/** Visits under way at a time: their lines are mixed. */
const visitsAtOnce = 40;
/** Bytes of log for each named sender, roughly. */
const bytesPerVisit = 1000;
const shareRefused = 0.2;
const shareOwn = 0.05;
const shareNull = 0.03;
const shareDeferred = 0.05;

/** An endless log. */
export class PostfixTraffic {
  readonly #settings: TrafficSettings;
  readonly #random: Random;
  readonly #visits: Visit[] = [];
  #clock = start;
  #named = 0;
  #known = 0;

  constructor(settings: TrafficSettings) {
    this.#settings = settings;
    this.#random = seededRandom(settings.seed);
  }

  /** The next lines, each with its line feed. */
  lines(count: number): string {
    const lines: string[] = [];
    while (lines.length < count) lines.push(this.#nextLine());
    return lines.join('');
  }

  #nextLine(): string {
    while (this.#visits.length < visitsAtOnce) {
      this.#visits.push({ host: this.#oneOf(hosts), texts: this.#visit() });
    }
    const at = this.#number(visitsAtOnce);
    const visit = this.#visits[at]!;
    const text = visit.texts.shift() ?? '';
    if (visit.texts.length === 0) this.#visits.splice(at, 1);
    this.#clock += this.#random() * 120;
    return `${stamp(this.#clock)} ${visit.host} postfix/${text}\n`;
  }

  #visit(): string[] {
    const kind = this.#random();
    if (kind < shareRefused) return this.#refused(this.#sender());
    if (kind < shareRefused + shareOwn) return this.#own();
    return this.#takenIn(kind < shareRefused + shareOwn + shareNull ? '' : this.#sender());
  }

  #takenIn(sender: string): string[] {
    const [client, id, smtpd] = [this.#client(sender), this.#queueId(), `smtpd[${this.#pid()}]`];
    return [
      `${smtpd}: connect from ${client}`,
      `${smtpd}: ${id}: client=${client}`,
      `cleanup[${this.#pid()}]: ${id}: message-id=<${id}.${this.#number(1e6)}@${nameOf(client)}>`,
      ...this.#queued(id, sender),
      `${smtpd}: disconnect from ${client} ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7`,
      ...this.#delivered(id),
    ];
  }

  #refused(sender: string): string[] {
    const [client, smtpd] = [this.#client(sender), `smtpd[${this.#pid()}]`];
    const recipient = `user${this.#number(999)}@our.example`;
    const why = `550 5.1.1 <${recipient}>: Recipient address rejected: User unknown in virtual mailbox table`;
    const envelope = `from=<${sender}> to=<${recipient}> proto=ESMTP helo=<${nameOf(client)}>`;
    return [
      `${smtpd}: connect from ${client}`,
      `${smtpd}: NOQUEUE: reject: RCPT from ${client}: ${why}; ${envelope}`,
      `${smtpd}: disconnect from ${client} ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4`,
    ];
  }

  #own(): string[] {
    const [id, smtpd, user] = [this.#queueId(), `submission/smtpd[${this.#pid()}]`, this.#number(200)];
    const client = `client${user}.dsl.example[198.51.100.${user}]`;
    return [
      `${smtpd}: connect from ${client}`,
      `${smtpd}: ${id}: client=${client}, sasl_method=PLAIN, sasl_username=user${user}@our.example`,
      `cleanup[${this.#pid()}]: ${id}: message-id=<${id}@our.example>`,
      ...this.#queued(id, `user${user}@our.example`),
      `${smtpd}: disconnect from ${client} ehlo=2 starttls=1 auth=1 mail=1 rcpt=1 data=1 quit=1 commands=8`,
      ...this.#deliveredElsewhere(id),
    ];
  }

  /** qmgr's line; twice where the delivery is put off in between. */
  #queued(id: string, sender: string): string[] {
    const line = `qmgr[1153]: ${id}: from=<${sender}>, size=${this.#number(200_000)}, nrcpt=1 (queue active)`;
    if (this.#random() >= shareDeferred) return [line];
    const why = 'status=deferred (connect to mx.far.example[203.0.113.9]:25: Connection timed out)';
    const delays = 'delay=31, delays=0.1/0/30/0, dsn=4.4.1';
    return [line, `smtp[${this.#pid()}]: ${id}: to=<x@far.example>, relay=none, ${delays}, ${why}`, line];
  }

  #delivered(id: string): string[] {
    const recipient = `user${this.#number(999)}@our.example`;
    const delay = (this.#random() * 3).toFixed(2);
    const delays = `delay=${delay}, delays=${delay}/0.01/0.01/0.2, dsn=2.0.0`;
    const relay = 'relay=mail.our.example[private/dovecot-lmtp]';
    return [
      `lmtp[${this.#pid()}]: ${id}: to=<${recipient}>, ${relay}, ${delays}, status=sent (250 2.0.0 <${recipient}> Saved)`,
      `qmgr[1153]: ${id}: removed`,
    ];
  }

  #deliveredElsewhere(id: string): string[] {
    const partner = this.#number(5000);
    const [recipient, relay] = [
      `partner${partner}@office${partner % 700}.example`,
      `mx.office${partner % 700}.example`,
    ];
    const delays = 'delay=1.4, delays=0.1/0.01/0.5/0.8, dsn=2.0.0';
    return [
      `smtp[${this.#pid()}]: ${id}: to=<${recipient}>, relay=${relay}[203.0.113.7]:25, ${delays}, status=sent (250 2.0.0 Ok)`,
      `qmgr[1153]: ${id}: removed`,
    ];
  }

  /** A sender: new ones come evenly over the length of the log, and of those known some come much oftener than others. */
  #sender(): string {
    const { senders, length } = this.#settings;
    this.#named += 1;
    const due = Math.min(senders, Math.ceil((this.#named * senders * bytesPerVisit) / length));
    if (due > this.#known) return senderName(this.#known++);
    return senderName(Math.floor(this.#random() ** 3 * this.#known));
  }

  #client(sender: string): string {
    const domain = sender === '' ? 'relay.example' : sender.slice(sender.lastIndexOf('@') + 1);
    return `out${this.#number(40)}.${domain}[203.0.113.${this.#number(255)}]`;
  }

  /** A long queue id (enable_long_queue_ids). */
  #queueId(): string {
    let id = '4';
    while (id.length < 15) id += queueIdDigits[this.#number(queueIdDigits.length)];
    return id;
  }

  #pid(): number {
    return 1000 + this.#number(99_000);
  }

  #oneOf<T>(things: readonly T[]): T {
    return things[this.#number(things.length)]!;
  }

  #number(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}

function nameOf(client: string): string {
  return client.slice(0, client.indexOf('['));
}

function senderName(sender: number): string {
  const domain = `${['mail', 'news', 'bounce', 'smtp'][sender % 4]}.company${sender % 7919}.example`;
  if (sender % 3 === 0) return `bounces+${sender * 7919}-user=our.example@${domain}`;
  return sender % 3 === 1 ? `first.last${sender}@${domain}` : `Newsletter-${sender}@${domain}`;
}

/** RFC 3164: `Oct  1 00:00:00`. */
function stamp(ms: number): string {
  const iso = new Date(ms).toISOString();
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][
    Number(iso.slice(5, 7)) - 1
  ];
  return `${month} ${String(Number(iso.slice(8, 10))).padStart(2)} ${iso.slice(11, 19)}`;
}
