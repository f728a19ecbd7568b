import type { PodLog } from '../port.ts';
import { readContainers, splitPodOf, type PodContainer } from './pod-containers.ts';

/** Reads logs and pods; both functions reject like the calls of the port. */
export interface LogSource {
  /** The last lines; if a container is named, only of this one. */
  log(lines: number, container?: string): Promise<PodLog>;
  /** The live pod as JSON. */
  pod(name: string): Promise<unknown>;
}

/** The maximum number of lines from each container that did not fail. */
const mostBeside = 10;

/**
 * The last lines of a pod's log. For several containers (init containers included), the lines of each
 * under a heading with its name, failed containers first. If the log of one container cannot be read,
 * its heading says why. The fault of the whole is returned only if there is nothing else.
 */
export async function readLogs(lines: number, source: LogSource): Promise<PodLog> {
  const whole = await source.log(lines);
  const pod = splitPodOf(whole.fault);
  if (pod === undefined) return whole;
  const containers = await containersOf(pod.name, source).catch(() => pod.containers);
  if (containers.length < 2) return whole;
  const knowsFailed = containers.some(({ hasFailed }) => hasFailed);
  const parts: string[] = [];
  let hasLines = false;
  for (const container of containers) {
    const most = container.hasFailed || !knowsFailed ? lines : Math.min(lines, mostBeside);
    const log = await source.log(most, container.name);
    hasLines ||= log.lines.length > 0;
    parts.push(headingOf(container), ...bodyOf(log));
  }
  return hasLines || knowsFailed ? { lines: parts, fault: '' } : whole;
}

async function containersOf(name: string, source: LogSource): Promise<readonly PodContainer[]> {
  return readContainers(await source.pod(name));
}

/** `container app (exit code 1):` */
function headingOf({ name, state }: PodContainer): string {
  return `container ${name}${state === '' ? '' : ` (${state})`}:`;
}

function bodyOf({ lines, fault }: PodLog): readonly string[] {
  if (lines.length > 0) return fault === '' ? lines : [...lines, `(${fault})`];
  return [fault === '' ? '(no output)' : `(${fault})`];
}
