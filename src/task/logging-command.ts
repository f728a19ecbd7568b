/**
 * The agent's logging commands. We write them ourselves because azure-pipelines-task-lib omits property
 * values that are 0 or empty (`Succeeded`, order 0). Each function returns one line for the log.
 * Escaping follows the agent (azure-devops.md §3.4).
 */

import type { ReportSink } from '../report/progress-report.ts';
import type { TaskResult } from '../report/result.ts';
import type { DetailRecord } from '../report/timeline.ts';

type Properties = Readonly<Record<string, string | number | boolean | undefined>>;

/** An output variable: `$(step.name)`, and for later jobs and stages. */
export function setOutput(name: string, value: string): string {
  return command('task.setvariable', { variable: name, isoutput: true, issecret: false }, value);
}

/** An error or warning on the run's page; the agent keeps ten of each. */
export function logIssue(type: 'error' | 'warning', message: string): string {
  return command('task.logissue', { type }, message);
}

/** The progress of the step, 0 to 100, and what it is doing now. */
export function setProgress(percent: number, message: string): string {
  return command('task.setprogress', { value: percent }, message);
}

/** The log of an agent job: plain lines, and logging commands for everything else. */
export function agentLogSink(write: (line: string) => void): ReportSink {
  return {
    line: write,
    issue: (type, text) => write(logIssue(type, text)),
    record: (record) => write(logDetail(record)),
    progress: (percent, text) => write(setProgress(percent, text)),
  };
}

/** Creates or updates a record of the run's timeline (`task.logdetail`). */
export function logDetail(record: DetailRecord): string {
  const properties = {
    id: record.id,
    parentid: record.parentId,
    type: record.type,
    name: record.name,
    order: record.order,
    starttime: record.startTime,
    finishtime: record.finishTime,
    state: record.state,
    result: record.result,
  };
  return command('task.logdetail', properties, record.message ?? '');
}

/** The result of the step. The exit code must still be 0. */
export function complete(result: TaskResult, message: string): string {
  return command('task.complete', { result, done: true }, message);
}

/** Attaches a file to the run. The file must exist until the agent has sent it. */
export function addAttachment(type: string, name: string, path: string): string {
  return command('task.addattachment', { type, name }, path);
}

/** Shows a Markdown file on the run's page; the section's title is the file's name. */
export function uploadSummary(path: string): string {
  return command('task.uploadsummary', {}, path);
}

/** Makes the agent print `***` instead of the text from now on. */
export function setSecret(text: string): string {
  return command('task.setsecret', {}, text);
}

function command(name: string, properties: Properties, message: string): string {
  const given = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${escapeProperty(String(value))};`)
    .join('');
  return `##vso[${name}${given && ` ${given}`}]${escapeMessage(message)}`;
}

function escapeMessage(text: string): string {
  return text.replaceAll('%', '%AZP25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(']', '%5D').replaceAll(';', '%3B');
}
