import type { ApplicationName } from '../../sync/model/application.ts';
import type { Address } from '../port.ts';

/** The address in the query of a GET or DELETE. */
export function inQuery({ project, namespace }: Address) {
  return { project, appNamespace: namespace };
}

/** The address in the body of a POST, which reads nothing from the query (argo-cd.md §1.1). */
export function inBody({ project, namespace }: Address) {
  return {
    ...(project === '' ? {} : { project }),
    ...(namespace === undefined ? {} : { appNamespace: namespace }),
  };
}

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A query string without empty parameters. */
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

/** The path of an application, or of one of its subresources. */
export function pathOf({ name }: ApplicationName, rest: string, values: Query = {}): string {
  return `/api/v1/applications/${encodeURIComponent(name)}${rest}${query(values)}`;
}

/** The application's page in Argo CD's user interface at this address. */
export function pageAt(url: string, { name, namespace }: ApplicationName): string {
  const parts = namespace === undefined ? [name] : [namespace, name];
  return `${url}/applications/${parts.map(encodeURIComponent).join('/')}`;
}
