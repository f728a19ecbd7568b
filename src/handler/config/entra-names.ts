import type { Setting } from '../../settings/setting.ts';
import { parseWebUrl } from './web-url.ts';

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const domain =
  /^(?=.{4,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i;

/** A tenant of Entra, by its id or one of its domains. Not `common`: an identity of our own is of one tenant. */
export function parseTenant(text: string): Setting<string> {
  if (guid.test(text) || domain.test(text)) return { value: text };
  const advice = "Write the Directory (tenant) ID that the identity's page in Azure shows.";
  return { problem: 'it is not the id of a tenant', advice };
}

/** The client id of an application or managed identity. */
export function parseClientId(text: string): Setting<string> {
  if (guid.test(text)) return { value: text };
  const advice = 'Write the Application (client) ID; neither its name nor its object id will do.';
  return { problem: 'it is not the client id of an identity', advice };
}

/** The address at which Entra issues tokens: secrets travel to it. */
export function parseAuthority(text: string): Setting<string> {
  const url = parseWebUrl(text);
  if ('problem' in url || url.value.startsWith('https:')) return url;
  return {
    problem: 'it uses http, so secrets would be sent to it in plain text',
    advice: 'Use https.',
  };
}
