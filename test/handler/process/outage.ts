import { timeScale } from './installation.ts';
import type { Installation } from './installation.ts';

/** Which of them is down. */
export const targets = ['Argo CD', 'Azure DevOps', 'both'] as const;
export type Target = (typeof targets)[number];

/**
 * How: nobody listens; something in front of it returns 503; or it accepts requests without
 * responding, until all its connections are cut.
 */
export const manners = ['refuses connections', 'answers 503', 'hangs'] as const;
export type Manner = (typeof manners)[number];

const unavailable = {
  kind: 'answer',
  status: 503,
  headers: { 'Content-Type': 'text/html' },
  body: '<html><body>Service Unavailable</body></html>',
} as const;

/** Resolves after an outage of so many milliseconds. */
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
  // An open stream is not affected by faults.
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
