/** What the URL of an Argo CD page or API call contains. */
export interface ArgoCDPage {
  /** The root path of Argo CD, without a trailing slash; empty if it has none. */
  readonly root: string;
  /** `namespace/name` or `name` of the application whose page it is. */
  readonly application: string | undefined;
}

/** The settings pages (Argo CD 2.11 to 3.5). */
const settings = /^(?:repos|certs|gpgkeys|clusters|projects|accounts|appearance)$/;
const api = /^(?:v1|version|dex|webhook|badge|ui)$/;

/**
 * Reads a path that people copy from the address bar, a link or an API call instead of the server's URL;
 * undefined if it is none of these, and may therefore be a root path.
 */
export function readArgoCDPage(pathname: string): ArgoCDPage | undefined {
  const segments = pathname.split('/').filter((segment) => segment !== '');
  const at = segments.findIndex((segment, index) => isPage(segment, segments.slice(index + 1)));
  if (at < 0) return undefined;
  const [page, ...rest] = segments.slice(at);
  return {
    root: segments
      .slice(0, at)
      .map((segment) => `/${segment}`)
      .join(''),
    application: applicationIn(page, rest),
  };
}

/** Pages contain `namespace/name` or `name`, API calls only the name. */
function applicationIn(page: string | undefined, rest: readonly string[]): string | undefined {
  const [version, called, name] = rest;
  if (page === 'api') return version === 'v1' && called === 'applications' ? name : undefined;
  return page === 'applications' && rest.length > 0 ? rest.slice(0, 2).join('/') : undefined;
}

function isPage(segment: string, rest: readonly string[]): boolean {
  const [next = ''] = rest;
  switch (segment) {
    case 'applications':
    case 'applicationsets':
      return true;
    case 'login':
    case 'help':
    case 'user-info':
    case 'swagger-ui':
    case 'swagger.json':
    case 'healthz':
    case 'index.html':
      return rest.length === 0;
    case 'settings':
      return rest.length === 0 || settings.test(next);
    case 'api':
      return api.test(next);
    case 'auth':
      return next === 'login' || next === 'callback';
    case 'pkce':
      return next === 'verify';
    case 'download':
      return next.startsWith('argocd-');
    default:
      return false;
  }
}
