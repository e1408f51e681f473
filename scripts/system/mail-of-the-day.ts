/**
 * The mail that the receiving Postfix gets in the system test, and what is to be found out about each of its senders.
 */
import type { Receiver } from './receiver.js';
import type { Mail } from './send-mail.js';

/** Senders of accepted mail, in order of first appearance: as MAIL FROM says, as the survey does, and what it must find. */
export const accepted: readonly Expected[] = [
  { from: 'alice@good.example', verdict: 'accepted', reason: 'ok', code: 250 },
  { from: 'nobody@good.example', verdict: 'rejected', reason: 'no-such-mailbox', code: 550 },
  { from: '"odd user"@good.example', verdict: 'accepted', reason: 'ok', code: 250 },
  { from: '"odder user"@good.example', verdict: 'rejected', reason: 'no-such-mailbox', code: 550 },
  { from: 'jörg@good.example', parameters: 'SMTPUTF8', verdict: 'accepted', reason: 'ok', code: 250 },
  {
    from: 'buch@bücher.example',
    parameters: 'SMTPUTF8',
    address: 'buch@xn--bcher-kva.example',
    verdict: 'accepted',
    reason: 'ok',
    code: 250,
  },
  { from: 'bob@grey.example', verdict: 'deferred', reason: 'greylisted', code: 450 },
  { from: 'tess@strict.example', verdict: 'accepted', reason: 'ok', code: 250 },
  { from: 'gone@strict.example', verdict: 'rejected', reason: 'no-such-mailbox', code: 550 },
  { from: 'erin@exim.example', verdict: 'accepted', reason: 'ok', code: 250 },
  { from: 'fred@exim.example', verdict: 'deferred', reason: 'mailbox-full', code: 452 },
  { from: 'frida@exim.example', verdict: 'rejected', reason: 'mailbox-full', code: 552 },
  { from: 'gone@exim.example', verdict: 'rejected', reason: 'no-such-mailbox', code: 550 },
  { from: 'jürgen@exim.example', parameters: 'SMTPUTF8', verdict: 'skipped', reason: 'no-smtputf8', code: null },
  { from: 'who@banned.example', verdict: 'rejected', reason: 'refused-us', code: 554 },
  { from: 'who@nobounce.example', verdict: 'rejected', reason: 'refused-sender', code: 550 },
  { from: 'fay@failover.example', verdict: 'accepted', reason: 'ok', code: 250 },
  { from: 'who@dead.example', verdict: 'unreachable', reason: 'connection-refused', code: null },
  { from: 'who@inside.example', verdict: 'skipped', reason: 'forbidden-network', code: null },
  { from: 'who@nullmx.example', verdict: 'undeliverable', reason: 'null-mx', code: null },
  { from: 'who@empty.example', verdict: 'undeliverable', reason: 'no-mail-host', code: null },
  { from: 'who@absent.example', verdict: 'undeliverable', reason: 'no-such-domain', code: null },
  { from: 'who@broken.example', verdict: 'unreachable', reason: 'dns-failure', code: null },
];

/** A sender, and what the survey must find. */
export interface Expected {
  readonly from: string;
  readonly parameters?: string;
  /** The survey's spelling, where it is not the sender's. */
  readonly address?: string;
  readonly verdict: string;
  readonly reason: string;
  readonly code: number | null;
}

/** Senders whose mail was only ever refused. */
export const rejected = ['spam@good.example'];

/** Senders on the receiver's own machine. */
export const localSenders = ['web@corp.example', 'cron@corp.example'];

/** The sender in the survey's spelling. */
export function addressOf(sender: Expected): string {
  return sender.address ?? sender.from;
}

/** The mail of the day. Alice sends twice, and her first message stays in the queue, where it is tried again. */
export async function sendAllMail(receiver: Receiver): Promise<void> {
  for (const { from, parameters = '' } of accepted)
    await mustTake(receiver, { from, to: ['clerk@corp.example'], parameters });
  await mustTake(receiver, { from: 'alice@good.example', to: ['later@corp.example'] });
  await mustTake(receiver, { from: '', to: ['clerk@corp.example'] });
  await receiver.logged(/from=<alice@good\.example>/, 2);
  await receiver.logged(/status=deferred/, 1);
  await receiver.flush();
  await receiver.logged(/from=<alice@good\.example>/, 3);
  await receiver.receive({ from: 'spam@good.example', to: ['nobody@corp.example'] });
  await receiver.receive({ from: 'alice@good.example', to: ['nobody@corp.example'] });
  await receiver.receiveFromLoopback({ from: 'web@corp.example', to: ['clerk@corp.example'] });
  await receiver.submit('cron@corp.example', ['clerk@corp.example'], 'Subject: done\n\nDone.\n');
  await receiver.logged(/from=<cron@corp\.example>, size/, 1);
}

/** Sends one mail and waits until the queue manager has logged it, so that senders appear in the order of sending. */
async function mustTake(receiver: Receiver, mail: Mail): Promise<void> {
  const sent = await receiver.receive(mail);
  const queueId = sent.message?.match(/^250 .* queued as (\S+)/)?.[1];
  if (queueId === undefined) throw new Error(`no mail taken from ${mail.from}: ${JSON.stringify(sent)}`);
  await receiver.logged(new RegExp(`qmgr.* ${queueId}: from=<`), 1);
}
