import type { Application } from '../model/application.ts';
import { decideComparison, waitForChange } from './comparison.ts';
import type { DeploymentEvidence } from '../model/deployment-evidence.ts';
import type { Verdict } from '../model/verdict.ts';
import type { View } from '../model/view.ts';

/** Waits until the images that the goal expects are running; undefined when they are. */
export function decideImages(
  view: View,
  deploymentEvidence: DeploymentEvidence,
): Verdict | undefined {
  const { application, goal } = view;
  if (goal.expectImages.length === 0) return undefined;
  const uncompared = decideComparison(view, deploymentEvidence);
  if (uncompared !== undefined) return uncompared;
  const absent = missingImages(application, goal.expectImages);
  if (absent.length === 0) return undefined;
  return waitForChange(
    view,
    `waiting for ${absent.length === 1 ? 'image' : 'images'} ${absent.join(', ')}`,
  );
}

/** The expected images that are not running. A running image may carry a digest besides its tag. */
export function missingImages(
  application: Pick<Application, 'images'>,
  expected: readonly string[],
): readonly string[] {
  const running = new Set(
    application.images.flatMap((image) => [image, image.replace(/@sha256:[0-9a-f]{64}$/, '')]),
  );
  return expected.filter((image) => !running.has(image));
}
