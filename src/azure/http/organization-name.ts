import { aliasesOf } from './collection.ts';
import type { ConfiguredOrganization } from './collection.ts';
import { foldProjectName } from '../../text/project-name.ts';
import { percentDecode } from '../../text/percent-encoding.ts';

/** How follow-ups and grants call an organization: by its name, or by that of the collection. */
export function organizationName(url: string): string {
  const [first = url] = aliasesOf(url);
  return percentDecode(first.split('/').at(-1) ?? '');
}

/** The organizations of a name: more than one where two servers have a collection of the same. */
export function organizationsNamed<T extends Pick<ConfiguredOrganization, 'url'>>(
  organizations: readonly T[],
  name: string,
): readonly T[] {
  const wanted = foldProjectName(name);
  return organizations.filter(({ url }) => foldProjectName(organizationName(url)) === wanted);
}

/** The name of the organization that is meant where none is named: of the only one. */
export function defaultOrganization(
  organizations: readonly Pick<ConfiguredOrganization, 'url'>[],
): string | undefined {
  const [only] = organizations;
  return organizations.length === 1 && only ? organizationName(only.url) : undefined;
}
