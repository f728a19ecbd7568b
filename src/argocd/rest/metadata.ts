import type { Application } from '../../sync/model/application.ts';

/** `metadata` of an Application as far as both of its schemas have it. */
interface Metadata {
  readonly name: string;
  readonly namespace: string | null;
  readonly uid: string | null;
  readonly resourceVersion: string | null;
  readonly deletionTimestamp?: string | null | undefined;
  readonly annotations?: Readonly<Record<string, string | null | undefined>> | null | undefined;
}

/** Which Application it is, in which of its states, and what its owner says of the whole of it. */
export function readMetadata(
  metadata: Metadata,
): Pick<
  Application,
  'name' | 'namespace' | 'uid' | 'resourceVersion' | 'deleting' | 'skipReconcile'
> {
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    deleting: metadata.deletionTimestamp != null,
    skipReconcile: metadata.annotations?.['argocd.argoproj.io/skip-reconcile'] === 'true',
  };
}
