import { aliasesOf } from './collection.ts';
import type { ConfiguredOrganization } from './collection.ts';
import { foldProjectName } from '../../text/project-name.ts';
import { percentDecode } from '../../text/percent-encoding.ts';

/** The name of an organization or collection, as follow-ups and grants use it. */
export function organizationName(url: string): string {
  const [first = url] = aliasesOf(url);
  return percentDecode(first.split('/').at(-1) ?? '');
}

/**
 * The organizations with a name. There may be several, if two servers have collections of the same name.
 */
export function organizationsNamed<T extends Pick<ConfiguredOrganization, 'url'>>(
  organizations: readonly T[],
  name: string,
): readonly T[] {
  const wanted = foldProjectName(name);
  return organizations.filter(({ url }) => foldProjectName(organizationName(url)) === wanted);
}

/** The default organization: the name of the only one. */
export function defaultOrganization(
  organizations: readonly Pick<ConfiguredOrganization, 'url'>[],
): string | undefined {
  const [only] = organizations;
  return organizations.length === 1 && only ? organizationName(only.url) : undefined;
}
