/**
 * TLS on a connection that began in plain text (RFC 3207). As between mail servers in general, certificates are looked
 * at but never demanded: the alternative would be no encryption at all.
 */
import { isIP, type Socket } from 'node:net';
import { connect as tlsConnect, type TLSSocket } from 'node:tls';
import type { Failure } from './answer.js';

/** An encrypted connection, with what is worth noting about it. */
export interface Encrypted {
  readonly event: 'encrypted';
  readonly socket: TLSSocket;
  /** Protocol, cipher and the state of the certificate, in words. */
  readonly detail: string;
}

/** Shakes hands as a client. The plain socket must have no readers left; bytes read before count for nothing. */
export function startTls(plain: Socket, mxHost: string, timeoutMs: number): Promise<Encrypted | Failure> {
  return new Promise((resolve) => {
    const socket = tlsConnect({
      socket: plain,
      ...(isIP(mxHost) === 0 ? { servername: mxHost } : {}),
      rejectUnauthorized: false,
      // Old servers are still worth an answer; what is said here is no secret.
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
    });
    const done = (outcome: Encrypted | Failure) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    const timer = setTimeout(done, timeoutMs, { event: 'timeout', detail: `no TLS handshake within ${timeoutMs} ms` });
    socket.once('secureConnect', () => done({ event: 'encrypted', socket, detail: describe(socket) }));
    socket.on('error', (error) => done({ event: 'tls-failed', detail: error.message }));
    socket.once('close', () => done({ event: 'tls-failed', detail: 'connection closed during the TLS handshake' }));
  });
}

function describe(socket: TLSSocket): string {
  const certificate = socket.authorized
    ? 'certificate verified'
    : `certificate not verified: ${socket.authorizationError}`;
  return `${socket.getProtocol()} ${socket.getCipher().name}, ${certificate}`;
}
