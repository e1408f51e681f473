/**
 * The Postfix whose log is surveyed: it takes mail for corp.example, keeps one recipient's mail deferred, and believes
 * the tests about who is connecting (XCLIENT), so that its log shows addresses from outside.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostfix, type Postfix } from './postfix.js';
import { sendMail, type Mail, type Sent } from './send-mail.js';

/** The receiving server, running. */
export interface Receiver extends Postfix {
  /** Sends it one mail as a server out on the internet would. */
  readonly receive: (mail: Mail) => Promise<Sent>;
  /** Sends it one mail from a program on its own machine, by SMTP over loopback. */
  readonly receiveFromLoopback: (mail: Mail) => Promise<Sent>;
  /** Waits until its log has `count` lines that match. Throws with the log where they do not come. */
  readonly logged: (pattern: RegExp, count: number) => Promise<void>;
}

const outside = 'NAME=mail.example.net ADDR=192.0.2.25';

/** Starts the receiver in `folder`: clerk@ and later@corp.example exist, and later@'s mail store is down. */
export async function startReceiver(
  folder: string,
  at: { readonly host: string; readonly port: number },
): Promise<Receiver> {
  const postfix = await startPostfix(folder, {
    main: {
      myhostname: 'mx.corp.example',
      virtual_mailbox_domains: 'corp.example',
      virtual_mailbox_maps: 'inline:{ clerk@corp.example=x, later@corp.example=x }',
      virtual_transport: 'discard:',
      transport_maps: 'inline:{ { later@corp.example = smtp:[127.72.0.99]:9 } }',
      smtpd_authorized_xclient_hosts: '127.0.0.0/8',
    },
    listeners: [{ at: `${at.host}:${at.port}` }],
  });
  return {
    ...postfix,
    receive: async (mail) => sendMail(at, { xclient: outside, ...mail }),
    receiveFromLoopback: async (mail) => sendMail(at, mail),
    logged: async (pattern, count) => logged(postfix, pattern, count),
  };
}

async function logged(postfix: Postfix, pattern: RegExp, count: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const lines = (await postfix.log()).split('\n');
    if (lines.filter((line) => pattern.test(line)).length >= count) return;
    await sleep(50);
  }
  throw new Error(`not ${count} times ${pattern} in:\n${await postfix.log()}`);
}
