import { readArgoCDPage } from '../../inputs/argocd-page.ts';
import { isLoopback } from './listener.ts';
import type { Setting } from '../../settings/setting.ts';

/** An http or https URL with only host and path, without a trailing slash. */
export function parseWebUrl(text: string): Setting<string> {
  const advice = 'Use `https://host` or `https://host/path`.';
  if (!URL.canParse(text)) return { problem: 'it is not a URL', advice };
  const { protocol, username, password, search, hash, origin, pathname } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') {
    return { problem: 'it is neither https nor http', advice };
  }
  if (username !== '' || password !== '') {
    const where = 'Remove them: credentials have their own settings.';
    return { problem: 'it contains a user name or a password', advice: where };
  }
  if (search !== '' || hash !== '')
    return { problem: 'it contains more than host and path', advice };
  return { value: origin + pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '') };
}

/** The same for an Argo CD; refuses URLs of its pages and API calls. */
export function parseArgoCDUrl(text: string): Setting<string> {
  const page = URL.canParse(text) ? readArgoCDPage(new URL(text).pathname) : undefined;
  if (page === undefined) return parseWebUrl(text);
  const server = new URL(text).origin + page.root;
  return { problem: 'it is the URL of a page of Argo CD', advice: `Write \`${server}\`.` };
}

/** The same for the URL of the handler itself, to which tokens are sent. */
export function parsePublicUrl(text: string): Setting<string> {
  const url = parseWebUrl(text);
  if ('problem' in url || url.value.startsWith('https:') || isLocalUrl(url.value)) return url;
  return {
    problem: 'it uses http, so tokens would be sent to it in plain text',
    advice: 'Use https, and terminate TLS at the ingress or a proxy in front of the handler.',
  };
}

/** Whether requests to the URL stay on this machine. */
export function isLocalUrl(url: string): boolean {
  return isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''));
}

/** Whether requests to the URL can be read in transit. */
export function isPlainText(url: string): boolean {
  return url.startsWith('http:') && !isLocalUrl(url);
}
