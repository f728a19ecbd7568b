import { readApplicationInTurns } from '../src/argocd/rest/application-schema.ts';
import { resultJsonInTurns } from '../src/report/result-file.ts';
import { summaryInTurns } from '../src/report/summary.ts';
import { atOnce } from '../src/sync/model/at-once.ts';
import { readManifestsInTurns } from '../src/sync/plan/manifest.ts';
import { planInTurns } from '../src/sync/plan/order.ts';
import { placeStepsInTurns, trackStepsInTurns } from '../src/sync/rules/steps.ts';

/**
 * Runs without pauses what the product does in turns of the event loop: nothing else waits in a
 * test.
 */
function inOneGo<A extends readonly unknown[], T>(work: (...given: A) => Generator<number, T>) {
  return (...given: A): T => atOnce(work(...given));
}

export const readApplication = inOneGo(readApplicationInTurns);
export const readManifests = inOneGo(readManifestsInTurns);
export const planOf = inOneGo(planInTurns);
export const trackSteps = inOneGo(trackStepsInTurns);
export const placeSteps = inOneGo(placeStepsInTurns);
export const resultJson = inOneGo(resultJsonInTurns);
export const summaryOf = inOneGo(summaryInTurns);
