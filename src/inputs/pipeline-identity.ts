import { runRowName, type InfoRow } from '../sync/model/operation.ts';
import { plainLine, webAddress } from '../text/foreign-text.ts';
import { guid } from '../guid.ts';

/** The agent's variables, by their dotted names. */
export type Variables = (name: string) => string | undefined;

const longest = 512;

/**
 * The marker of this run on the operations that it requests. It differs for every try of the step, so
 * that a repeated step never mistakes the operation of an earlier try for its own.
 */
export function runMarker(variable: Variables, random: () => number): string {
  const ids = ['System.PlanId', 'System.JobId', 'System.TaskInstanceId'].map(
    (name) => plainLine(variable(name) ?? '', 64) || '-',
  );
  return [...ids, guid(random)].join('/');
}

/** Rows that link the operation in Argo CD to the run: who requested it, and where. */
export function pipelineInfo(variable: Variables): readonly InfoRow[] {
  const text = (name: string) => plainLine(variable(name) ?? '', longest);
  const isRelease = text('Release.ReleaseId') !== '';
  const pipeline = text(isRelease ? 'Release.DefinitionName' : 'Build.DefinitionName');
  const number = text(isRelease ? 'Release.ReleaseName' : 'Build.BuildNumber');
  const address = isRelease ? webAddress(text('Release.ReleaseWebURL')) : buildPage(text);
  const requester = isRelease
    ? text('Release.Deployment.RequestedFor') || text('Release.RequestedFor')
    : text('Build.RequestedFor');
  const rows: readonly (readonly [string, string])[] = [
    ['Pipeline', pipeline],
    [runRowName, [number, address].filter(Boolean).join(' ')],
    ['Requested for', requester],
  ];
  return rows.filter(([, value]) => value !== '').map(([name, value]) => ({ name, value }));
}

function buildPage(text: (name: string) => string): string | undefined {
  const collection = text('System.CollectionUri') || text('System.TeamFoundationCollectionUri');
  const build = text('Build.BuildId');
  if (collection === '' || !/^\d+$/.test(build)) return undefined;
  const project = encodeURIComponent(text('System.TeamProject'));
  return webAddress(`${collection.replace(/\/+$/, '')}/${project}/_build/results?buildId=${build}`);
}
