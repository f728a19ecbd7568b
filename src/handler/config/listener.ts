import { isIPv4, isIPv6 } from 'node:net';
import type { Config, Listener } from './config.ts';
import type { Setting } from '../../settings/setting.ts';

/** `host:port`, with brackets around an IPv6 address. */
export function parseListener(text: string): Setting<Listener> {
  const [, v6, name, digits] = /^(?:\[([^\]]*)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? name ?? '';
  const isHost = v6 === undefined ? /^[\w.-]+$/.test(host) : isIPv6(v6);
  if (isHost && Number(digits) <= 65_535) return { value: { host, port: Number(digits) } };
  return {
    problem: 'it is not `host:port`',
    advice:
      'Specify the address to listen on, such as `127.0.0.1:8080`, `0.0.0.0:8080` or `[::]:8080`.',
  };
}

/** `host:port`, as it was written. */
export function printListener({ host, port }: Listener): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The default of `publicUrl`. */
export function localUrl(listen: Config['listen']): string {
  return `http://localhost:${listen.public.port}`;
}

/** Whether this host is reachable only from the same machine; without brackets. */
export function isLoopback(host: string): boolean {
  const isV4 = isIPv4(host) && host.startsWith('127.');
  return isV4 || host === '::1' || host.toLowerCase() === 'localhost';
}
