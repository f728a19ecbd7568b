import type { ReportItem } from '../../store/store.ts';

/** The channels for reports before the completion: each may fail while the others work. */
export const channels = ['started', 'log', 'records', 'attachments'] as const;
export type ReportChannel = (typeof channels)[number];

/** The channel of an item; undefined for the completion. */
export function channelOf({ kind }: ReportItem): ReportChannel | undefined {
  switch (kind) {
    case 'started':
      return 'started';
    case 'lines':
      return 'log';
    case 'record':
    case 'children':
      return 'records';
    case 'attachment':
      return 'attachments';
    case 'completed':
      return undefined;
  }
}
