import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { loadAll } from 'js-yaml';
import { root, type Task } from './extension-files.ts';

/** A step of a sample that uses one of our tasks. */
export interface Step {
  /** The file, and the number of the sample in it. */
  readonly source: string;
  /** Such as `ArgoCDSync@1`. */
  readonly task: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** The documents and pipelines whose samples people copy. */
export function sampleFiles(): readonly string[] {
  const folders = ['docs', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(root, folder, file),
    ),
  );
  return [join(root, 'README.md'), ...folders].filter((file) => /\.(md|ya?ml)$/.test(file));
}

/** All steps of a file that use a task of this name. Throws if the YAML around one is broken. */
export function readSteps(file: string, taskName: string): readonly Step[] {
  const text = readFileSync(file, 'utf8');
  const samples = file.endsWith('.md') ? fencesOf(text) : [text];
  return samples.flatMap((sample, index) =>
    sample.includes(`${taskName}@`)
      ? stepsOf(sample, taskName, `${relative(root, file)} sample ${index + 1}`)
      : [],
  );
}

/** The steps in a piece of YAML, wherever they are: stages, jobs, templates, lists. */
export function stepsOf(yaml: string, taskName: string, source: string): readonly Step[] {
  let documents: readonly unknown[];
  try {
    documents = loadAll(yaml);
  } catch (error) {
    throw new Error(`${source} is no YAML: ${String(error)}`, { cause: error });
  }
  const steps: Step[] = [];
  const visit = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    const { task, inputs } = node as { readonly task?: unknown; readonly inputs?: unknown };
    if (typeof task === 'string' && task.startsWith(`${taskName}@`)) {
      steps.push({ source, task, inputs: (inputs ?? {}) as Step['inputs'] });
    }
    Object.values(node).forEach(visit);
  };
  documents.forEach(visit);
  return steps;
}

/** What is wrong with a step, according to its task's task.json; empty if nothing. */
export function faultsOf(step: Step, task: Task): readonly string[] {
  const expected = `${task.name}@${task.version.Major}`;
  if (step.task !== expected) return [`${step.source}: ${step.task} is not ${expected}`];
  const faults: string[] = [];
  for (const [name, value] of Object.entries(step.inputs)) {
    const input = task.inputs.find((candidate) => candidate.name === name);
    const text = String(value);
    if (!input) faults.push(`there is no input ${name}`);
    else if (isTemplate(text)) continue;
    else if (input.options && !Object.hasOwn(input.options, text)) {
      faults.push(`${name}: ${text} is none of ${Object.keys(input.options).join(', ')}`);
    } else if (input.type === 'boolean' && text !== 'true' && text !== 'false') {
      faults.push(`${name}: ${text} is neither true nor false`);
    } else if (input.type === 'int' && !/^\d+$/.test(text)) {
      faults.push(`${name}: ${text} is no whole number`);
    }
  }
  for (const { name, required, defaultValue } of task.inputs) {
    if (required && !defaultValue && !Object.hasOwn(step.inputs, name)) {
      faults.push(`${name} is missing`);
    }
  }
  return faults.map((fault) => `${step.source}: ${fault}`);
}

function fencesOf(markdown: string): readonly string[] {
  const fences = markdown.matchAll(/^( *)(```+|~~~+) *ya?ml[^\n]*\n(.*?)^\1\2 *$/gims);
  return [...fences].map(([, indent = '', , body = '']) =>
    body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}

/** Variables and expressions are known only when the pipeline runs. */
function isTemplate(text: string): boolean {
  return /\$\(|\$\{\{|\$\[/.test(text);
}
