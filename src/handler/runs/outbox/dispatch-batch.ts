import type { Attachment, RecordUpdate, TaskHubResult } from '../../../azure/task-hub/task-hub.ts';
import type { StoredItem } from '../../store/store.ts';

/**
 * What is sent to Azure DevOps together. `isUrgent`: it does not wait for the pace of an active
 * run.
 */
export type DispatchBatch = {
  readonly items: readonly StoredItem[];
  readonly isUrgent: boolean;
} & (
  | { readonly kind: 'started' }
  | {
      readonly kind: 'progress';
      readonly lines: readonly string[];
      readonly update: Omit<RecordUpdate, 'id'>;
      readonly children: readonly RecordUpdate[];
    }
  | { readonly kind: 'attachment'; readonly attachment: Attachment }
  | { readonly kind: 'completed'; readonly result: TaskHubResult }
);

/** Lines of one request: some 500 KB at the most, since lines are bounded where they are written. */
const mostLines = 1_000;

/**
 * The next of a run's items to be sent, as many together as one request takes: lines and changes of
 * records that follow each other. The end of a run waits until everything else is reported, but
 * then for nothing else.
 */
export function nextBatch(items: readonly StoredItem[]): DispatchBatch | undefined {
  const [first] = items;
  if (first === undefined) return undefined;
  const isUrgent = items.some(({ item }) => item.kind === 'completed' || item.kind === 'started');
  const { item } = first;
  const alone = { items: [first], isUrgent };
  switch (item.kind) {
    case 'started':
      return { kind: 'started', ...alone };
    case 'attachment':
      return { kind: 'attachment', attachment: item.attachment, ...alone };
    case 'completed':
      return { kind: 'completed', result: item.result, ...alone };
    case 'lines':
    case 'record':
    case 'children':
      return progress(items, isUrgent);
  }
}

function progress(items: readonly StoredItem[], isUrgent: boolean): DispatchBatch {
  const taken: StoredItem[] = [];
  const lines: string[] = [];
  const children = new Map<string, RecordUpdate>();
  let update: Omit<RecordUpdate, 'id'> = {};
  for (const stored of items) {
    const { item } = stored;
    if (item.kind === 'lines') {
      if (taken.length > 0 && lines.length + item.lines.length > mostLines) break;
      lines.push(...item.lines);
    } else if (item.kind === 'record') {
      update = { ...update, ...item.update };
    } else if (item.kind === 'children') {
      for (const record of item.records) {
        children.set(record.id, { ...children.get(record.id), ...record });
      }
    } else {
      break;
    }
    taken.push(stored);
  }
  return {
    kind: 'progress',
    items: taken,
    isUrgent,
    lines,
    update,
    children: [...children.values()],
  };
}
