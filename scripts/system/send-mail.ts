/**
 * Sends mail over SMTP, for the tests: like any mail server would, save that the envelope is put on the wire exactly as
 * given, and that the server can be told to take us for somebody else (Postfix's XCLIENT), so that its log shows the
 * addresses that documentation may use instead of loopback.
 */
import { connect } from 'node:net';
import { RawClient } from '../fake-internet/raw-client.js';

/** One message, or several recipients' worth of one. */
export interface Mail {
  /** What stands in MAIL FROM's angle brackets, quoted as the sender would: `"a b"@example.com`; empty for none. */
  readonly from: string;
  readonly to: readonly string[];
  /** Header and text; a short one where not given. */
  readonly message?: string;
  /** MAIL parameters, such as `SMTPUTF8`. */
  readonly parameters?: string;
  readonly helo?: string;
  /** Attributes for XCLIENT, such as `NAME=mx.example.com ADDR=192.0.2.1`. */
  readonly xclient?: string;
  /** Local address to connect from. */
  readonly localAddress?: string;
  /** Commands sent before MAIL, such as those that authenticate. */
  readonly before?: readonly string[];
}

/** What the server said: the replies to MAIL, to each RCPT, and to the message; null where it was not got to. */
export interface Sent {
  readonly mail: string;
  readonly rcpt: readonly string[];
  readonly message: string | null;
}

/** Sends one mail in one session. Throws where the server hangs up early or falls silent. */
export async function sendMail(at: { readonly host: string; readonly port: number }, mail: Mail): Promise<Sent> {
  const client = new RawClient(connect({ ...at, ...(mail.localAddress ? { localAddress: mail.localAddress } : {}) }));
  const say = async (command: string): Promise<string> => {
    client.send(command);
    return readReply(client);
  };
  try {
    await readReply(client);
    for (const command of preamble(mail)) await say(command);
    const sent = await transaction(mail, say);
    await say('QUIT');
    return sent;
  } finally {
    await client.close();
  }
}

function preamble(mail: Mail): string[] {
  const ehlo = `EHLO ${mail.helo ?? 'client.example.net'}`;
  const xclient = mail.xclient === undefined ? [] : [ehlo, `XCLIENT ${mail.xclient}`];
  return [...xclient, ehlo, ...(mail.before ?? [])];
}

async function transaction(mail: Mail, say: (command: string) => Promise<string>): Promise<Sent> {
  const mailReply = await say(`MAIL FROM:<${mail.from}>${mail.parameters ? ` ${mail.parameters}` : ''}`);
  if (!mailReply.startsWith('2')) return { mail: mailReply, rcpt: [], message: null };
  const rcpt: string[] = [];
  for (const recipient of mail.to) rcpt.push(await say(`RCPT TO:<${recipient}>`));
  if (!rcpt.some((reply) => reply.startsWith('2'))) return { mail: mailReply, rcpt, message: null };
  const data = await say('DATA');
  if (!data.startsWith('3')) return { mail: mailReply, rcpt, message: data };
  const message = await say(`${mail.message ?? 'Subject: hello\r\n\r\nHello.'}\r\n.`);
  return { mail: mailReply, rcpt, message };
}

async function readReply(client: RawClient): Promise<string> {
  const reply = await client.reply();
  if (!/^\d{3}/.test(reply)) throw new Error(`instead of a reply: ${reply}`);
  return reply;
}
