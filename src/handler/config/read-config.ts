import { resolve } from 'node:path';
import * as z from 'zod/mini';
import type { AzureIdentity } from '../../azure/identity/azure-identity.ts';
import { actionKinds } from '../../follow-ups/action-kinds/action-kinds.ts';
import { logLine } from '../../text/foreign-text.ts';
import { gapsOf, warningsOf } from './config-notice.ts';
import { configSchema, type ConfigFile } from './config-schema.ts';
import { keyFileOf } from './store-config.ts';
import type { Config, ConfigFault } from './config.ts';
import { crossCheck } from './cross-check.ts';
import { checkFollowUps } from './follow-up-check.ts';
import { localUrl } from './listener.ts';
import { resolveReferences, type ReferenceSource } from './references.ts';
import type { Path, PathFault } from '../../settings/path-fault.ts';
import { faultsOf, valueAt } from '../../settings/schema-fault.ts';
import { parseYaml } from '../../settings/yaml-document.ts';

/** The configuration with its warnings, or everything that is wrong with it. */
export type ConfigReading =
  | {
      readonly config: Config;
      readonly warnings: readonly ConfigFault[];
      /** What must be set before the handler can accept a run. */
      readonly gaps: readonly ConfigFault[];
    }
  | { readonly faults: readonly ConfigFault[] };

/** Parses the text of a configuration file. Relative paths are resolved against `folder`. */
export function readConfig(text: string, folder: string, source: ReferenceSource): ConfigReading {
  const document = parseYaml(text);
  if ('fault' in document) return { faults: [{ path: '', value: '', ...document.fault }] };
  const raw = document.value;
  const locate = (faults: readonly PathFault[]) =>
    faults
      .map((fault) => ({
        line: document.lineOf(fault.path),
        path: logLine(printPath(fault.path), 200),
        value: shownAt(raw, fault.path),
        problem: fault.problem,
        advice: fault.advice,
      }))
      .sort((one, other) => (one.line ?? Infinity) - (other.line ?? Infinity));
  const { value, faults: unresolved } = resolveReferences(raw, source);
  const parsed = z.safeParse(configSchema, value);
  const wrong = parsed.success
    ? []
    : parsed.error.issues.flatMap((each) => faultsOf(each, { schema: configSchema, value }));
  // A setting whose reference is broken is missing: what that makes wrong around it is no fault of its own.
  const isBroken = (path: Path) =>
    path.length > 0 && unresolved.some((one) => path.every((part, at) => part === one.path[at]));
  const faults = [
    ...unresolved,
    ...[...wrong, ...crossCheck(value), ...checkFollowUps(value)].filter(
      ({ path }) => !isBroken(path),
    ),
  ];
  if (!parsed.success || faults.length > 0) return { faults: locate(faults) };
  const config = configOf(parsed.data, folder);
  return {
    config,
    warnings: locate(warningsOf(config, raw)),
    gaps: locate(gapsOf(config)),
  };
}

/** One line: `handler.yaml:12: argocd[0].url "x": what is wrong. What to do.` */
export function printConfigFault(
  file: string,
  { line, path, value, problem, advice }: ConfigFault,
): string {
  const place = line === undefined ? file : `${file}:${line}`;
  const setting = [path, value === '' ? '' : `"${value}"`].filter(Boolean).join(' ');
  return `${[place, setting].filter(Boolean).join(': ')}: ${problem}. ${advice}`;
}

function configOf(file: ConfigFile, folder: string): Config {
  const store = { sqlite: resolve(folder, file.store.sqlite) };
  const { identity, organizations, tokenLifetime } = file.azureDevOps;
  return {
    ...file,
    azureDevOps: { organizations, tokenLifetime, identity: identity && inFolder(identity, folder) },
    publicUrl: file.publicUrl ?? localUrl(file.listen),
    adminToken: file.adminToken,
    store,
    encryptionKeys: file.encryptionKeys ?? [],
    keyFile: keyFileOf(store),
    argocd: file.argocd.map((instance) => ({
      ...instance,
      ca: instance.ca,
      publicUrl: instance.publicUrl,
      ...(instance.announcedRuns !== undefined && { announcedRuns: instance.announcedRuns }),
    })),
    clients: file.clients.map(({ name, tokens }) => ({ name, digests: tokens })),
  };
}

function inFolder(identity: AzureIdentity, folder: string): AzureIdentity {
  if (identity.kind !== 'workloadIdentity') return identity;
  return { ...identity, tokenFile: resolve(folder, identity.tokenFile) };
}

function printPath(path: Path): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`,
    )
    .join('');
}

/** Settings that contain no secret, so faults may show their values. */
const shown = new Set(
  [
    'publicUrl announcedRuns public admin sqlite retention organizations url private tokenLifetime name namespace',
    'skipTlsVerify client azureProjects argocd appProjects applications actions requestsPerSecond',
    'burst pendingRuns logLevel tokenFile authority catchUp keepTrying chainDepth',
    'actionsPerHour organization pipelines events phases startedBy labels each revisionChanged',
    'audience caller namespaces serviceAccounts issuer kubeconfig context',
  ].flatMap((names) => names.split(' ')),
);

/** The value as written; empty if it is or contains a secret, or is not a scalar. */
function shownAt(raw: unknown, path: Path): string {
  const setting = path.findLast((part) => typeof part === 'string');
  const value = valueAt(raw, path);
  const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
  const kind = actionKinds.find(({ kind: name }) => path[0] === 'followUps' && path[3] === name);
  const isShown = kind?.settings.shown.includes(String(setting)) ?? shown.has(String(setting));
  if (!isPlain || !isShown) return '';
  const text = String(value);
  // The part before an @ in a URL may be a password.
  return text.includes('@') ? '' : logLine(text, 80);
}
