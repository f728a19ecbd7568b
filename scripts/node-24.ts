import { findNode } from '../simulators/agent/node-runtime.ts';

/** The Node that the handler needs; where there is none, the script ends and says so. */
export function requireNode24(): string {
  const node = findNode(24);
  if (node !== undefined) return node;
  console.error('There is no Node 24 here: `npm ci` brings one, or install it.');
  return process.exit(1);
}
