import { hubs, type Hub, type RunAddress } from '../../../azure/task-hub/run-address.ts';
import { markerName, type InfoRow } from '../../../sync/model/operation.ts';

/**
 * The rows of `operation.info` with which an operation that Azure DevOps itself requested names its run;
 * written by `ArgoCDSyncDirect@1` (tasks/ArgoCDSyncDirect/V1/task.json). The marker (`azure-pipelines/run`)
 * contains plan, job and task, separated by slashes.
 */
export const announcementRows = {
  collection: 'azure-pipelines/collection',
  project: 'azure-pipelines/project',
  hub: 'azure-pipelines/hub',
  timeline: 'azure-pipelines/timeline',
  build: 'azure-pipelines/build',
} as const;

/** Prefix of the name of an input, in the row with its value. */
export const inputPrefix = 'azure-pipelines/input.';

/** The run that an operation names. Nothing of it is proven. */
export interface Announcement {
  /** The operation's marker. */
  readonly marker: string;
  readonly address: RunAddress;
  /** Present if the plan is that of a build. */
  readonly buildId: number | undefined;
  /** By the name after the prefix, including unknown inputs. */
  readonly inputs: ReadonlyMap<string, string>;
}

/** `malformed`: not an announcement as the task writes it. `foreign`: of an organization that is not configured. */
export type AnnouncementReading = Announcement | 'malformed' | 'foreign';

const guid = '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}';
const wholeGuid = new RegExp(`^${guid}$`, 'i');
const coordinates = new RegExp(`^(${guid})/(${guid})/(${guid})$`, 'i');
/** More rows, or longer values, are never written by the task. */
const mostRows = 100;
const longestValue = 1_000;

/** Whether an operation names a run at all; fast, since every operation that is seen is checked. */
export function isAnnounced(info: readonly InfoRow[]): boolean {
  return info.some(({ name }) => name === announcementRows.collection);
}

/** Parses the announcement. `collectionOf`: the collection that a URL names, if configured. */
export function readAnnouncement(
  info: readonly InfoRow[],
  collectionOf: (url: string) => string | undefined,
): AnnouncementReading {
  const rows = rowsOf(info);
  const marker = rows?.get(markerName) ?? '';
  const ids = coordinates.exec(marker);
  if (rows === undefined || ids === null) return 'malformed';
  const [planId = '', jobId = '', taskInstanceId = ''] = ids.slice(1).map((id) => id.toLowerCase());
  const [projectId, timelineId] = [announcementRows.project, announcementRows.timeline].map(
    (name) => guidIn(rows.get(name)),
  );
  const hub = hubOf(rows.get(announcementRows.hub));
  const url = rows.get(announcementRows.collection) ?? '';
  if (projectId === undefined || timelineId === undefined || hub === undefined || url === '') {
    return 'malformed';
  }
  const collection = collectionOf(url);
  if (collection === undefined) return 'foreign';
  return {
    marker,
    address: { collection, projectId, hub, planId, jobId, timelineId, taskInstanceId },
    // In a release, this is the build of an artifact, which ended long ago.
    buildId: hub === 'build' ? buildIdIn(rows.get(announcementRows.build)) : undefined,
    inputs: inputsIn(rows),
  };
}

/** Our rows by name; undefined if one occurs twice, since it is unclear which is meant. */
function rowsOf(info: readonly InfoRow[]): ReadonlyMap<string, string> | undefined {
  const own = info.filter(({ name }) => name.startsWith('azure-pipelines/'));
  const rows = new Map(own.map(({ name, value }) => [name, value]));
  const isBounded = own.every(({ value }) => value.length <= longestValue);
  return own.length === rows.size && own.length <= mostRows && isBounded ? rows : undefined;
}

function inputsIn(rows: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(
    [...rows]
      .filter(([name]) => name.startsWith(inputPrefix))
      .map(([name, value]) => [name.slice(inputPrefix.length), value]),
  );
}

function guidIn(text = ''): string | undefined {
  return wholeGuid.test(text) ? text.toLowerCase() : undefined;
}

function hubOf(text = ''): Hub | undefined {
  return hubs.find((hub) => hub === text.toLowerCase());
}

/** Unexpanded text means unknown. */
function buildIdIn(text = ''): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
