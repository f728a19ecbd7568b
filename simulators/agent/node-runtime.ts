import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { windowsNodeVariable } from './windows-node.ts';
import type { TaskDefinition } from './task-definition.ts';

export type NodeMajor = 20 | 24;

/** The Node handlers that the agent does not report as deprecated, best first. */
const handlers = [
  { name: 'Node24', major: 24 },
  { name: 'Node20_1', major: 20 },
] as const;

export interface NodeRuntime {
  readonly handler: string;
  /** The script to run, relative to the task's folder. */
  readonly target: string;
  readonly major: NodeMajor;
  readonly path: string;
}

/**
 * Chooses the handler and its Node like the agent does: the highest that `task.json` names or, if `wanted`
 * says so, a lower one (an agent may run a Node24 task with Node 20). A configured Windows build replaces
 * either. Throws if the task has no such handler or the machine no such Node.
 */
export function chooseNodeRuntime(task: TaskDefinition, wanted?: NodeMajor): NodeRuntime {
  const offered = handlers.filter(({ name }) => task.execution[name] !== undefined);
  const candidates = offered.filter(({ major }) => wanted === undefined || major === wanted);
  if (candidates.length === 0) {
    const names = Object.keys(task.execution).join(', ') || 'none';
    throw new Error(
      `${task.name} cannot run on Node ${wanted ?? '20 or 24'}: its task.json has ${names}.`,
    );
  }
  for (const { name, major } of candidates) {
    const path = process.env[windowsNodeVariable] ?? findNode(major);
    const target = task.execution[name]?.target;
    if (path !== undefined && target !== undefined) return { handler: name, target, major, path };
  }
  throw new Error(
    `Node ${candidates.map(({ major }) => major).join(' or ')} is not installed. ` +
      'Run npm ci without --omit=optional, or start this with that Node.',
  );
}

/** The Node of this major version: the one that npm installed, or the one that runs this. */
export function findNode(major: NodeMajor): string | undefined {
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const installed = join(import.meta.dirname, `../../node_modules/node${major}/bin`, file);
  if (existsSync(installed)) return installed;
  return process.versions.node.startsWith(`${major}.`) ? process.execPath : undefined;
}
