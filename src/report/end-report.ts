import { printName } from '../sync/model/application.ts';
import type { ApplicationResult } from '../sync/model/outcome.ts';
import { outputsOf, type Outputs } from './outputs.ts';
import { conclude, type Conclusion } from './result.ts';
import { resultAttachment, resultJsonInTurns, type ResultContext } from './result-file.ts';
import { summaryInTurns, summaryTitle } from './summary.ts';

/** A text that is kept with the run, under a type and a name. */
export interface EndReportFile {
  readonly type: string;
  readonly name: string;
  /** Made when it is asked for, in turns: it tells of all steps of all applications. */
  readonly text: () => Generator<number, string>;
}

/** What a run says at its end, wherever that is published. */
export interface EndReport extends Conclusion {
  /** The section of the run's page; its title is the name. */
  readonly summary: EndReportFile;
  /** The results for machines. */
  readonly resultFile: EndReportFile;
  /** The output variables; `resultFile` is the path of the results, empty where no step can read one. */
  readonly outputs: (resultFile: string) => Outputs;
}

/** The type by which Azure Pipelines knows a Markdown section of a run's page. */
const summaryAttachment = 'DistributedTask.Core.Summary';

/** The end of a run that has results. */
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
