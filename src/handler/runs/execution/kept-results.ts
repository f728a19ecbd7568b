import { cause } from '../../../sync/rules/explanation.ts';
import type { ApplicationResult } from '../../../sync/model/outcome.ts';
import { plainLine } from '../../../text/foreign-text.ts';
import { jsonSize } from '../../../text/json-size.ts';

/** Characters of JSON that are kept of the results of a run, whatever its applications. */
export const keptCharacters = 2 * 1_024 * 1_024;
const mostSteps = 1_000;
const mostChildren = 200;
const mostConcerns = 50;

/** From complete to minimal: the first that fits is kept. */
const cuts: readonly ((result: ApplicationResult) => ApplicationResult)[] = [
  (result) => ({
    ...result,
    steps: result.steps.slice(0, mostSteps),
    concerns: result.concerns.slice(0, mostConcerns),
    children: result.children.slice(0, mostChildren),
    images: [],
  }),
  (result) => ({ ...result, steps: [], children: [], images: [] }),
  (result) => ({ ...bare(result), causes: result.causes.slice(0, 3).map(withoutLog) }),
  bare,
];

/**
 * What is kept of a run's results when it has ended, for the pages and for a repeated request. Each
 * application has an equal share of what those before it have left; what does not fit is left out,
 * and the causes say so.
 */
export function keptResults(results: readonly ApplicationResult[]): readonly ApplicationResult[] {
  let left = keptCharacters;
  const kept: ApplicationResult[] = [];
  for (const [index, result] of results.entries()) {
    const share = left / (results.length - index);
    const fitting = fit(result, share);
    if (fitting === undefined) continue;
    left -= fitting.characters;
    kept.push(fitting.result);
  }
  return kept;
}

/** The most of a result that fits, with its characters of JSON. */
function fit(
  whole: ApplicationResult,
  share: number,
): { readonly result: ApplicationResult; readonly characters: number } | undefined {
  for (const cut of cuts) {
    const result = cut(whole);
    // Avoids serializing large values needlessly.
    if (jsonSize(result, share) > share) continue;
    const characters = JSON.stringify(result).length;
    if (characters <= share) return { result, characters };
  }
  return undefined;
}

function bare(result: ApplicationResult): ApplicationResult {
  const { causes, concerns, steps, health } = result;
  const more =
    'The rest is omitted because of its size: see its page in Argo CD and the log of the run.';
  return {
    ...result,
    message: plainLine(result.message, 300),
    evidence: '',
    causes:
      causes.length === 0 ? [] : [cause(`${causes.length} causes, ${steps.length} steps`, more)],
    // How a repeated request is answered depends on whether there are any.
    concerns: concerns
      .slice(0, 1)
      .map(() => ({ title: `${concerns.length} concerns`, message: '' })),
    operation: undefined,
    steps: [],
    revisions: result.revisions.slice(0, 3).map((revision) => plainLine(revision, 100)),
    health: health && { ...health, message: '' },
    images: [],
    children: [],
  };
}

function withoutLog(one: ApplicationResult['causes'][number]): typeof one {
  return {
    ...one,
    title: plainLine(one.title, 300),
    message: plainLine(one.message, 500),
    log: [],
  };
}
