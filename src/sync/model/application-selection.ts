import type { ApplicationName } from './application.ts';

/** Which applications a run is about: by name, or all that a label selector matches. */
export type ApplicationSelection =
  | { readonly names: readonly ApplicationName[] }
  | {
      readonly selector: string;
      /** How many it must match before anything starts; absent: any number. */
      readonly expectedCount?: number;
    };
