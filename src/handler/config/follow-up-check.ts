import { cloudHost } from '../../azure/http/collection.ts';
import { actionKinds } from '../../follow-ups/action-kinds/action-kinds.ts';
import { parsePipelineAddress } from '../../follow-ups/pipeline-address.ts';
import { repeatedRuleNames } from '../../follow-ups/read-follow-ups.ts';
import type { Path, PathFault } from '../../settings/path-fault.ts';
import { valueAt } from '../../settings/schema-fault.ts';
import { nearest } from '../../text/nearest.ts';
import {
  itemsAt,
  organizationUrls,
  textMarks,
  textsAt,
  unknownNames,
  type Mark,
} from './cross-check.ts';
import { organizationName, organizationsNamed } from '../../azure/http/organization-name.ts';
import { parseOrganizationUrl } from './organization-url.ts';

/**
 * Faults between follow-ups and other settings: unknown names, and pipelines that nobody could queue. Takes
 * the file as read, like `crossCheck`.
 */
export function checkFollowUps(file: unknown): readonly PathFault[] {
  const named = itemsAt(file, ['followUps']).flatMap(({ path }) =>
    textMarks(itemsAt(file, [...path, 'for', 'argocd'])),
  );
  const organizations = knownOrganizations(file);
  const targets = [...queuedIn(file), ...grantedIn(file)];
  return [
    ...repeatedRuleNames(valueAt(file, ['followUps'])).map((fault) => ({
      ...fault,
      path: ['followUps', ...fault.path],
    })),
    ...unknownNames(file, [...named, ...textsAt(file, 'grants', 'argocd')], 'argocd'),
    ...targets.flatMap((target) => unknownOrganization(target, organizations)),
    ...missingIdentities(file, targets, organizations),
  ];
}

interface KnownOrganization {
  readonly path: Path;
  readonly url: string;
}

/** Where pipelines are queued: the organization as written, or none if it was omitted. */
interface Target {
  readonly path: Path;
  readonly organization: string | undefined;
}

/** Undefined if the list cannot be read, or contains an invalid URL: that is a fault of its own. */
function knownOrganizations(file: unknown): readonly KnownOrganization[] | undefined {
  const list = valueAt(file, ['azureDevOps', 'organizations']);
  const marks = organizationUrls(file);
  const length = Array.isArray(list) ? list.length : list === undefined ? 0 : undefined;
  if (marks.length !== length) return undefined;
  const known = marks.flatMap(({ path, text }) => {
    const url = parseOrganizationUrl(text);
    return 'value' in url ? [{ path, url: url.value }] : [];
  });
  return known.length === marks.length ? known : undefined;
}

function queuedIn(file: unknown): readonly Target[] {
  return itemsAt(file, ['followUps']).flatMap(({ path, item }) =>
    references(path, item).flatMap(({ path: at, text }) => {
      const address = parsePipelineAddress(text);
      return 'value' in address ? [{ path: at, organization: address.value.organization }] : [];
    }),
  );
}

/** The strings that name a pipeline or a release definition. */
function references(path: Path, rule: unknown): readonly Mark[] {
  const forms = actionKinds.flatMap(({ kind, settings }) =>
    settings.pipelines.map((at) => ['do', kind, ...at]),
  );
  return textMarks(forms.map((form) => ({ path: [...path, ...form], item: valueAt(rule, form) })));
}

function grantedIn(file: unknown): readonly Target[] {
  return textsAt(file, 'grants', 'organization').map(({ path, text }) => ({
    path,
    organization: text,
  }));
}

function unknownOrganization(
  { path, organization }: Target,
  known: readonly KnownOrganization[] | undefined,
): readonly PathFault[] {
  if (known === undefined) return [];
  const names = known.map(({ url }) => organizationName(url));
  const list = '`azureDevOps.organizations`';
  if (organization === undefined) {
    if (known.length === 1) return [];
    const problem =
      known.length === 0 ? `${list} has no organizations` : 'it does not name an organization';
    const advice =
      known.length === 0
        ? 'Set `organizations: [https://dev.azure.com/<organization>]`.'
        : `Write \`organization/project/pipeline\`, with one of: ${names.join(', ')}.`;
    return [{ path, problem, advice }];
  }
  const found = organizationsNamed(known, organization);
  if (found.length === 1) return [];
  if (found.length > 1) {
    const problem = `${found.length} entries of ${list} have this name`;
    const advice = 'Only one of them can have follow-ups: use another handler for the other.';
    return [{ path, problem, advice }];
  }
  const meant = nearest(organization, names);
  const advice = meant ? `Did you mean \`${meant}\`?` : `Use one of those in ${list}.`;
  return [{ path, problem: `${list} has no such organization`, advice }];
}

const anIdentity =
  'Set `azureDevOps.identity`, such as `{ workloadIdentity: { tenant: …, clientId: … } }`.';

function missingIdentities(
  file: unknown,
  targets: readonly Target[],
  known: readonly KnownOrganization[] | undefined,
): readonly PathFault[] {
  const targeted = (known ?? []).filter((each) =>
    targets.some(({ organization }) =>
      organization === undefined
        ? known?.length === 1
        : organizationsNamed([each], organization).length > 0,
    ),
  );
  const identity = valueAt(file, ['azureDevOps', 'identity']);
  const isServed = ({ path }: KnownOrganization) => valueAt(file, [...path, 'pat']) !== undefined;
  const faults = targeted.flatMap((each): readonly PathFault[] => {
    const { path, url } = each;
    if (isServed(each) || valueAt(identity, ['pat']) !== undefined) return [];
    if (identity === undefined) {
      const problem = 'rules queue pipelines there, but no identity is configured for it';
      return [{ path, problem, advice: anIdentity }];
    }
    if (cloudHost.test(new URL(url).hostname)) return [];
    const problem =
      'rules queue pipelines there, but Azure DevOps Server does not accept Entra tokens';
    const advice = "Give this entry its own token: `pat: '${file:/path}'`.";
    return [{ path, problem, advice }];
  });
  if (identity !== undefined || faults.length > 0 || (known ?? []).some(isServed)) return faults;
  return queueingRules(file).map((path) => ({
    path,
    problem: '`queue` requires an identity of the handler',
    advice: anIdentity,
  }));
}

function queueingRules(file: unknown): readonly Path[] {
  return itemsAt(file, ['rules']).flatMap(({ path }) =>
    textMarks(itemsAt(file, [...path, 'actions']))
      .filter(({ text }) => text === 'queue')
      .map(({ path: at }) => at),
  );
}
