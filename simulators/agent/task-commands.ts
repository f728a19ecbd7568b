import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { parseLoggingCommand, type LoggingCommand } from './logging-command.ts';
import type { Step } from './step.ts';
import type { TaskDefinition } from './task-definition.ts';
import { parseTaskResult } from './task-result.ts';
import { pathFrom } from './windows-node.ts';

type CommandHandler = (step: Step, task: TaskDefinition, command: LoggingCommand) => void;

/** `##vso[task.…]`: what the agent does for each. An exception fails the step. */
const taskCommands: Readonly<Record<string, CommandHandler>> = {
  logissue: logIssue,
  issue: logIssue,
  setprogress: (step, _task, { properties, data }) => {
    const value = properties.get('value') ?? '';
    const percent = /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : 0;
    step.setProgress(Math.min(Math.max(percent, 0), 100), data);
  },
  logdetail: (step, _task, { properties, data }) => {
    step.timeline.apply(properties, data);
  },
  complete,
  setsecret: (step, _task, { data }) => {
    step.mask.add(data);
  },
  setvariable: setVariable,
  settaskvariable: (_step, _task, { properties }) => {
    if (!properties.get('variable')) throw new Error("Required field 'variable' is missing.");
  },
  addattachment: (step, _task, { properties, data }) => {
    attach(step, properties.get('type'), properties.get('name'), data);
  },
  uploadsummary: (step, _task, { data }) => {
    attach(step, 'Distributedtask.Core.Summary', basename(pathFrom(data)), data);
  },
  uploadfile: (step, _task, { data }) => {
    attach(step, 'DistributedTask.Core.FileAttachment', basename(pathFrom(data)), data);
  },
  // The agent shows debug lines only if system.debug is on, which our tests do not need.
  debug: () => undefined,
  prependpath: (_step, _task, { data }) => {
    if (data === '') throw new Error('prependpath needs a path.');
  },
};

const buildCommands: Readonly<Record<string, CommandHandler>> = {
  addbuildtag: (step, _task, { data }) => {
    if (data === '') throw new Error('Build tag is required.');
    step.buildTags.push(data);
  },
};

const areas: Readonly<Record<string, Readonly<Record<string, CommandHandler>>>> = {
  task: taskCommands,
  build: buildCommands,
};

/** With `restrictions.commands.mode: restricted`, the agent executes only these. */
const allowedInRestrictedMode = new Set([
  'logdetail',
  'logissue',
  'issue',
  'complete',
  'setprogress',
  'setsecret',
  'setvariable',
  'debug',
  'settaskvariable',
  'prependpath',
]);

/**
 * Handles one line of the task's stdout or stderr: executes its logging command, or writes it to the log
 * (azure-pipelines-agent `WorkerCommandManager.TryProcessCommand`).
 */
export function processLine(step: Step, task: TaskDefinition, line: string): void {
  const command = parseLoggingCommand(line);
  if (!command) {
    if (line.includes('##vso')) {
      step.addIssue(
        'warning',
        `'${line}' contains logging command keyword '##vso', but it's not a legal command.`,
      );
    }
    step.write(line);
    return;
  }
  const area = areas[command.area.toLowerCase()];
  if (!area) {
    step.addIssue('warning', `Cannot find command extension for ##vso[${command.area}.command].`);
    return;
  }
  const name = command.event.toLowerCase();
  const handler = Object.hasOwn(area, name) ? area[name] : undefined;
  if (!handler) {
    step.failCommand(line, new Error(`##vso[${command.area}.${command.event}] is not recognized.`));
    return;
  }
  const restricted = task.restrictions?.commands?.mode === 'restricted';
  if (restricted && !(area === taskCommands && allowedInRestrictedMode.has(name))) {
    step.addIssue(
      'warning',
      `##vso[${command.area}.${command.event}] is not allowed in this step due to policy restrictions.`,
    );
    return;
  }
  try {
    handler(step, task, command);
  } catch (error) {
    step.failCommand(line, error);
  }
}

function logIssue(step: Step, _task: TaskDefinition, { properties, data }: LoggingCommand): void {
  const type = properties.get('type');
  if (type === undefined) {
    step.addIssue('warning', "Can't create TaskIssue from logging event.");
    return;
  }
  const kind = type.toLowerCase();
  if (kind !== 'error' && kind !== 'warning') {
    throw new Error(`issue type ${type} is not an expected issue type.`);
  }
  step.addIssue(kind, data, Object.fromEntries(properties));
}

function complete(step: Step, _task: TaskDefinition, { properties, data }: LoggingCommand): void {
  const result = parseTaskResult(properties.get('result') ?? '');
  if (result === undefined) throw new Error("Command doesn't have valid result value.");
  step.complete(result);
  step.setProgress(100, data);
  if (properties.get('done')?.toLowerCase() === 'true') step.declaredDone = true;
}

function setVariable(step: Step, task: TaskDefinition, command: LoggingCommand): void {
  const { properties, data } = command;
  const name = properties.get('variable');
  if (name === undefined)
    throw new Error("Required field 'variable' is missing in ##vso[task.setvariable] command.");
  if (isTrue(properties.get('issecret'))) {
    if (data.includes('\n')) throw new Error('Secrets cannot contain multiple lines');
    step.mask.add(data);
  }
  const allowed = task.restrictions?.settableVariables?.allowed;
  if (allowed && !allowed.some((pattern) => matches(name, pattern))) {
    step.addIssue(
      'warning',
      `Setting variable '${name}' has been disabled by the task or build definition.`,
    );
    return;
  }
  // Names that task.json declares as outputs are outputs, even without isoutput.
  const declared = task.outputVariables?.find((output) => equal(output.name, name));
  const isOutput = isTrue(properties.get('isoutput')) || declared !== undefined;
  (isOutput ? step.outputs : step.variables).set(name, data);
}

/** Characters that .NET on Windows refuses in file names; agents on Linux refuse fewer. */
// eslint-disable-next-line no-control-regex -- control characters are the point
const invalidInFileNames = /[\u0000-\u001f"<>|:*?\\/]/;

function attach(
  step: Step,
  type: string | undefined,
  name: string | undefined,
  path: string,
): void {
  if (!type) throw new Error("Can't add task attachment, attachment type is not provided.");
  if (!name) throw new Error("Can't add task attachment, attachment name is not provided.");
  if (invalidInFileNames.test(type)) throw new Error(`Type contains invalid characters: ${type}`);
  if (invalidInFileNames.test(name)) throw new Error(`Name contains invalid characters: ${name}`);
  const file = pathFrom(path);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new Error(`Cannot attach ${path}: there is no such file.`);
  }
  // Read now: changing or deleting the file afterward is a fault of the task that tests must see.
  step.attachments.push({ type, name, content: readFileSync(file, 'utf8') });
}

function isTrue(text: string | undefined): boolean {
  return text?.trim().toLowerCase() === 'true';
}

function equal(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Patterns of task.json end in `*` at most; the agent supports more, but our tasks do not use it. */
function matches(name: string, pattern: string): boolean {
  return pattern.endsWith('*')
    ? name.toLowerCase().startsWith(pattern.slice(0, -1).toLowerCase())
    : equal(name, pattern);
}
