/**
 * The mail exchangers that the survey asks: a real Postfix and a real Exim on loopback addresses, and the DNS records
 * that lead to them. What each of them does is in the two configurations below.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certificate, privateKey } from '../fake-internet/certificate.js';
import type { World } from '../fake-internet/world.js';
import { startExim } from './exim.js';
import { startPostfix } from './postfix.js';

/** The addresses the exchangers listen on; at `nobody` nothing does. */
const addresses = {
  postfix: '127.72.0.1',
  postfixTls: '127.72.0.2',
  exim: '127.72.0.3',
  eximRefusingUs: '127.72.0.4',
  eximRefusingBounces: '127.72.0.5',
  nobody: '127.72.0.99',
} as const;

/** What DNS says of the senders' domains. A name that is not here does not exist. */
export const exchangerNames: World['names'] = {
  'good.example': { mx: ['10 mx.good.example'] },
  'mx.good.example': { a: [addresses.postfix] },
  'grey.example': { mx: ['10 mx.good.example'] },
  'xn--bcher-kva.example': { mx: ['10 mx.good.example'] },
  'strict.example': { mx: ['10 mx.strict.example'] },
  'mx.strict.example': { a: [addresses.postfixTls] },
  'exim.example': { a: [addresses.exim] }, // no MX: its address is its exchanger
  'banned.example': { mx: ['10 mx.banned.example'] },
  'mx.banned.example': { a: [addresses.eximRefusingUs] },
  'nobounce.example': { mx: ['10 mx.nobounce.example'] },
  'mx.nobounce.example': { a: [addresses.eximRefusingBounces] },
  'failover.example': { mx: ['20 mx.good.example', '10 mx.dead.example'] },
  'dead.example': { mx: ['10 mx.dead.example'] },
  'mx.dead.example': { a: [addresses.nobody] },
  'inside.example': { mx: ['10 mx.inside.example'] },
  'mx.inside.example': { aaaa: ['::1'] },
  'nullmx.example': { mx: ['0 .'] },
  'empty.example': {},
  'broken.example': 'servfail',
};

/** The exchangers, running. */
export interface Exchangers {
  readonly postfixLog: () => Promise<string>;
  readonly eximLog: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Starts both servers in folders below `folder`, all at one port. */
export async function startExchangers(folder: string, port: number): Promise<Exchangers> {
  const postfix = await startExchangingPostfix(join(folder, 'postfix'), port);
  try {
    const exim = await startExchangingExim(join(folder, 'exim'), port);
    return {
      postfixLog: postfix.log,
      eximLog: exim.log,
      stop: async () => void (await Promise.all([postfix.stop(), exim.stop()])),
    };
  } catch (error) {
    await postfix.stop();
    throw error;
  }
}

/**
 * Knows some mailboxes of good.example, strict.example and xn--bcher-kva.example, greylists all of grey.example, and at its second
 * address insists on TLS.
 */
async function startExchangingPostfix(folder: string, port: number) {
  const keyFile = `${folder}.pem`;
  await writeFile(keyFile, privateKey + certificate);
  const mailboxes = [
    'alice@good.example',
    '"odd user"@good.example',
    'jörg@good.example',
    'bob@grey.example',
    'tess@strict.example',
    'buch@xn--bcher-kva.example',
    'fay@failover.example',
  ];
  return startPostfix(folder, {
    main: {
      myhostname: 'mx.good.example',
      virtual_mailbox_domains: 'good.example, grey.example, strict.example, xn--bcher-kva.example, failover.example',
      virtual_mailbox_maps: `inline:{ ${mailboxes.map((mailbox) => `{ ${mailbox} = x }`).join(', ')} }`,
      virtual_transport: 'discard:',
      mynetworks: '',
      smtpd_recipient_restrictions:
        'reject_unauth_destination, check_recipient_access inline:{ { grey.example = 450 4.7.1 Greylisted, please try again in 300 seconds } }',
      smtpd_tls_cert_file: keyFile,
      smtpd_tls_key_file: keyFile,
    },
    listeners: [
      { at: `${addresses.postfix}:${port}` },
      { at: `${addresses.postfixTls}:${port}`, parameters: { smtpd_tls_security_level: 'encrypt' } },
    ],
  });
}

/** Knows erin of exim.example, whose colleague's mailbox is full; its other addresses refuse sessions, or bounces. */
async function startExchangingExim(folder: string, port: number) {
  const { exim, eximRefusingUs, eximRefusingBounces } = addresses;
  return startExim(folder, {
    hostname: 'mx.exim.example',
    addresses: [exim, eximRefusingUs, eximRefusingBounces],
    port,
    configuration: `smtputf8_advertise_hosts =
acl_smtp_connect = connect
acl_smtp_mail = mail
acl_smtp_rcpt = rcpt
begin acl
connect:
  deny condition = \${if eq{$received_ip_address}{${eximRefusingUs}}}
       message = 554 5.7.1 Service unavailable; client host [$sender_host_address] is on our block list
  accept
mail:
  deny condition = \${if eq{$received_ip_address}{${eximRefusingBounces}}}
       senders = :
       message = 550 this domain sends no mail, so it takes no bounces
  accept
rcpt:
  deny  domains = !exim.example : !nobounce.example
        message = relay not permitted
  defer local_parts = fred
        message = 452 4.2.2 mailbox is full
  deny  local_parts = frida
        message = 552 5.2.2 mailbox is over quota
  accept local_parts = erin
  deny  message = Unrouteable address
`,
  });
}
