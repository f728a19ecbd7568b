import type { PodLog } from '../port.ts';
import { readContainers, splitPodOf, type PodContainer } from './pod-containers.ts';

/** How logs and pods are read; both reject as the calls of the port do. */
export interface LogSource {
  /** The last lines, of one container where it is named. */
  log(lines: number, container?: string): Promise<PodLog>;
  /** The live pod as JSON. */
  pod(name: string): Promise<unknown>;
}

/** Of containers that did not fail, so many lines at the most. */
const mostBeside = 10;

/**
 * The last lines of a pod's log. Where the pod has several containers, those of each, with a heading
 * that names it: the failed first, init containers too. What cannot be read of one container is said
 * under its heading; only where there is nothing else does the fault of the whole stand.
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
