import { expect, test } from 'vitest';
import { formatBytes, formatCount, formatCounted, formatDuration, formatShare } from './format-numbers.js';

test.for<[string, string]>([
  [formatCount(26_093), '26,093'],
  [formatCounted(1, 'file'), '1 file'],
  [formatCounted(2000, 'file'), '2,000 files'],
  [formatShare(13_101, 25_120), '52.2 %'],
  [formatShare(0, 25_120), '0.0 %'],
  [formatShare(1, 25_120), '<0.1 %'],
  [formatShare(25_119, 25_120), '>99.9 %'],
  [formatShare(5, 5), '100.0 %'],
  [formatShare(0, 0), ''],
  [formatBytes(0), '0 B'],
  [formatBytes(999), '999 B'],
  [formatBytes(1_234_567_890), '1.2 GB'],
  [formatBytes(5e15), '5000.0 TB'],
  [formatDuration(0), '0.0 s'],
  [formatDuration(840), '0.8 s'],
  [formatDuration(59_990), '1 min 0 s'],
  [formatDuration(250_000), '4 min 10 s'],
  [formatDuration(98 * 60_000), '1 h 38 min'],
])('%s', ([formatted, expected]) => {
  expect(formatted).toBe(expected);
});
