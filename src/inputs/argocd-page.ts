/** What the address of a page of Argo CD, or of a call of its API, says. */
export interface ArgoCDPage {
  /** The path of Argo CD itself, without a slash at the end; empty where it has none of its own. */
  readonly root: string;
  /** `namespace/name`, or `name`, of the application whose page it is. */
  readonly application: string | undefined;
}

/** The pages of the settings (Argo CD 2.11 to 3.5). */
const settings = /^(?:repos|certs|gpgkeys|clusters|projects|accounts|appearance)$/;
const api = /^(?:v1|version|dex|webhook|badge|ui)$/;

/**
 * Reads a path that people copy from the browser's address bar, from a link or from a call in place
 * of the server's own; undefined where it is nothing of the kind, and so may be a root path.
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

/** Pages name `namespace/name`, or `name`; calls of the API the name only. */
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
      return rest.length === 0;
    case 'settings':
      return rest.length === 0 || settings.test(next);
    case 'api':
      return api.test(next);
    case 'auth':
      return next === 'login' || next === 'callback';
    default:
      return false;
  }
}
