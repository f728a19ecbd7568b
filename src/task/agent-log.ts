import type { ReportSink } from '../report/progress-report.ts';
import { logDetail, logIssue, setProgress } from './logging-command.ts';

/** The log of an agent job: plain lines, and logging commands for all else. */
export function agentLogSink(write: (line: string) => void): ReportSink {
  return {
    line: write,
    issue: (type, text) => write(logIssue(type, text)),
    record: (record) => write(logDetail(record)),
    progress: (percent, text) => write(setProgress(percent, text)),
  };
}
