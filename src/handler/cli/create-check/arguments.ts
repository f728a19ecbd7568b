import { separators } from '../../../inputs/application-list.ts';
import { readWords, type Help, type InvalidArguments } from '../../../inputs/command-words.ts';
import { percentDecode } from '../../../text/percent-encoding.ts';
import { foldProjectName } from '../../../text/project-name.ts';
import type { CheckRequest } from './check-configuration.ts';

/** The arguments of `create-check`. */
export interface CheckArguments {
  /** Without a trailing slash. */
  readonly organization: string;
  readonly project: string;
  /** Name or id of a Generic service connection. */
  readonly connection: string;
  readonly check: Omit<CheckRequest, 'connectionId'>;
  /** The environment variable that holds the personal access token. */
  readonly tokenVariable: string;
  readonly isDryRun: boolean;
}

/** The parsed command line: what to create, a request for help, or what is wrong. */
export type ParsedArguments =
  { readonly kind: 'run'; readonly arguments: CheckArguments } | Help | InvalidArguments;

/** The output of `--help`. `program`: how the command is called, without options. */
export const usageOf = (
  program: string,
): string => `Adds a check that calls the Argo CD handler to an environment of Azure Pipelines.

  ${program} --organization https://dev.azure.com/fabrikam --project shop \\
    --environment 12 --connection argocd-checks --argocd prod --applications shop

  --organization URL    the organization, or the collection of an on-premises server
  --project NAME        the Azure DevOps project
  --environment ID      the number in the URL of the environment's page, …/_environments/12
  --connection NAME     a Generic service connection: the handler's URL, and as its password the
                        token of a client of the handler; or its ID
  --argocd NAME         the Argo CD instance, by its name in the handler's configuration
  --applications LIST   applications, separated by ${separators}
  --app-project NAME    the AppProject that they are in
  --revision TEXT       the revision that must be live, for example '$(Build.SourceVersion)'
  --stable-seconds N    how long the conditions must have held
  --accept-suspended    a paused rollout counts as healthy
  --timeout MINUTES     when the check gives up, 5 to 1440; default: 60
  --name TEXT           name of the check; default: "Argo CD: " and the applications
  --token-env NAME      the environment variable with the personal access token;
                        default: AZURE_DEVOPS_EXT_PAT
  --dry-run             print what would be sent, without changing anything

The token needs the scopes Build (read & execute), Pipeline resources (use & manage) and Service
connections (read). It exits with 0 when the check was created (or printed), 1 when Azure DevOps
rejected it, and 2 for invalid arguments.`;

const options = {
  organization: { type: 'string' },
  project: { type: 'string' },
  environment: { type: 'string' },
  connection: { type: 'string' },
  argocd: { type: 'string' },
  applications: { type: 'string' },
  'app-project': { type: 'string', default: '' },
  revision: { type: 'string', default: '' },
  'stable-seconds': { type: 'string', default: '0' },
  'accept-suspended': { type: 'boolean', default: false },
  timeout: { type: 'string', default: '60' },
  name: { type: 'string' },
  'token-env': { type: 'string', default: 'AZURE_DEVOPS_EXT_PAT' },
  'dry-run': { type: 'boolean', default: false },
} as const;

const needed = {
  organization: 'Which organization? Add --organization https://dev.azure.com/…',
  project: 'Which project of Azure DevOps? Add --project NAME.',
  environment: 'Which environment? Add --environment ID, the number in the URL of its page.',
  connection: 'Which Generic service connection leads to the handler? Add --connection NAME.',
  argocd: "Which Argo CD? Add --argocd NAME, as the handler's configuration calls it.",
  applications: 'Which applications? Add --applications LIST.',
} as const;

/** Parses the command line. Every fault is one sentence that says what to write instead. */
export function parseArguments(words: readonly string[]): ParsedArguments {
  if (words.some((word) => /^--(token|pat|password)(=|$)/.test(word))) {
    return faults([
      'A token on the command line can be read by every user of this machine and stays in the ' +
        "shell's history. Put it in an environment variable and pass its name: --token-env NAME.",
    ]);
  }
  const read = readWords(words, options);
  if (read.kind !== 'words') return read;
  const { values } = read;
  const { organization = '', project = '', environment = '', connection = '' } = values;
  const { argocd = '', applications = '', timeout, 'stable-seconds': stable } = values;
  const missing = Object.entries(needed).filter(
    ([name]) => (values[name as keyof typeof needed] ?? '').trim() === '',
  );
  const messages = [
    ...missing.map(([, message]) => message),
    ...(organization === '' ? [] : faultsOfOrganization(organization, project)),
    ...(environment === '' || /^[1-9]\d*$/.test(environment)
      ? []
      : [`--environment ${environment}: use the number in the URL of its page.`]),
    ...faultsOfNumber('timeout', timeout, 5, 1_440),
    ...faultsOfNumber('stable-seconds', stable, 0, 86_400),
  ];
  if (messages.length > 0) return faults(messages);
  return {
    kind: 'run',
    arguments: {
      organization: organization.replace(/\/+$/, ''),
      project,
      connection,
      check: {
        environmentId: environment,
        displayName: values.name ?? `Argo CD: ${applications}`,
        argocd,
        applications,
        appProject: values['app-project'],
        revision: values.revision,
        stableSeconds: Number(stable),
        acceptSuspended: values['accept-suspended'],
        timeoutMinutes: Number(timeout),
      },
      tokenVariable: values['token-env'],
      isDryRun: values['dry-run'],
    },
  };
}

function faultsOfOrganization(text: string, project: string): readonly string[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const segments = (url?.pathname ?? '').split('/').filter((segment) => segment !== '');
  const isOldHost = url?.hostname.endsWith('.visualstudio.com') === true;
  const isAddress =
    url !== undefined && /^https?:$/.test(url.protocol) && (segments.length > 0 || isOldHost);
  if (!isAddress || url.search + url.hash + url.username + url.password !== '') {
    return [`--organization ${text}: write it as https://dev.azure.com/fabrikam.`];
  }
  const depth = isOldHost ? 0 : url.hostname === 'dev.azure.com' ? 1 : 2;
  const inner = segments.findIndex((segment) => segment.startsWith('_'));
  const end = Math.min(
    inner < 0 ? segments.length : inner,
    placeOfProject(segments, project),
    depth,
  );
  if (end < segments.length) {
    const meant = [url.origin, ...segments.slice(0, end)].join('/');
    return [
      `--organization ${text}: this URL goes beyond the organization or collection; use ${meant}, and pass the project with --project.`,
    ];
  }
  const isHere = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'https:' || isHere) return [];
  return [`--organization ${text}: without https, the token could be read in transit.`];
}

/**
 * On-premises, a collection has one segment, or two if the first is a folder of the server, usually
 * `tfs`. So a project after it is known only by its name.
 */
function placeOfProject(segments: readonly string[], project: string): number {
  const first = segments[0]?.toLowerCase() === 'tfs' ? 2 : 1;
  const wanted = foldProjectName(project);
  const place = segments.findIndex(
    (segment, index) => index >= first && foldProjectName(percentDecode(segment)) === wanted,
  );
  return place < 0 ? segments.length : place;
}

function faultsOfNumber(name: string, text: string, from: number, to: number): readonly string[] {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= from && value <= to) return [];
  return [`--${name} ${text}: write a whole number from ${from} to ${to}.`];
}

function faults(messages: readonly string[]): InvalidArguments {
  return { kind: 'fault', messages };
}
