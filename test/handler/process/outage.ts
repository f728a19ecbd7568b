import { timeScale } from './installation.ts';
import type { Installation } from './installation.ts';

/** Who is away. */
export const targets = ['Argo CD', 'Azure DevOps', 'both'] as const;
export type Target = (typeof targets)[number];

/**
 * How: nobody listens; something before it answers 503; or it takes requests and never answers, until
 * all its connections are cut.
 */
export const manners = ['refuses connections', 'answers 503', 'hangs'] as const;
export type Manner = (typeof manners)[number];

const unavailable = {
  kind: 'answer',
  status: 503,
  headers: { 'Content-Type': 'text/html' },
  body: '<html><body>Service Unavailable</body></html>',
} as const;

/** Resolves when so many milliseconds of being away are over. */
export async function beAway(
  installation: Installation,
  target: Target,
  manner: Manner,
  milliseconds: number,
): Promise<void> {
  await Promise.all([
    ...(target === 'Azure DevOps' ? [] : [argocdAway(installation, manner, milliseconds)]),
    ...(target === 'Argo CD' ? [] : [azureAway(installation, manner, milliseconds)]),
  ]);
}

async function argocdAway(
  { argocd }: Installation,
  manner: Manner,
  milliseconds: number,
): Promise<void> {
  if (manner === 'refuses connections') {
    return argocd.restart(milliseconds / timeScale);
  }
  const fault = manner === 'hangs' ? ({ kind: 'hang' } as const) : unavailable;
  const end = argocd.faults.add({ times: Infinity, fault });
  // A stream that is open already knows nothing of faults.
  argocd.closeStreams();
  await pass(milliseconds);
  end();
  if (manner === 'hangs') await argocd.restart(0);
}

async function azureAway(
  { azure }: Installation,
  manner: Manner,
  milliseconds: number,
): Promise<void> {
  if (manner === 'refuses connections') {
    await azure.pause();
    await pass(milliseconds);
    return azure.resume();
  }
  const fault = manner === 'hangs' ? ({ kind: 'hang' } as const) : unavailable;
  const end = azure.inject({ times: Infinity, fault });
  await pass(milliseconds);
  end();
  if (manner === 'hangs') {
    await azure.pause();
    await azure.resume();
  }
}

function pass(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
