/** How far away a server may be: on the internet, or also in a network of one's own. */
export const reaches = ['public', 'private'] as const;
export type Reach = (typeof reaches)[number];

/** An organization of Azure DevOps, or a collection of a server on premises, as it is configured. */
export interface ConfiguredOrganization {
  readonly url: string;
  /** May be reached at private addresses; for servers on premises. */
  readonly isPrivate: boolean;
}

interface Alias {
  readonly url: string;
  readonly reach: Reach;
}

/** No collection has a longer address; what is longer is not looked at. */
const longestUrl = 400;

/** The only collections that a token is ever sent to: the configured ones, by all their addresses. */
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
   * The collection that a request names, in our own spelling and without a slash at the end. What
   * is more or less than one of the known addresses is none. Nothing is parsed or decoded, so that
   * there is nothing to trick: only case, slashes at the end and the usual port may differ.
   */
  match(planUrl: string): string | undefined {
    return this.#find(planUrl)?.url;
  }

  /** Where the collection's server may be; absent for one that is not configured (any more). */
  reachOf(collection: string): Reach | undefined {
    return this.#find(collection)?.reach;
  }

  #find(url: string): Alias | undefined {
    // Letters of other scripts go first: some of them are Latin ones in lower case.
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

/** Hosts of Azure DevOps Services; every other is of a server on premises. */
export const cloudHost = /(?:^|\.)(?:dev\.azure\.com|visualstudio\.com)$/;
const organizationName = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;

/**
 * All addresses of a configured organization, without a slash at the end (azure-devops.md §11.6,
 * §12.18): four of one in the cloud, one of a collection on premises, none of what is no
 * collection's address.
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

/** The name of an organization in the cloud, in both forms of its address. */
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

/** The same for all addresses of one organization: what tells collections apart. */
export function collectionKey(collection: string): string {
  const [first = collection] = aliasesOf(coreHostOf(collection));
  return canonical(first);
}

/** The host that knows projects and builds: release hosts know only releases. */
export function coreHostOf(collection: string): string {
  return collection
    .replace(/^https:\/\/vsrm\.dev\.azure\.com\//, 'https://dev.azure.com/')
    .replace(/^https:\/\/([^./]+)\.vsrm\.visualstudio\.com$/, 'https://$1.visualstudio.com');
}
