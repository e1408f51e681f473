/**
 * Writes a realistic Postfix log of a given size: mail from outside and of own users, refused and deferred mail, bounces, on
 * two hosts, the lines of many messages mixed. The same settings give the same bytes. Also runs by itself:
 * `node dist/scripts/generate-maillog.js FILE MEGABYTES SENDERS`.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PostfixTraffic } from './postfix-traffic.js';

/** What to write. */
export interface MaillogSettings {
  readonly megabytes: number;
  /** Distinct envelope senders; each occurs at least once where the size allows. */
  readonly senders: number;
  readonly seed: number;
}

const linesAtOnce = 5000;

/** Writes the log to `path`. */
export async function generateMaillog(path: string, settings: MaillogSettings): Promise<void> {
  const output = createWriteStream(path, { highWaterMark: 4_194_304 });
  const wanted = settings.megabytes * 1_000_000;
  const traffic = new PostfixTraffic({ ...settings, length: wanted });
  for (let written = 0; written < wanted;) {
    const text = traffic.lines(linesAtOnce);
    written += text.length;
    if (!output.write(text)) await once(output, 'drain');
  }
  output.end();
  await once(output, 'close');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path = 'maillog', megabytes = '100', senders = '100000'] = process.argv.slice(2);
  await generateMaillog(path, { megabytes: Number(megabytes), senders: Number(senders), seed: 1 });
}
