import { printStore } from '../config/store-config.ts';
import { textTable } from '../../text/text-table.ts';
import { printDuration } from '../../text/duration-text.ts';
import type { Config, ConfigFault } from '../config/config.ts';
import { printListener } from '../config/listener.ts';
import { loadConfig } from '../config/load-config.ts';
import { printConfigFault } from '../config/read-config.ts';
import {
  printFollowUp,
  printFollowUpLimits,
  printGrant,
  printIdentity,
} from './follow-up-lines.ts';
import { printHookCaller, printHookGrant } from './hook-lines.ts';
import type { ReferenceSource } from '../config/references.ts';

/** What `handler check-config` prints, and its exit code: 0 if the handler can start. */
export interface ConfigCheck {
  readonly lines: readonly string[];
  readonly exitCode: 0 | 1;
  /** The configuration, if it has no fault. */
  readonly config: Config | undefined;
}

/** Reads a configuration file as the handler would, and reports the result. */
export function checkConfig(path: string, env: ReferenceSource['env']): ConfigCheck {
  const { reading } = loadConfig(path, env);
  const list = (faults: readonly ConfigFault[]) =>
    faults.map((fault) => printConfigFault(path, fault));
  if ('faults' in reading) {
    const lines = [...list(reading.faults), '', faultCount(reading.faults.length)];
    return { lines, exitCode: 1, config: undefined };
  }
  const { config, warnings, gaps } = reading;
  const lines = [
    ...section('Warnings:', list(warnings)),
    ...section('Still missing:', list(gaps)),
    ...section('Settings:', textTable(settingsOf(config))),
    ...section('Who may do what:', rightsOf(config)),
    ...section('Follow-ups:', config.followUps.map(printFollowUp)),
    ...section('Pipelines that annotations may queue:', config.grants.map(printGrant)),
    ...section(
      'How hooks prove who they are:',
      config.hooks.callers.map((caller) => printHookCaller(caller, config.hooks)),
    ),
    ...section('What hooks may do:', config.hooks.grants.map(printHookGrant)),
    gaps.length === 0
      ? `${path} is valid.`
      : `${path} is valid so far: the handler starts with it.`,
  ];
  return { lines, exitCode: 0, config };
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`), ''];
}

function faultCount(count: number): string {
  return count === 1 ? 'There is 1 fault.' : `There are ${count} faults.`;
}

function settingsOf(config: Config): readonly (readonly string[])[] {
  const { listen, store, encryptionKeys, keyFile, azureDevOps, argocd, limits } = config;
  const keys = encryptionKeys.length;
  return [
    ['public', `${printListener(listen.public)}, reached at ${config.publicUrl}`],
    ['admin', `${printListener(listen.admin)}, ${config.adminToken ? 'with a token' : 'no token'}`],
    ['store', `${printStore(store)}, ended runs are kept for ${printDays(config.retention)}`],
    ['encryption', keys === 0 ? `key in ${keyFile}` : `${keys} ${keys === 1 ? 'key' : 'keys'}`],
    ...azureDevOps.organizations.map(({ url, isPrivate, pat }) => [
      'Azure DevOps',
      [url, isPrivate && 'also at private addresses', pat && 'with its own token']
        .filter(Boolean)
        .join(', '),
    ]),
    ...(azureDevOps.identity ? [['identity', printIdentity(azureDevOps.identity)]] : []),
    ['job tokens', `valid for ${printDuration(azureDevOps.tokenLifetime)}`],
    ...argocd.map(({ name, url, namespace }) => [
      'Argo CD',
      `${name}: ${url}, namespace ${namespace}`,
    ]),
    ...(hasFollowUps(config) ? [['follow-ups', printFollowUpLimits(config.followUpLimits)]] : []),
    [
      'each client',
      `${limits.requestsPerSecond} requests/s, ${limits.burst} at once, ${limits.pendingRuns} runs pending`,
    ],
  ];
}

/** Runs may bring follow-ups, too. */
function hasFollowUps({ followUps, grants, rules }: Config): boolean {
  const isQueuing = rules.some(({ actions }) => actions.includes('queue'));
  return followUps.length + grants.length > 0 || isQueuing;
}

function rightsOf({ rules }: Config): readonly string[] {
  return rules.map(
    ({ client, azureProjects, argocd, appProjects, applications, actions }) =>
      `${client}, for Azure project ${azureProjects.join(' or ')}, at Argo CD ${argocd}: ${actions.join(', ')} of applications ${applications.join(', ')} in AppProject ${appProjects.join(' or ')}`,
  );
}

const day = 86_400_000;

function printDays(milliseconds: number): string {
  if (milliseconds < 2 * day) return printDuration(milliseconds);
  return `${Math.round(milliseconds / day)} days`;
}
