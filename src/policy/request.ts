/**
 * Requests of Postfix's policy delegation protocol (SMTPD_POLICY_README): lines `name=value`, an empty line at the end.
 * Names that mean nothing here are passed over, as the protocol asks.
 */

/** What is read of a request; empty where it was not told. */
export interface PolicyRequest {
  /** `smtpd_access_policy` in every request of Postfix. */
  readonly request: string;
  /** Envelope sender as the client gave it; empty is the null reverse-path. */
  readonly sender: string;
  readonly recipient: string;
  readonly client_address: string;
  /** The same for all recipients of one message. */
  readonly instance: string;
  /** Set for clients that authenticated. */
  readonly sasl_username: string;
}

/** Bytes of a request at most: Postfix sends some 600, and no attribute beyond line_length_limit (2,048). */
export const longestRequest = 32_768;

const nothing: PolicyRequest = {
  request: '',
  sender: '',
  recipient: '',
  client_address: '',
  instance: '',
  sasl_username: '',
};

const names: ReadonlySet<string> = new Set(Object.keys(nothing));

const newline = 0x0a;

/** Takes the bytes of one connection as they come. Never throws. */
export class RequestParser {
  #pending: Buffer = Buffer.alloc(0);
  #overlong = false;

  /** Whether a request was longer than allowed: nothing is read after that. */
  get overlong(): boolean {
    return this.#overlong;
  }

  /** Whether a request has begun and not ended. */
  get isWithin(): boolean {
    return this.#pending.length > 0;
  }

  /** Gives the requests that are complete with these bytes. */
  push(bytes: Buffer): PolicyRequest[] {
    if (this.#overlong) return [];
    const searched = Math.max(0, this.#pending.length - 1);
    let rest = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const requests: PolicyRequest[] = [];
    for (let end = endOfRequest(rest, searched); end !== -1 && end <= longestRequest; end = endOfRequest(rest, 0)) {
      requests.push(parseRequest(rest.toString('utf8', 0, end)));
      rest = rest.subarray(end);
    }
    this.#overlong = rest.length > longestRequest;
    // What is left of a chunk must not keep the whole of it.
    this.#pending = this.#overlong ? Buffer.alloc(0) : Buffer.from(rest);
    return requests;
  }
}

/** Where the first request ends, its empty line included; -1 where it does not yet. One without lines is its empty line alone. */
function endOfRequest(bytes: Buffer, from: number): number {
  if (bytes[0] === newline) return 1;
  const at = bytes.indexOf('\n\n', from);
  return at === -1 ? -1 : at + 2;
}

/** Of a name that comes twice, the last value counts. */
function parseRequest(text: string): PolicyRequest {
  const request: Record<keyof PolicyRequest, string> = { ...nothing };
  for (let start = 0, end = text.indexOf('\n'); end !== -1; start = end + 1, end = text.indexOf('\n', start)) {
    const at = text.indexOf('=', start);
    const name = at === -1 ? '' : text.slice(start, at);
    if (isKnown(name)) request[name] = text.slice(at + 1, end);
  }
  return request;
}

function isKnown(name: string): name is keyof PolicyRequest {
  return names.has(name);
}
