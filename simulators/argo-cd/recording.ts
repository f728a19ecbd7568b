import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../test/fixtures/argo-cd/recordings/', import.meta.url);

/** One line of a recording (test/fixtures/README.md). `t` is milliseconds since its start. */
export interface RecordedLine {
  readonly t: number;
  readonly kind: string;
  readonly event?: { readonly result: { readonly type: string; readonly application: unknown } };
  readonly request?: {
    readonly method: string;
    readonly path: string;
    readonly body?: {
      readonly infos?: readonly { readonly name: string; readonly value: string }[];
    };
  };
  /** Of a commit. */
  readonly revision?: string;
  readonly response?: { readonly status: number; readonly body: unknown };
}

const names = readdirSync(folder)
  .map((file) => file.replace(/\.jsonl$/, ''))
  .sort();

/** Of applications that Argo CD hydrates. */
export const hydratedRecordings: readonly string[] = names.filter((one) =>
  one.startsWith('hydrated'),
);
/** Of several applications beside one another. */
export const severalRecordings: readonly string[] = ['applicationset', 'twins'];
/** Of one application that Argo CD does not hydrate. */
export const recordingNames: readonly string[] = names.filter(
  (one) => !hydratedRecordings.includes(one) && !severalRecordings.includes(one),
);
export const allRecordings: readonly string[] = names;

export function readRecording(name: string): readonly RecordedLine[] {
  return readFileSync(new URL(`${name}.jsonl`, folder), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedLine);
}

/** Whether a value is an Application, as GET and sync answer with. */
export function isApplication(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'spec' in value && 'metadata' in value;
}
