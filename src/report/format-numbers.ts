/**
 * Numbers as people read them.
 */

const grouped = new Intl.NumberFormat('en-US');

/** With thousands separators: `26,093`. */
export function formatCount(count: number): string {
  return grouped.format(count);
}

/** `1 file`, `2,000 files`. */
export function formatCounted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** A share of a whole in per cent with one decimal, `52.2 %`; empty where there is no whole. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return '';
  const percent = (100 * part) / whole;
  if (percent > 0 && percent < 0.05) return '<0.1 %';
  if (percent < 100 && percent >= 99.95) return '>99.9 %';
  return `${percent.toFixed(1)} %`;
}

/** `512 B`, `1.2 MB`, in powers of 1000. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** Milliseconds as `0.8 s`, `4 min 10 s`, `1 h 38 min`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${formatCount(Math.floor(seconds / 3600))} h ${Math.floor((seconds % 3600) / 60)} min`;
}
