import { findNode } from '../simulators/agent/node-runtime.ts';

/** The Node that the handler needs. If there is none, the script prints that and exits. */
export function requireNode24(): string {
  const node = findNode(24);
  if (node !== undefined) return node;
  console.error('Node 24 is missing: run `npm ci`, which installs one, or install it yourself.');
  return process.exit(1);
}
