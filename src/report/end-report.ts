import { printName } from '../sync/model/application.ts';
import type { ApplicationResult } from '../sync/model/outcome.ts';
import { outputsOf, type Outputs } from './outputs.ts';
import { conclude, type Conclusion } from './result.ts';
import { resultAttachment, resultJsonInTurns, type ResultContext } from './result-file.ts';
import { summaryInTurns, summaryTitle } from './summary.ts';

/** A text attached to the run under a type and a name. */
export interface EndReportFile {
  readonly type: string;
  readonly name: string;
  /** Made on demand and in turns: it covers all steps of all applications. */
  readonly text: () => Generator<number, string>;
}

/** The report at the end of a run, wherever it is published. */
export interface EndReport extends Conclusion {
  /** The section of the run's page. Its name is the title. */
  readonly summary: EndReportFile;
  /** The machine-readable results. */
  readonly resultFile: EndReportFile;
  /** The output variables. `resultFile` is the path of the results, empty if no step can read a file. */
  readonly outputs: (resultFile: string) => Outputs;
}

/** The attachment type of a Markdown section of the run's page in Azure Pipelines. */
const summaryAttachment = 'DistributedTask.Core.Summary';

/** The end report of a run that has results. */
export function endReportOf(
  results: readonly ApplicationResult[],
  context: ResultContext,
): EndReport {
  const title = summaryTitle(context.action, results.map(printName));
  return {
    ...conclude(results),
    summary: { type: summaryAttachment, name: title, text: () => summaryInTurns(results) },
    resultFile: {
      type: resultAttachment,
      name: `${title}.json`,
      text: () => resultJsonInTurns(results, context),
    },
    outputs: (resultFile) => outputsOf(results, resultFile),
  };
}
