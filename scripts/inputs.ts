import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { readWords } from '../src/inputs/command-words.ts';
import { gateSections, syncSections } from '../src/handler/http/sync-sections.ts';
import { root } from './bundle.ts';
import { doAsked, exitCodes } from './do-asked.ts';
import { withForm, withSections, type FormKind, type TaskForm } from './task-form.ts';

const usage = `Regenerates the groups and inputs of each task.json, and the request bodies of ArgoCDSyncServer and
ArgoCDGate, from the tables of definitions and texts in src/inputs.

  npm run inputs

Then run npm run task-pages. It exits with 0, or 2 for invalid arguments.`;

interface HandlerTask extends TaskForm {
  readonly execution: { readonly HttpRequest: { readonly Execute: { readonly Body: string } } };
}

const asked = readWords(process.argv.slice(2), {});
process.exitCode = await doAsked(asked, { name: 'inputs', usage }, async () => {
  await rewrite<TaskForm>('ArgoCDSync', 'agent', (task) => task);
  await rewrite<HandlerTask>('ArgoCDSyncServer', 'server', (task) => withBody(task, syncSections));
  await rewrite<HandlerTask>('ArgoCDGate', 'gate', (task) => withBody(task, gateSections));
  await rewrite<TaskForm>('ArgoCDSyncDirect', 'direct', (task) => task);
  await rewrite<TaskForm>('ArgoCDHealthGate', 'healthGate', (task) => task);
  return exitCodes.success;
});

function withBody(task: HandlerTask, names: readonly string[]): HandlerTask {
  const { HttpRequest } = task.execution;
  const Execute = { ...HttpRequest.Execute, Body: withSections(HttpRequest.Execute.Body, names) };
  return { ...task, execution: { ...task.execution, HttpRequest: { ...HttpRequest, Execute } } };
}

async function rewrite<T extends TaskForm>(name: string, kind: FormKind, change: (task: T) => T) {
  const file = join(root, 'tasks', name, 'V1/task.json');
  const task = JSON.parse(readFileSync(file, 'utf8')) as T;
  const text = JSON.stringify(change(withForm(task, kind)));
  const style = await resolveConfig(file);
  writeFileSync(file, await format(text, { ...style, filepath: file }));
}
