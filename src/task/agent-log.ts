import type { LogSink } from '../report/log.ts';
import { logIssue, setProgress } from './logging-command.ts';

/** The log of an agent job: plain lines, and logging commands for all else. */
export function agentLogSink(write: (line: string) => void): LogSink {
  return {
    line: write,
    issue: (type, text) => write(logIssue(type, text)),
    progress: (percent, text) => write(setProgress(percent, text)),
  };
}
