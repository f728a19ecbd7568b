import { plainLine } from '../../text/foreign-text.ts';
import { worstStatusesFirst, type GateReport } from '../gates.ts';

/** The documentation sets no limit for responses (azure-devops.md §1.7); this one is in bytes. */
export const longestGateAnswer = 4_000;

/** The response to a gate, bounded; what keeps the gate from passing comes first. */
export function printGateAnswer({ status, message, applications }: GateReport): GateReport {
  const kept: GateReport['applications'][number][] = [];
  const answer = { status, message: plainLine(message, 600), applications: kept };
  let size = sizeOf(answer);
  for (const each of worstStatusesFirst.flatMap((one) =>
    applications.filter((a) => a.status === one),
  )) {
    const told = {
      ...each,
      name: plainLine(each.name, 253),
      message: plainLine(each.message, 300),
    };
    size += sizeOf(told) + 1;
    if (size >= longestGateAnswer) break;
    kept.push(told);
  }
  return answer;
}

function sizeOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value));
}
