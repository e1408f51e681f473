/**
 * The servers whose logs are recorded: each takes all the mail of recorded-mail.ts, tries what it could not deliver again,
 * and is stopped.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../fake-internet/world.js';
import { startPostfix, type PostfixSettings } from './postfix.js';
import * as recorded from './recorded-mail.js';
import { addresses } from './recording-host.js';
import { mustRun } from './run-program.js';
import { sendMail, type Mail } from './send-mail.js';
import { startSendmail } from './sendmail.js';

const outside = addresses['mx1.corp.example'];
const remote = addresses['away.example'];
const message = 'Subject: done\n\nDone.\n';

/** The server that relayed mail goes to: defers slow@, refuses everybody else, both with texts that are traps. */
export const remoteWorld: World = {
  names: {},
  servers: { [remote]: { rcpt: '550 5.1.1 no such user; from=<remote@trap.example> to=<x@trap.example>' } },
  mailboxes: { 'slow@away.example': '450 4.2.0 try again from=<remote@trap.example>, size=1' },
};

/** A Postfix in `folder`. Deferred mail is tried three times more, and the last time given up. */
export async function recordPostfix(folder: string): Promise<void> {
  await recordedPostfix(folder, {}, []);
}

/** The same with a content filter that hands each message back under a second queue id, as Amavis does; with long ids. */
export async function recordFilteringPostfix(folder: string): Promise<void> {
  const filter = '127.0.0.1:10026';
  await recordedPostfix(
    folder,
    {
      syslog_name: 'postfix-filter',
      enable_long_queue_ids: 'yes',
      content_filter: 'smtp:[127.0.0.1]:10026',
      smtp_send_xforward_command: 'yes',
    },
    // A name of its own, or Postfix takes it for a mail loop.
    [
      {
        at: filter,
        parameters: { content_filter: '', myhostname: 'localhost', smtpd_authorized_xforward_hosts: '127.0.0.1' },
      },
    ],
  );
}

async function recordedPostfix(
  folder: string,
  main: PostfixSettings['main'],
  listeners: PostfixSettings['listeners'],
): Promise<void> {
  const headerChecks = `${folder}.header_checks`;
  await writeFile(headerChecks, '/^Subject: buy pills/ REJECT no pills\n/^Subject: \\[suspect\\]/ WARN suspect\n');
  const postfix = await startPostfix(folder, {
    main: { ...mainParameters, header_checks: `regexp:${headerChecks}`, ...main },
    listeners: [{ at: `${outside}:25` }, { at: '127.0.0.1:25' }, ...listeners],
  });
  try {
    await send(outside, recorded.ordinaryMail);
    await send(outside, recorded.internationalMail);
    await send(outside, [recorded.warnedMail, recorded.refusedMessage, recorded.authenticatedMail]);
    await send('127.0.0.1', [recorded.loopbackMail]);
    await postfix.submit('cron@corp.example', ['clerk@corp.example'], message);
    await postfix.submit('cron@corp.example', ['unknown@away.example'], message);
    await twice(postfix.flush);
    await giveUp(join(folder, 'config'));
    await postfix.flush();
    await sleep(2000);
  } finally {
    await postfix.stop();
  }
}

/** Messages now are too old at the next try. */
async function giveUp(config: string): Promise<void> {
  await mustRun('postconf', ['-c', config, 'maximal_queue_lifetime=0', 'bounce_queue_lifetime=0']);
  await mustRun('postfix', ['-c', config, 'reload']);
  await sleep(1000);
}

const mainParameters = {
  maillog_file: '',
  myhostname: 'mx1.corp.example',
  virtual_mailbox_domains: 'corp.example',
  virtual_mailbox_maps: 'inline:{ clerk@corp.example=x, boss@corp.example=x, frank@corp.example=x }',
  virtual_transport: 'discard:',
  relay_domains: 'away.example',
  transport_maps: `inline:{ { away.example = smtp:[${remote}] } }`,
  smtpd_peername_lookup: 'yes',
  smtpd_recipient_restrictions:
    'permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination, reject_unknown_sender_domain, warn_if_reject reject_unknown_reverse_client_hostname',
  smtpd_sasl_auth_enable: 'yes',
  smtpd_sasl_local_domain: 'corp.example',
};

/** A sendmail in `folder`. It is offered the international addresses without SMTPUTF8, which it does not know. */
export async function recordSendmail(folder: string): Promise<void> {
  const sendmail = await startSendmail(folder, {
    hostname: 'mx1.corp.example',
    domain: 'corp.example',
    relayFor: 'away.example',
    users: ['clerk', 'boss'],
    addresses: [outside, '127.0.0.1'],
  });
  try {
    await send(outside, recorded.ordinaryMail);
    await send(
      outside,
      recorded.internationalMail.map((mail) => ({ ...mail, parameters: '' })),
    );
    await send('127.0.0.1', [recorded.loopbackMail]);
    await sendmail.submit('cron@corp.example', ['clerk@corp.example'], message);
    await twice(sendmail.flush);
  } finally {
    await sendmail.stop();
  }
}

/** Sends mail one by one, and slowly, so that a message's lines stand together. */
async function send(host: string, mails: readonly Mail[]): Promise<void> {
  for (const mail of mails) {
    await sendMail({ host, port: 25 }, mail);
    await sleep(300);
  }
}

async function twice(flush: () => Promise<void>): Promise<void> {
  for (let times = 0; times < 2; times += 1) {
    await sleep(1500);
    await flush();
  }
  await sleep(1500);
}
