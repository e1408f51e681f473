/**
 * Loaded into a process that is measured (`--import`): tells its peak memory in kB when it ends. The kernel's figure for the
 * address space, not `resourceUsage`: that begins with the memory of the process that started it.
 */
import { readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.on('exit', () => {
    const peak = /VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    process.stderr.write(`peak memory ${peak}\n`);
  });
}
