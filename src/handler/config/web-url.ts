import { readArgoCDPage } from '../../inputs/argocd-page.ts';
import { isLoopback } from './listener.ts';
import type { Setting } from '../../settings/setting.ts';

/** An http or https URL of host and path alone, without a slash at the end. */
export function parseWebUrl(text: string): Setting<string> {
  const advice = 'Write it as `https://host` or `https://host/path`.';
  if (!URL.canParse(text)) return { problem: 'it is not a URL', advice };
  const { protocol, username, password, search, hash, origin, pathname } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') {
    return { problem: 'it is neither https nor http', advice };
  }
  if (username !== '' || password !== '') {
    const where = 'Take them out: what they are for has its own setting.';
    return { problem: 'it contains a user name or a password', advice: where };
  }
  if (search !== '' || hash !== '')
    return { problem: 'it contains more than host and path', advice };
  return { value: origin + pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '') };
}

/** The same for an Argo CD: not the address of one of its pages, and not of a call. */
export function parseArgoCDUrl(text: string): Setting<string> {
  const page = URL.canParse(text) ? readArgoCDPage(new URL(text).pathname) : undefined;
  if (page === undefined) return parseWebUrl(text);
  const server = new URL(text).origin + page.root;
  return { problem: 'it is the URL of a page of Argo CD', advice: `Write \`${server}\`.` };
}

/** The same for the address at which the handler itself is reached: tokens travel to it. */
export function parsePublicUrl(text: string): Setting<string> {
  const url = parseWebUrl(text);
  if ('problem' in url || url.value.startsWith('https:') || isLocalUrl(url.value)) return url;
  return {
    problem: 'it uses http, so tokens would be sent to it in plain text',
    advice: 'Use https, and terminate TLS at the ingress or a proxy in front of the handler.',
  };
}

/** Whether what is sent there stays on this machine. */
export function isLocalUrl(url: string): boolean {
  return isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''));
}

/** Whether what is sent there can be read on the way. */
export function isPlainText(url: string): boolean {
  return url.startsWith('http:') && !isLocalUrl(url);
}
