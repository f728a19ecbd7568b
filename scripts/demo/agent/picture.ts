import type { TaskRun } from '../../../simulators/agent/agent.ts';
import { wrap, type Line } from '../line.ts';
import { StepLog } from '../step-log.ts';
import { drawTerminal } from '../svg.ts';

const columns = 118;

/** The log of a real run as a picture of a terminal. */
export function drawRun({ lines }: Pick<TaskRun, 'lines'>): string {
  const log = new StepLog(columns);
  const shown = lines.flatMap((raw): readonly Line[] => {
    const read = log.read(withoutPort(raw));
    return read === undefined ? [] : wrap(read, columns);
  });
  return drawTerminal('ArgoCDSync@1', shown, columns);
}

/** The simulator's port differs each time; the picture should change only when the log does. */
function withoutPort(raw: string): string {
  return raw.replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'https://argocd.example.com');
}
