import type { ApplicationName } from '../../sync/model/application.ts';
import type { Address } from '../port.ts';

/** The address as a GET or DELETE reads it. */
export function inQuery({ project, namespace }: Address) {
  return { project, appNamespace: namespace };
}

/** The address as a POST reads it: its calls read nothing from the query (argo-cd.md §1.1). */
export function inBody({ project, namespace }: Address) {
  return {
    ...(project === '' ? {} : { project }),
    ...(namespace === undefined ? {} : { appNamespace: namespace }),
  };
}

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A query; what is empty is left out. */
export function query(values: Query): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    for (const one of typeof value === 'string' ? [value] : (value ?? [])) {
      if (one !== '') search.append(key, one);
    }
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

/** The path of an application, or of something below it. */
export function pathOf({ name }: ApplicationName, rest: string, values: Query = {}): string {
  return `/api/v1/applications/${encodeURIComponent(name)}${rest}${query(values)}`;
}

/** The application's page in Argo CD's user interface at this address. */
export function pageAt(url: string, { name, namespace }: ApplicationName): string {
  const parts = namespace === undefined ? [name] : [namespace, name];
  return `${url}/applications/${parts.map(encodeURIComponent).join('/')}`;
}
