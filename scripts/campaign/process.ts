/**
 * The campaign against the process: stopped and woken, out of descriptors and of disk. Each time the same command goes on, and in
 * the end no sender may be lost and no result wrong.
 */
import { execFileSync, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ground } from './ground.js';
import { unless, type Tried } from './tried.js';

/** Stops the process and wakes it, for longer than a reply may take. */
export async function stopAndWake(): Promise<Tried> {
  const ground = await Ground.open(200, 300);
  let stops = 0;
  const stopNow = (child: ChildProcess): void => {
    const timer = setInterval(() => {
      stops += 1;
      child.kill('SIGSTOP');
      setTimeout(() => child.kill('SIGCONT'), 4000);
    }, 5500);
    child.once('exit', () => clearInterval(timer));
  };
  try {
    const options = ['-c', '5', '--reply-timeout', '3s', '--connect-timeout', '3s'];
    const { code, stderr } = await ground.survey({ started: stopNow }, ...options);
    const faults = code === 0 ? await ground.faults() : [stderr];
    const counts = { faults: stops, senders: ground.expected.size };
    return { did: `stopped ${stops} times for longer than a reply may take`, counts, faults };
  } finally {
    await ground.close();
  }
}

/** Hangs up on it, then lets it run out of descriptors; the same command goes on. */
export async function hangUpAndStarve(): Promise<Tried> {
  const ground = await Ground.open(200, 200);
  try {
    const hungUp = await ground.survey(
      { started: (child) => void setTimeout(() => child.kill('SIGHUP'), 2500) },
      '-c',
      '5',
    );
    const starved = await ground.survey({ under: ['prlimit', '--nofile=120'] }, '-c', '500');
    const last = await ground.survey({});
    return {
      counts: { faults: 2, senders: ground.expected.size },
      did: 'SIGHUP, then out of file descriptors, then the same command again',
      faults: [
        ...unless('after SIGHUP', hungUp, 130),
        ...unless('without descriptors', starved, 1, 'ulimit -n'),
        ...(last.code === 0 ? await ground.faults() : [last.stderr]),
      ],
    };
  } finally {
    await ground.close();
  }
}

/** Lets the disk fill up in the middle; where there is room again, the same command goes on. */
export async function fillTheDisk(): Promise<Tried | string> {
  if (process.getuid?.() !== 0) return 'it needs root';
  const ground = await Ground.open(400, 20);
  const disk = join(ground.folder, 'disk');
  mkdirSync(disk);
  try {
    mount('-t', 'tmpfs', '-o', 'size=320k', 'tmpfs', disk);
    const full = await ground.survey({ cwd: disk });
    mount('-o', 'remount,ro', disk);
    const readOnly = await ground.survey({ cwd: disk });
    mount('-o', 'remount,rw,size=8m', disk);
    const last = await ground.survey({ cwd: disk });
    return {
      counts: { faults: 2, senders: ground.expected.size },
      did: 'the disk full in the middle, then read-only, then with room again',
      faults: [
        ...unless('the disk full', full, 1, 'the disk is full'),
        ...unless('the disk read-only', readOnly, 1, 'read-only'),
        ...(last.code === 0 ? await ground.faults(disk) : [last.stderr]),
      ],
    };
  } finally {
    execFileSync('umount', [disk]);
    await ground.close();
  }
}

function mount(...args: string[]): void {
  execFileSync('mount', args);
}
