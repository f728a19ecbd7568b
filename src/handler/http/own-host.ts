import { isLoopback } from '../config/listener.ts';

/**
 * Whether a `Host` header names this machine. A foreign page can point its own name to 127.0.0.1 (DNS
 * rebinding); the browser then sends that name.
 */
export function isOwnHost(host: string | undefined): boolean {
  const [, v6, name] = /^(?:\[([^\]]*)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(host ?? '') ?? [];
  return isLoopback(v6 ?? name ?? '');
}
