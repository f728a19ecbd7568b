import type { Hydration, Hydrator, Rendering } from '../../src/sync/model/hydrator.ts';
import type { Application } from '../../src/sync/model/application.ts';
import { application, second, synced } from './sample-application.ts';

/** Dry commits in the order in which they were pushed, and their hydrated commits. */
export const D1 = `d1${'0'.repeat(38)}`;
export const D2 = `d2${'0'.repeat(38)}`;
export const D3 = `d3${'0'.repeat(38)}`;
export const H1 = `e1${'0'.repeat(38)}`;
export const H2 = `e2${'0'.repeat(38)}`;
export const H3 = `e3${'0'.repeat(38)}`;
export const first: Rendering = { dry: D1, hydrated: H1 };
export const other: Rendering = { dry: D2, hydrated: H2 };

export function hydrated({ dry }: Rendering, from: number, to = from + 1): Hydration {
  return { phase: 'Hydrated', message: '', dry, startedAt: second(from), finishedAt: second(to) };
}

export function hydrating(from: number): Hydration {
  const [dry, finishedAt] = [undefined, undefined];
  return { phase: 'Hydrating', message: '', dry, startedAt: second(from), finishedAt };
}

export const badManifest =
  'Failed to hydrate: failed to get manifests: kustomize build . failed exit status 1';

export function failed(from: number, message = badManifest): Hydration {
  const finishedAt = second(from + 1);
  return { phase: 'Failed', message, dry: undefined, startedAt: second(from), finishedAt };
}

/** At rest: D1 is hydrated as H1, according to a refresh that found nothing new. */
export function hydrator(change: Partial<Hydrator> = {}): Hydrator {
  return {
    dry: { repoURL: 'git', targetRevision: 'main' },
    syncBranch: 'env/shop',
    stagingBranch: undefined,
    isAsked: false,
    isSelective: false,
    current: hydrated(first, 1),
    last: first,
    compared: D1,
    ...change,
  };
}

/** Synced and Healthy at H1, with the hydrator at rest except for the changes. */
export function hydratedApplication(
  of: Partial<Hydrator> = {},
  change: Partial<Application> = {},
): Application {
  return application({
    sources: [{ repoURL: 'git', path: 'shop', chart: '', targetRevision: 'env/shop' }],
    sync: synced(H1),
    hydrator: hydrator(of),
    ...change,
  });
}
