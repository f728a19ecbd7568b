import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../test/fixtures/argo-cd/recordings/', import.meta.url);

/** One line of a recording (recordings.md §1). `t`: milliseconds since its start. */
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
  /** For a commit. */
  readonly revision?: string;
  readonly response?: { readonly status: number; readonly body: unknown };
}

const names = readdirSync(folder)
  .map((file) => file.replace(/\.jsonl$/, ''))
  .sort();

/** Recordings of applications that Argo CD hydrates. */
export const hydratedRecordings: readonly string[] = names.filter((one) =>
  one.startsWith('hydrated'),
);
/** Recordings of several applications at once. */
export const severalRecordings: readonly string[] = ['applicationset', 'twins'];
/** Recordings of one application that Argo CD does not hydrate. */
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

/** Whether a value is an Application, as GET and sync return it. */
export function isApplication(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'spec' in value && 'metadata' in value;
}
