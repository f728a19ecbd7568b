import type { Setting } from '../../settings/setting.ts';
import { parseWebUrl } from './web-url.ts';

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const domain =
  /^(?=.{4,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i;

/** An Entra tenant, by its id or one of its domains. Not `common`: the handler's identity belongs to one tenant. */
export function parseTenant(text: string): Setting<string> {
  if (guid.test(text) || domain.test(text)) return { value: text };
  const advice = "Use the Directory (tenant) ID from the identity's page in Azure.";
  return { problem: 'it is not a tenant ID', advice };
}

/** The client id of an application or managed identity. */
export function parseClientId(text: string): Setting<string> {
  if (guid.test(text)) return { value: text };
  const advice = 'Use the Application (client) ID, not the name or the object ID.';
  return { problem: 'it is not a client ID', advice };
}

/** The URL at which Entra issues tokens. Secrets are sent there. */
export function parseAuthority(text: string): Setting<string> {
  const url = parseWebUrl(text);
  if ('problem' in url || url.value.startsWith('https:')) return url;
  return {
    problem: 'it uses http, so secrets would be sent to it in plain text',
    advice: 'Use https.',
  };
}
