/**
 * The thresholds of `--warn` and `--crit`.
 */
import { parseThreshold, type Threshold } from '../report/thresholds.js';
import { UsageError } from './usage-error.js';

/** Reads them; `names` are what can be watched. @throws UsageError */
export function checkThresholds<Watched extends string>(
  { warn, crit }: { readonly warn: readonly string[]; readonly crit: readonly string[] },
  names: readonly Watched[],
): { readonly warn: Threshold<Watched>[]; readonly critical: Threshold<Watched>[] } {
  const check = (option: string, text: string): Threshold<Watched> => {
    const parsed = parseThreshold(text, names);
    if (!parsed.ok) throw new UsageError(`${option} ${text}: ${parsed.why}`);
    return parsed.threshold;
  };
  return {
    warn: warn.map((text) => check('--warn', text)),
    critical: crit.map((text) => check('--crit', text)),
  };
}
