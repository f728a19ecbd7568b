import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second, whatever the kernel's own clock. */
const ticksPerSecond = 100;

/** Resident memory of a process in MB; undefined if the system does not report it. */
export function residentMemory(pid: number): number | undefined {
  const kilobytes = /^VmRSS:\s*(\d+) kB/m.exec(readProc(pid, 'status'))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

/** The peak resident memory of a process in MB; undefined if the system does not report it. */
export function peakMemory(pid: number): number | undefined {
  const kilobytes = /^VmHWM:\s*(\d+) kB/m.exec(readProc(pid, 'status'))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

/** The processor time of a process in seconds; undefined if the system does not report it. */
export function processorTime(pid: number): number | undefined {
  // After the name, which may contain anything: utime and stime are fields 14 and 15.
  const fields = readProc(pid, 'stat').replace(/^.*\)/s, '').trim().split(' ');
  const [user, system] = [fields[11], fields[12]];
  if (user === undefined || system === undefined) return undefined;
  return (Number(user) + Number(system)) / ticksPerSecond;
}

/**
 * Processor time of the threads that a process has, in milliseconds and precise, unlike `processorTime`;
 * undefined if the system does not report it.
 */
export function threadTime(pid: number): number | undefined {
  const threads = listProc(pid, 'task').map((thread) => readProc(pid, `task/${thread}/schedstat`));
  const nanoseconds = threads.map((text) => Number(text.split(' ')[0] || Number.NaN));
  const known = nanoseconds.filter((time) => !Number.isNaN(time));
  return known.length === 0 ? undefined : known.reduce((sum, time) => sum + time, 0) / 1e6;
}

/** The usage between two readings; undefined if the system does not report it. */
export function difference(
  before: number | undefined,
  after: number | undefined,
): number | undefined {
  return before === undefined || after === undefined ? undefined : after - before;
}

function listProc(pid: number, folder: string): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/${folder}`);
  } catch {
    return [];
  }
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // No such file: the process is gone, or this is not Linux.
    return '';
  }
}
