import { isDeepStrictEqual } from 'node:util';

/** One step of a JSON Patch (RFC 6902). `move` is not among them: the deviations do not use it. */
export interface PatchStep {
  readonly op: 'add' | 'replace' | 'remove' | 'copy' | 'test';
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

type Container = Record<string, unknown>;

function segments(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function child(value: unknown, key: string, pointer: string): unknown {
  if (typeof value === 'object' && value !== null && key in value) return (value as Container)[key];
  throw new Error(`JSON Patch: there is nothing at ${pointer}.`);
}

function at(document: unknown, pointer: string): unknown {
  return segments(pointer).reduce((value, key) => child(value, key, pointer), document);
}

/** Applies the steps to `document` in place. Throws if one does not apply. */
export function applyPatch(document: unknown, steps: readonly PatchStep[]): void {
  for (const step of steps) {
    const keys = segments(step.path);
    const last = keys.pop() ?? '';
    const parent = keys.reduce((value, key) => child(value, key, step.path), document) as Container;
    switch (step.op) {
      case 'add':
        put(parent, last, step.value);
        break;
      case 'copy':
        put(parent, last, structuredClone(at(document, step.from ?? '')));
        break;
      case 'replace':
        child(parent, last, step.path);
        parent[last] = step.value;
        break;
      case 'remove':
        child(parent, last, step.path);
        if (Array.isArray(parent)) parent.splice(Number(last), 1);
        else Reflect.deleteProperty(parent, last);
        break;
      case 'test':
        if (!isDeepStrictEqual(child(parent, last, step.path), step.value)) {
          throw new Error(`JSON Patch: ${step.path} is not what the patch was made for.`);
        }
        break;
    }
  }
}

function put(parent: Container, key: string, value: unknown): void {
  if (Array.isArray(parent)) parent.splice(key === '-' ? parent.length : Number(key), 0, value);
  else parent[key] = value;
}
