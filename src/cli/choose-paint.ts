/**
 * Whether there are colours: what the person asks for (FORCE_COLOR, NO_COLOR), else what the terminal can show.
 */
import type { WriteStream } from 'node:tty';
import { colours, plain, type Paint } from '../report/paint.js';

/** The colours for this output: none on a pipe, with NO_COLOR set, or with FORCE_COLOR=0. */
export function choosePaint(
  output: Pick<WriteStream, 'isTTY'> & Partial<Pick<WriteStream, 'hasColors'>>,
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  const { FORCE_COLOR: forced, NO_COLOR: refused } = environment;
  if (forced !== undefined) return forced === '0' || forced === 'false' ? plain : colours;
  if (refused !== undefined && refused !== '') return plain;
  return output.isTTY && output.hasColors?.(16, environment) === true ? colours : plain;
}
