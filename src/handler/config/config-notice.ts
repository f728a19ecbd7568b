import { actionKindOf } from '../../follow-ups/action-kinds/action-kinds.ts';
import type { Config } from './config.ts';
import { isReference } from './references.ts';
import type { Path, PathFault } from '../../settings/path-fault.ts';
import { valueAt } from '../../settings/schema-fault.ts';
import { isLocalUrl, isPlainText } from './web-url.ts';

/** Warnings about settings that are allowed but unsafe. `raw`: the file before its references are replaced. */
export function warningsOf(config: Config, raw: unknown): readonly PathFault[] {
  return [
    ...warnOfKeys(config),
    ...warnOfSecrets(config, raw),
    ...warnOfTransport(config),
    ...warnOfRules(config),
    ...warnOfToken(config),
  ];
}

/** What must be set before the handler can accept a run, and how. */
export function gapsOf(config: Config): readonly PathFault[] {
  const gap = (path: Path, isOpen: boolean, problem: string, advice: string) =>
    isOpen ? [{ path, problem, advice }] : [];
  return [
    ...gap(
      ['publicUrl'],
      isLocalUrl(config.publicUrl),
      'Azure Pipelines cannot reach this machine at this address',
      'Set the https URL at which the ingress or a proxy forwards requests to `listen.public`.',
    ),
    ...gap(
      ['azureDevOps', 'organizations'],
      config.azureDevOps.organizations.length === 0,
      'there is no organization, so no runs are accepted',
      'Set `organizations: [https://dev.azure.com/<organization>]`.',
    ),
    ...gap(
      ['argocd'],
      config.argocd.length === 0,
      'there is no Argo CD to sync with',
      "Set `argocd: [{ name: prod, url: https://<host>, token: '${env:ARGOCD_TOKEN}' }]`.",
    ),
    ...gap(
      ['clients'],
      config.clients.length === 0,
      'there is no client, so no one can call the handler',
      "Set `clients: [{ name: <team>, tokens: ['<what handler hash-token prints>'] }]`.",
    ),
    ...gap(
      ['rules'],
      config.rules.length === 0,
      'there is no rule, so nothing is allowed',
      "Set `rules: [{ client: <team>, azureProjects: [<project>], argocd: prod, appProjects: [default], applications: ['<name>-*'], actions: [sync, gate] }]`.",
    ),
  ];
}

function warnOfKeys({ encryptionKeys, keyFile }: Config): readonly PathFault[] {
  if (encryptionKeys.length > 0) return [];
  const problem = `it is not set, so the key is stored next to what it protects, in ${keyFile}`;
  const advice = 'For production set it by reference to a secret: `["${file:/path}"]`.';
  return [{ path: ['encryptionKeys'], problem, advice }];
}

function warnOfSecrets(config: Config, raw: unknown): readonly PathFault[] {
  const paths: readonly Path[] = [
    ['adminToken'],
    ...config.encryptionKeys.map((_, index) => ['encryptionKeys', index]),
    ...config.argocd.map((_, index) => ['argocd', index, 'token']),
    ...config.followUps.flatMap(({ do: { kind } }, index) =>
      actionKindOf({ kind }).settings.secrets.map((name) => ['followUps', index, 'do', kind, name]),
    ),
    ...[['pat'], ['servicePrincipal', 'secret'], ['servicePrincipal', 'certificate']].map(
      (path) => ['azureDevOps', 'identity', ...path],
    ),
    ...config.azureDevOps.organizations.map((_, index) => [
      'azureDevOps',
      'organizations',
      index,
      'pat',
    ]),
    ...config.hooks.callers.flatMap((caller, index) =>
      caller.kind === 'hmac'
        ? caller.secrets.map((_, at) => ['hooks', 'callers', index, 'hmac', at])
        : [],
    ),
  ];
  return paths
    .filter((path) => {
      const text = valueAt(raw, path);
      return typeof text === 'string' && !isReference(text);
    })
    .map((path) => ({
      path,
      problem: 'this is a secret in plain text',
      advice: 'Store it elsewhere and reference it: `${file:/path}` or `${env:NAME}`.',
    }));
}

/** Such a token belongs to one organization, since global ones were retired (azure-devops.md §4). */
function warnOfToken({ azureDevOps }: Config): readonly PathFault[] {
  const { identity, organizations } = azureDevOps;
  const others = organizations.filter((each) => each.pat === undefined);
  if (identity?.kind !== 'pat' || others.length < 2) return [];
  const problem = `a personal access token belongs to one organization, but is used for ${others.length}`;
  const advice = 'Give each organization its own `pat`.';
  return [{ path: ['azureDevOps', 'identity'], problem, advice }];
}

function warnOfTransport({ azureDevOps, argocd }: Config): readonly PathFault[] {
  const problem = 'it uses http: tokens are sent in plain text';
  const advice = 'Use https.';
  const organizations = azureDevOps.organizations.flatMap(({ url }, index) =>
    isPlainText(url) ? [{ path: ['azureDevOps', 'organizations', index], problem, advice }] : [],
  );
  const instances = argocd.flatMap(({ url, skipTlsVerify }, index) => [
    ...(isPlainText(url) ? [{ path: ['argocd', index, 'url'], problem, advice }] : []),
    ...(skipTlsVerify
      ? [
          {
            path: ['argocd', index, 'skipTlsVerify'],
            problem: 'any certificate is accepted: anyone in between can read the token',
            advice: 'Set `ca` to the certificate of its CA instead.',
          },
        ]
      : []),
  ]);
  return [...organizations, ...instances];
}

function warnOfRules({ rules, clients, argocd }: Config): readonly PathFault[] {
  const isAll = (patterns: readonly string[]) =>
    patterns.some((pattern) => /^\*+(?:\/\*+)?$/.test(pattern));
  const wide = rules.flatMap((rule, index) =>
    isAll(rule.azureProjects) && isAll(rule.appProjects) && isAll(rule.applications)
      ? [
          {
            path: ['rules', index],
            problem: `it allows ${rule.actions.join(', ')} on everything, for every project of Azure DevOps`,
            advice: 'Restrict it to the projects and applications that this client needs.',
          },
        ]
      : [],
  );
  const unnamed = (list: 'clients' | 'argocd', names: readonly string[], isNamed: Set<string>) =>
    names.flatMap((name, index) =>
      isNamed.has(name) || rules.length === 0
        ? []
        : [
            {
              path: [list, index],
              problem: `no rule names ${name}`,
              advice: 'Add a rule for it, or remove it.',
            },
          ],
    );
  return [
    ...wide,
    ...unnamed(
      'clients',
      clients.map(({ name }) => name),
      new Set(rules.map((rule) => rule.client)),
    ),
    ...unnamed(
      'argocd',
      argocd.map(({ name }) => name),
      new Set(rules.map((rule) => rule.argocd)),
    ),
  ];
}
