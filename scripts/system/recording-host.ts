/**
 * The pretend host on which logs are recorded: in namespaces of its own (unshare --mount --uts --net) it is called mx1,
 * has addresses from the documentation ranges on its loopback interface and no other network, a resolver that knows a few
 * example names, and an rsyslog that writes each line in three formats.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createSocket } from 'node:dgram';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decode, encode } from 'dns-packet';
import { answerQuery, zoneOf } from '../fake-internet/dns-answers.js';
import type { World } from '../fake-internet/world.js';
import { mustRun } from './run-program.js';

/** The host's own address, those that its clients connect from, and that of a server it relays to, with their names. */
export const addresses = {
  'mx1.corp.example': '203.0.113.25',
  'mail.sender.example': '192.0.2.10',
  'out7.bulk.example': '192.0.2.20',
  'dsl-77.access.example': '198.51.100.77',
  'away.example': '127.0.0.9',
} as const;
/** A client without a name. */
export const namelessClient = '198.51.100.200';

const names: World['names'] = Object.fromEntries([
  ['corp.example', { mx: ['10 mx1.corp.example'] }],
  ...Object.entries(addresses).map(([name, address]) => [name, { a: [address] }]),
  ...['sender.example', 'bulk.example', 'access.example', 'quirk.example', 'xn--bcher-kva.example'].map((name) => [
    name,
    { mx: ['10 mail.sender.example'] },
  ]),
]);

/** The syslog files, by format. */
export interface SyslogFiles {
  readonly rfc3164: string;
  readonly iso: string;
  readonly rfc5424: string;
}

/** What is running on the host. */
export interface RecordingHost {
  readonly syslog: SyslogFiles;
  readonly stop: () => Promise<void>;
}

/** Makes this process's namespaces into the host. Only to be called in namespaces of their own. */
export async function startRecordingHost(folder: string): Promise<RecordingHost> {
  await mustRun('sh', ['-e', '-c', setUp(folder)]);
  const dns = await startResolver();
  const syslog = { rfc3164: join(folder, '3164'), iso: join(folder, 'iso'), rfc5424: join(folder, '5424') };
  const stopSyslog = await startRsyslog(folder, syslog);
  return {
    syslog,
    stop: async () => {
      await stopSyslog();
      dns.close();
      await mustRun('umount', ['/dev', join(folder, 'dev'), '/etc/hosts', '/etc/resolv.conf', '/etc/sasldb2']);
    },
  };
}

/** The host's name, addresses, and private copies of the files that say so; a private /dev for the log socket; frank's password. */
function setUp(folder: string): string {
  const hosts = Object.entries(addresses).map(([name, address]) => `${address} ${name} ${name.split('.')[0]}`);
  const ours = [...Object.values(addresses), namelessClient];
  return `
    mount --make-rprivate /
    hostname mx1
    ip link set lo up
    ${ours.map((address) => `ip address add ${address}/32 dev lo`).join('\n')}
    mkdir ${folder}/dev
    mount -t tmpfs -o mode=755 none ${folder}/dev
    cp -a /dev/null /dev/zero /dev/random /dev/urandom ${folder}/dev
    mount --bind ${folder}/dev /dev
    printf '127.0.0.1 localhost\\n${hosts.join('\\n')}\\n' > ${folder}/hosts
    mount --bind ${folder}/hosts /etc/hosts
    echo 'nameserver 127.0.0.1' > ${folder}/resolv.conf
    mount --bind ${folder}/resolv.conf /etc/resolv.conf
    printf secret | saslpasswd2 -p -c -f ${folder}/sasldb -u corp.example frank
    chown postfix ${folder}/sasldb
    mount --bind ${folder}/sasldb /etc/sasldb2`;
}

async function startResolver(): Promise<{ close: () => void }> {
  const zone = zoneOf({ names, servers: {} });
  const socket = createSocket('udp4');
  socket.on('message', (message, client) => {
    const answer = answerQuery(zone, decode(message));
    if (answer !== null) socket.send(encode(answer), client.port, client.address);
  });
  socket.bind(53, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

async function startRsyslog(folder: string, files: SyslogFiles): Promise<() => Promise<void>> {
  const configuration = join(folder, 'rsyslog.conf');
  await mkdir(join(folder, 'rsyslog'));
  await writeFile(
    configuration,
    `module(load="imuxsock")
global(workDirectory="${folder}/rsyslog")
action(type="omfile" file="${files.rfc3164}" template="RSYSLOG_TraditionalFileFormat")
action(type="omfile" file="${files.iso}" template="RSYSLOG_FileFormat")
action(type="omfile" file="${files.rfc5424}" template="RSYSLOG_SyslogProtocol23Format")
`,
  );
  const daemon = spawn('rsyslogd', ['-n', '-f', configuration, '-i', join(folder, 'rsyslog.pid')], {
    stdio: 'inherit',
  });
  const ended = once(daemon, 'close');
  await sleep(1000);
  return async () => {
    daemon.kill();
    await ended;
  };
}
