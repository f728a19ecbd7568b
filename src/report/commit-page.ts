import { isCommit } from '../sync/model/revision.ts';
import { percentDecode, percentEncode } from '../text/percent-encoding.ts';

/** The path of a commit's page on a host; undefined if the path is not that of a repository. */
type PageOf = (path: readonly string[], commit: string, host: string) => string | undefined;

const githubPage: PageOf = (path, commit) =>
  path.length === 2 ? `https://github.com/${path.join('/')}/commit/${commit}` : undefined;

const gitlabPage: PageOf = (path, commit) =>
  path.length >= 2 ? `https://gitlab.com/${path.join('/')}/-/commit/${commit}` : undefined;

const bitbucketPage: PageOf = (path, commit) =>
  path.length === 2 ? `https://bitbucket.org/${path.join('/')}/commits/${commit}` : undefined;

/** Hosts that run Gitea or Forgejo. */
const giteaPage: PageOf = (path, commit, host) =>
  path.length === 2 ? `https://${host}/${path.join('/')}/commit/${commit}` : undefined;

/** `organization/project/_git/repository`; the project is left out if the repository has its name. */
const azurePage: PageOf = (path, commit) => {
  const [organization = '', ...inside] = path;
  const at = inside.indexOf('_git');
  if (at < 0 || at > 1 || inside.length !== at + 2) return undefined;
  return `https://dev.azure.com/${[organization, ...inside].join('/')}/commit/${commit}`;
};

/** `v3/organization/project/repository`. */
const azureSshPage: PageOf = (path, commit, host) => {
  const [version, organization = '', project = '', repository = '', ...more] = path;
  if (version !== 'v3' || repository === '' || more.length > 0) return undefined;
  return azurePage([organization, project, '_git', repository], commit, host);
};

/** The older form of organizations, with the organization's name in the host. */
const visualStudioPage: PageOf = (path, commit, host) => {
  const [organization = ''] = host.split('.');
  const inside = path[0]?.toLowerCase() === 'defaultcollection' ? path.slice(1) : path;
  return azurePage([organization, ...inside], commit, host);
};

const pages: ReadonlyMap<string, PageOf> = new Map([
  ['github.com', githubPage],
  ['ssh.github.com', githubPage],
  ['gitlab.com', gitlabPage],
  ['altssh.gitlab.com', gitlabPage],
  ['bitbucket.org', bitbucketPage],
  ['altssh.bitbucket.org', bitbucketPage],
  ['codeberg.org', giteaPage],
  ['gitea.com', giteaPage],
  ['dev.azure.com', azurePage],
  ['ssh.dev.azure.com', azureSshPage],
  ['vs-ssh.visualstudio.com', azureSshPage],
]);

/** Characters of a repository's address; a longer one has no page. */
const longest = 1_000;

/**
 * The web page of a commit, derived from the address of its repository in Argo CD: https, ssh, or
 * `git@host:path`. The page's host is one of a fixed list and its path is encoded, so that foreign text
 * cannot lead elsewhere. Undefined for other hosts and forms, and for anything but a full commit id.
 */
export function commitPage(repository: string, revision: string): string | undefined {
  if (!isCommit(revision) || repository.length > longest) return undefined;
  const place = placeOf(repository.trim());
  if (place === undefined) return undefined;
  const { host, path } = place;
  const page =
    pages.get(host) ?? (host.endsWith('.visualstudio.com') ? visualStudioPage : undefined);
  const parts = path
    .replace(/^\/+|\/+$/g, '')
    .replace(/\.git$/, '')
    .split('/')
    .map(percentDecode);
  if (parts.some((part) => /^\.{0,2}$|[\p{C}/\\]/u.test(part))) return undefined;
  return page?.(parts.map(percentEncode), revision.toLowerCase(), host);
}

interface Place {
  readonly host: string;
  readonly path: string;
}

function placeOf(repository: string): Place | undefined {
  const [, host = '', path = ''] = /^(?:[^\s/:@]+@)?([\w.-]+):(?!\/\/)(.+)$/.exec(repository) ?? [];
  if (host !== '') return { host: host.toLowerCase(), path };
  if (!URL.canParse(repository)) return undefined;
  const { protocol, hostname, port, pathname } = new URL(repository);
  const isWeb = protocol === 'https:' || protocol === 'http:';
  // Another port may be another server.
  if (!isWeb && protocol !== 'ssh:') return undefined;
  return isWeb && port !== '' ? undefined : { host: hostname.toLowerCase(), path: pathname };
}
