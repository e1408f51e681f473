/**
 * The Exims whose logs are recorded. Each takes the mail of recorded-mail.ts and some that only Exim has words for, tries
 * what it could not deliver again, and is stopped. A further Exim is the server that relayed mail goes to.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { logEverything, startExim, type Exim } from './exim.js';
import * as recorded from './recorded-mail.js';
import { addresses } from './recording-host.js';
import { mustRun } from './run-program.js';
import { sendMail, type Mail } from './send-mail.js';

const outside = addresses['mx1.corp.example'];
/** Not a loopback address, so that deliveries there look like those to other machines. */
const remote = '203.0.113.99';
const message = 'Subject: done <= subject@trap.example U=x P=local\n\nDone.\n';

/** Records Exims that log as installed, and all there is to log, into files of `target`, and one that logs to syslog. */
export async function recordExims(folder: string, target: string): Promise<void> {
  await mustRun('ip', ['address', 'add', `${remote}/32`, 'dev', 'lo']);
  const away = await startExim(join(folder, 'exim-away'), {
    hostname: 'away.example',
    addresses: [remote],
    port: 25,
    configuration: awayConfiguration,
  });
  try {
    const plain = join(folder, 'exim');
    await recordExim(plain, `log_file_path = ${plain}/log/%slog`);
    const all = join(folder, 'exim-all');
    await recordExim(all, `${logEverything(all)}\nlog_timezone = true`);
    await recordExim(join(folder, 'exim-syslog'), 'log_file_path = syslog');
    for (const log of ['main', 'reject']) {
      await writeFile(join(target, `real-exim-${log}.log`), await readFile(join(plain, `log/${log}log`)));
      await writeFile(join(target, `real-exim-all-${log}.log`), await readFile(join(all, `log/${log}log`)));
    }
  } finally {
    await away.stop();
  }
}

async function recordExim(folder: string, logging: string): Promise<void> {
  const exim = await startExim(folder, {
    hostname: 'mx1.corp.example',
    addresses: [outside, '127.0.0.1'],
    port: 25,
    configuration,
    logging,
  });
  try {
    await send(outside, [...recorded.ordinaryMail, ...recorded.internationalMail]);
    await send(outside, [recorded.refusedMessage, recorded.authenticatedMail, ...eximMail]);
    await send('127.0.0.1', [recorded.loopbackMail]);
    await submitAll(exim);
    await exim.flush();
    await sleep(1500);
  } finally {
    await exim.stop();
  }
}

async function submitAll(exim: Exim): Promise<void> {
  await exim.submit('cron@corp.example', ['clerk@corp.example'], message);
  await exim.submit('cron@corp.example', ['unknown@away.example'], message);
  await exim.submit('"spaced user"@corp.example', ['friend@away.example', 'pal@away.example'], message);
}

async function send(host: string, mails: readonly Mail[]): Promise<void> {
  for (const mail of mails) {
    await sendMail({ host, port: 25 }, mail);
    await sleep(200);
  }
}

const sender = { localAddress: addresses['mail.sender.example'], helo: 'mail.sender.example' };
const clerk = ['clerk@corp.example'];

/** Mail for which Exim has words of its own. */
const eximMail: readonly Mail[] = [
  { ...sender, from: 'banned@sender.example', to: clerk },
  { ...sender, from: 'unqualified', to: clerk },
  { ...sender, from: 'huge@sender.example', to: clerk, parameters: 'SIZE=99999999' },
  {
    ...sender,
    from: 'sneaky@sender.example',
    to: clerk,
    message: `Subject: long\r\n\r\n${'x'.repeat(70)}\r\n`.repeat(900),
  },
  { ...sender, from: 'many@sender.example', to: ['clerk@corp.example', 'boss@corp.example', 'frank@corp.example'] },
  { ...sender, from: 'faked@sender.example', to: clerk, message: 'Subject: fake it\r\n\r\nHello.' },
  { ...sender, from: 'moved@old.example', to: clerk },
  { ...sender, from: 'dropped@sender.example', to: clerk, message: 'Subject: buy pills\r\n\r\n.' },
];

const configuration = `qualify_domain = corp.example
smtputf8_advertise_hosts = *
helo_accept_junk_hosts = *
allow_domain_literals
recipients_max = 2
recipients_max_reject = true
message_size_limit = 50K
acl_smtp_mail = check_mail
acl_smtp_rcpt = check_rcpt
acl_smtp_data = check_data
queue_run_in_order = true
begin acl
check_mail:
  deny senders = banned@sender.example
       message = we know you
  accept
check_rcpt:
  accept hosts = : 127.0.0.1
  accept authenticated = *
  require message = relay not permitted
          domains = corp.example : away.example
  require verify = sender
  require message = Unknown user
          verify = recipient
  accept
check_data:
  deny condition = \${if match{$h_Subject:}{buy pills}}
       message = no pills F=<reason@trap.example> rejected
  warn condition = \${if match{$h_Subject:}{fake it}}
       control = fakereject
  accept
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = \${if eq{$auth3}{secret}}
  server_set_id = $auth2
begin routers
remote:
  driver = manualroute
  domains = away.example
  route_list = * ${remote} byname
  transport = remote_smtp
users:
  driver = accept
  domains = corp.example
  local_parts = clerk : boss : frank
  transport = nowhere
senders:
  driver = dnslookup
  domains = ! corp.example
  transport = remote_smtp
begin transports
remote_smtp:
  driver = smtp
nowhere:
  driver = appendfile
  file = /dev/null
  user = Debian-exim
begin retry
* * F,2h,1m
begin rewrite
*@old.example $1@sender.example F
`;

/** friend@ and pal@ exist, slow@ will later, and the texts are traps. */
const awayConfiguration = `acl_smtp_rcpt = check_rcpt
begin acl
check_rcpt:
  accept local_parts = friend : pal
  defer local_parts = slow
        message = 450 4.2.0 try again F=<remote@trap.example> rejected
  deny message = 550 5.1.1 no such user F=<remote@trap.example> R=x
begin routers
users:
  driver = accept
  transport = nowhere
begin transports
nowhere:
  driver = appendfile
  file = /dev/null
  user = Debian-exim
`;
