import { findNode } from '../../simulators/agent/node-runtime.ts';

/** The Node that an agent would choose of those available: 24, else 20, else this one. */
export function newestNode(): string {
  return findNode(24) ?? findNode(20) ?? process.execPath;
}
