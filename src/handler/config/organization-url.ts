import { aliasesOf } from '../../azure/http/collection.ts';
import type { Setting } from '../../settings/setting.ts';
import { parseWebUrl } from './web-url.ts';

const advice =
  'Use `https://dev.azure.com/<organization>`, or the collection of an on-premises server, such as `https://tfs.example.com/tfs/DefaultCollection`.';

/** The URL of an organization or on-premises collection, without a trailing slash. */
export function parseOrganizationUrl(text: string): Setting<string> {
  const url = parseWebUrl(text);
  if ('problem' in url) return { problem: url.problem, advice };
  if (aliasesOf(url.value).length > 0) return url;
  return { problem: 'it is not the URL of an organization or a collection', advice };
}

/** Equal for URLs of the same organization. */
export function organizationKey(url: string): string {
  return (aliasesOf(url)[0] ?? url).toLowerCase();
}
