import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './kustomization.ts';

/** A metric of the handler, as listed in `docs/operations.md`. */
export interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly labels: readonly string[];
  readonly meaning: string;
}

export const operationsPage = readFileSync(join(root, 'docs/operations.md'), 'utf8');

/** All metrics of the handler, by name: the only list of them. */
export const metrics: ReadonlyMap<string, Metric> = new Map(
  [
    ...operationsPage.matchAll(
      /^\| `(argocd_handler_\w+)` +\| (gauge|counter|histogram) +\| ([\w, ]*?) *\| (.*?) *\|$/gm,
    ),
  ].map(([, name = '', type, labels = '', meaning = '']) => [
    name,
    {
      name,
      type: type as Metric['type'],
      labels: labels.split(', ').filter((label) => label !== ''),
      meaning,
    },
  ]),
);

/**
 * The values of a label that the list contains, such as those of `state`; empty if it contains
 * none.
 */
export function valuesOf(name: string, label: string): readonly string[] {
  const meaning = metrics.get(name)?.meaning ?? '';
  const [, values = ''] = new RegExp(`\`${label}\`: ([\\w, ]+)\\.`).exec(meaning) ?? [];
  return values.split(', ').filter((value) => value !== '');
}
