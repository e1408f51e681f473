/**
 * BullMQ and ioredis, which only those who use workers need to have installed.
 */

/** Redis cannot be used. */
export class WorkersError extends Error {
  override name = 'WorkersError';
}

/** Where the queue is: a `redis://` or `rediss://` address, and what its keys begin with. */
export interface QueuePlace {
  readonly url: string;
  readonly prefix: string;
}

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
  return { url, maxRetriesPerRequest: null, retryStrategy };
}

/** Says once that Redis is out of reach, and once that it is back. */
export function watchConnection(
  redis: { on: (event: 'error' | 'ready', listener: (error: Error) => void) => unknown },
  place: QueuePlace,
  warn: (message: string) => void,
): void {
  const where = new URL(place.url).host;
  let isLost = false;
  redis.on('error', (error) => {
    if (!isLost) warn(`Redis at ${where} cannot be reached (${error.message}); waiting for it`);
    isLost = true;
  });
  redis.on('ready', () => {
    if (isLost) warn(`Redis at ${where} is back`);
    isLost = false;
  });
}

/** What is nice to do at the end, as long as Redis can be reached. */
export async function sayFarewell(farewell: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => (timer = setTimeout(resolve, 2000)));
  await Promise.race([farewell.catch(() => undefined), patience]);
  clearTimeout(timer);
}
