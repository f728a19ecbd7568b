import { aliasesOf } from '../../azure/http/collection.ts';
import type { Setting } from '../../settings/setting.ts';
import { parseWebUrl } from './web-url.ts';

const advice =
  'Write `https://dev.azure.com/<organization>`, or the collection of a server on premises, such as `https://tfs.example.com/tfs/DefaultCollection`.';

/** The address of an organization, or of a collection on premises, without a slash at the end. */
export function parseOrganizationUrl(text: string): Setting<string> {
  const url = parseWebUrl(text);
  if ('problem' in url) return { problem: url.problem, advice };
  if (aliasesOf(url.value).length > 0) return url;
  return { problem: 'it is not the address of an organization or a collection', advice };
}

/** Equal for addresses of the same organization. */
export function organizationKey(url: string): string {
  return (aliasesOf(url)[0] ?? url).toLowerCase();
}
