/** Where a server may be: only on the internet, or also in a private network. */
export const reaches = ['public', 'private'] as const;
export type Reach = (typeof reaches)[number];

/** A configured organization, or a configured collection of Azure DevOps Server. */
export interface ConfiguredOrganization {
  readonly url: string;
  /** Whether private addresses are allowed; for Azure DevOps Server. */
  readonly isPrivate: boolean;
}

interface Alias {
  readonly url: string;
  readonly reach: Reach;
}

/** Characters; no collection has a longer URL, so longer texts are refused unread. */
const longestUrl = 400;

/** The only collections to which tokens are ever sent: the configured ones, under all their URLs. */
export class Collections {
  readonly #aliases = new Map<string, Alias>();

  constructor(organizations: readonly ConfiguredOrganization[]) {
    for (const { url, isPrivate } of organizations) {
      for (const alias of aliasesOf(url)) {
        const reach = isPrivate ? 'private' : 'public';
        this.#aliases.set(canonical(alias), { url: alias, reach });
      }
    }
  }

  /**
   * Returns the collection that a request names, in our spelling and without a trailing slash. Only
   * exact matches with known URLs count. Nothing is parsed or decoded, so there is no parser to trick:
   * only case, trailing slashes and the default port may differ.
   */
  match(planUrl: string): string | undefined {
    return this.#find(planUrl)?.url;
  }

  /** Where the collection's server may be; undefined if the collection is not configured (anymore). */
  reachOf(collection: string): Reach | undefined {
    return this.#find(collection)?.reach;
  }

  #find(url: string): Alias | undefined {
    // Non-ASCII letters are refused first: some become ASCII letters in lower case.
    if (url.length > longestUrl || !/^[\x21-\x7e]+$/.test(url)) return undefined;
    return this.#aliases.get(canonical(url));
  }
}

function canonical(url: string): string {
  return url
    .toLowerCase()
    .replace(/\/+$/, '')
    .replace(/^(https:\/\/[^/]+):443(?=\/|$)/, '$1')
    .replace(/^(http:\/\/[^/]+):80(?=\/|$)/, '$1');
}

/** Hosts of Azure DevOps Services; all others belong to Azure DevOps Server. */
export const cloudHost = /(?:^|\.)(?:dev\.azure\.com|visualstudio\.com)$/;
const organizationName = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;

/**
 * All URLs of a configured organization, without a trailing slash (azure-devops.md §11.6, §12.18): four
 * in the cloud, one for Azure DevOps Server, none if the text is not the URL of a collection.
 */
export function aliasesOf(organization: string): readonly string[] {
  if (!URL.canParse(organization)) return [];
  const { protocol, hostname, origin, pathname, username, password, search, hash } = new URL(
    organization,
  );
  const path = pathname.replace(/\/+$/, '');
  const isPlain = username + password + search + hash === '' && !hostname.endsWith('.');
  if (!isPlain || !/^https?:$/.test(protocol)) return [];
  if (!cloudHost.test(hostname)) return /^(?:\/[^/]+)+$/.test(path) ? [origin + path] : [];
  const name = organizationOf(origin, path);
  if (name === undefined) return [];
  return [
    `https://dev.azure.com/${name}`,
    `https://vsrm.dev.azure.com/${name}`,
    `https://${name.toLowerCase()}.visualstudio.com`,
    `https://${name.toLowerCase()}.vsrm.visualstudio.com`,
  ];
}

/** The name of an organization in the cloud, from either form of its URL. */
function organizationOf(origin: string, path: string): string | undefined {
  const name =
    origin === 'https://dev.azure.com'
      ? path.slice(1)
      : path === ''
        ? /^https:\/\/([^.]+)\.visualstudio\.com$/.exec(origin)?.[1]
        : undefined;
  return name !== undefined && organizationName.test(name) ? name : undefined;
}

/** The release host of a collection in the cloud: plans of classic releases (azure-devops.md §11.6). */
export function releaseHostOf(collection: string): string | undefined {
  const modern = /^https:\/\/dev\.azure\.com\/([^/]+)$/.exec(collection)?.[1];
  if (modern !== undefined) return `https://vsrm.dev.azure.com/${modern}`;
  const old = /^https:\/\/([^./]+)\.visualstudio\.com$/.exec(collection)?.[1];
  return old === undefined ? undefined : `https://${old}.vsrm.visualstudio.com`;
}

/** Identifies a collection: the same key for all URLs of one organization. */
export function collectionKey(collection: string): string {
  const [first = collection] = aliasesOf(coreHostOf(collection));
  return canonical(first);
}

/** The host that serves projects and builds; release hosts serve only releases. */
export function coreHostOf(collection: string): string {
  return collection
    .replace(/^https:\/\/vsrm\.dev\.azure\.com\//, 'https://dev.azure.com/')
    .replace(/^https:\/\/([^./]+)\.vsrm\.visualstudio\.com$/, 'https://$1.visualstudio.com');
}
