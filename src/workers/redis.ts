/**
 * BullMQ and ioredis, which only those who use workers need to have installed, and the connections to Redis.
 */
import type { Redis } from 'ioredis';

/** Redis cannot be used. */
export class WorkersError extends Error {
  override name = 'WorkersError';
}

/** Where the queue is: a `redis://` or `rediss://` address, and what its keys begin with. */
export interface QueuePlace {
  readonly url: string;
  readonly prefix: string;
}

/** A connection on which nothing comes for so long, though something should, is given up. BullMQ waits up to 10 s. */
const socketTimeoutMs = 20_000;

/** Loads both packages. @throws WorkersError where they are not installed, with the command that installs them. */
export async function loadQueueEngine() {
  try {
    const [bullmq, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { ...bullmq, Redis };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new WorkersError('workers need two more packages: npm install --global bullmq@6 ioredis@6', { cause: error });
  }
}

/** How to connect: commands wait until Redis can be reached again, which is tried until the signal. */
export function connectionTo({ url }: QueuePlace, over: AbortSignal) {
  const retryStrategy = (times: number): number | null => (over.aborted ? null : Math.min(times * 200, 2000));
  return { url, maxRetriesPerRequest: null, socketTimeout: socketTimeoutMs, retryStrategy };
}

/**
 * Connects, and waits until Redis can be reached, or the signal; says once that it is out of reach, and once that it is
 * back. @throws WorkersError where it is reached and does not let us in.
 */
export async function connectTo(
  place: QueuePlace,
  engine: typeof Redis,
  { warn, signal }: { readonly warn: (message: string) => void; readonly signal: AbortSignal },
  over: AbortSignal,
): Promise<Redis> {
  // What is said in one turn of the event loop goes out in one piece.
  const redis = new engine(place.url, { ...connectionTo(place, over), enableAutoPipelining: true });
  const where = new URL(place.url).host;
  const byTls = new URL(place.url).protocol === 'rediss:' ? ' by TLS' : '';
  let [isIn, isLost] = [false, false];
  return await new Promise((resolve, reject) => {
    redis.on('error', (error) => {
      const barred = isIn ? null : notLetIn(error, place);
      if (barred !== null) {
        redis.disconnect();
        return reject(barred);
      }
      if (!isLost) warn(`Redis at ${where} cannot be reached${byTls} (${error.message}); waiting for it`);
      isLost = true;
    });
    redis.on('ready', () => {
      if (isLost) warn(`Redis at ${where} is back`);
      isLost = false;
      isIn = true;
      resolve(redis);
    });
    signal.addEventListener('abort', () => resolve(redis), { once: true });
  });
}

/** What to tell people of an error that waiting does not mend; null where it may. */
export function notLetIn(error: Error, { url }: QueuePlace): WorkersError | null {
  const why = whyNotLetIn(error);
  if (why === null) return null;
  return new WorkersError(`Redis at ${new URL(url).host} does not let us in: ${why}`, { cause: error });
}

function whyNotLetIn({ message, code }: NodeJS.ErrnoException): string | null {
  if (message.startsWith('NOPERM')) return `${message} (docs/workers.md says what the user needs)`;
  if (/^(?:NOAUTH|WRONGPASS|ERR invalid password)/.test(message)) {
    return `${message} (redis://USER:PASSWORD@HOST, or redis://:PASSWORD@HOST without a user)`;
  }
  if (code !== undefined && untrusted.test(code)) {
    return `its certificate is not trusted (${message}); name the file of its CA in NODE_EXTRA_CA_CERTS`;
  }
  return null;
}

/** OpenSSL's and Node's words for certificates that are not trusted. */
const untrusted = /^(?:CERT_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT_ALTNAME_INVALID)/;

/** What is nice to do at the end, as long as Redis can be reached. */
export async function sayFarewell(farewell: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => (timer = setTimeout(resolve, 2000)));
  await Promise.race([farewell.catch(() => undefined), patience]);
  clearTimeout(timer);
}
