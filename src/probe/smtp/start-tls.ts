/**
 * TLS on a connection that began in plain text (RFC 3207). As between mail servers in general, certificates are looked
 * at but never demanded: the alternative would be no encryption at all.
 */
import { isIP, type Socket } from 'node:net';
import { connect as tlsConnect, type TLSSocket } from 'node:tls';
import type { Failure } from './answer.js';
import { setDeadline } from './deadline.js';

/** What a certificate is worth: `valid` for the exchanger's name and by the authorities Node knows, or why it is not. */
export type CertificateState = 'valid' | 'self-signed' | 'expired' | 'other-name' | 'untrusted';

/** How a connection is encrypted. */
export interface TlsState {
  /** As OpenSSL names them: `TLSv1.3`, `TLS_AES_256_GCM_SHA384`. */
  readonly protocol: string;
  readonly cipher: string;
  readonly certificate: CertificateState;
}

/** An encrypted connection. */
export interface Encrypted {
  readonly event: 'encrypted';
  readonly socket: TLSSocket;
  readonly state: TlsState;
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
      callOff();
      resolve(outcome);
    };
    const callOff = setDeadline(timeoutMs, () =>
      done({ event: 'timeout', detail: `no TLS handshake within ${timeoutMs} ms` }),
    );
    socket.once('secureConnect', () => done({ event: 'encrypted', socket, state: stateOf(socket) }));
    socket.on('error', (error) => done({ event: 'tls-failed', detail: reasonOf(error) }));
    socket.once('close', () => done({ event: 'tls-failed', detail: 'connection closed during the TLS handshake' }));
  });
}

/** In words, for the record of a conversation. */
export function describeTls({ protocol, cipher, certificate }: TlsState): string {
  return `${protocol} ${cipher}, certificate ${certificateWords[certificate]}`;
}

const certificateWords: Readonly<Record<CertificateState, string>> = {
  valid: 'valid',
  'self-signed': 'self-signed',
  expired: 'expired',
  'other-name': 'for another name',
  untrusted: 'of an unknown authority',
};

/** OpenSSL's and Node's words for what is wrong; any others are about the chain to an authority. */
const certificateProblems: Readonly<Record<string, CertificateState>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'self-signed',
  CERT_HAS_EXPIRED: 'expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'other-name',
};

/** OpenSSL's reason, such as `wrong version number`, without the numbers that its messages have around it. */
function reasonOf(error: Error & { readonly reason?: string }): string {
  return `TLS: ${error.reason ?? error.message}`;
}

function stateOf(socket: TLSSocket): TlsState {
  // Node's types say Error; it is the code of one.
  const problem = String(socket.authorizationError);
  return {
    protocol: socket.getProtocol() ?? 'TLS',
    cipher: socket.getCipher().name,
    certificate: socket.authorized ? 'valid' : (certificateProblems[problem] ?? 'untrusted'),
  };
}
