import { readFileSync } from 'node:fs';
import { fillMustache } from './template.ts';

/** A service connection of the project. */
export interface Connection {
  readonly url: string;
  /** `Token`, `UsernamePassword` or `None`. */
  readonly scheme: string;
  /** Such as `apitoken`, or `username` and `password`. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, string>>;
}

interface AuthenticationScheme {
  readonly type: string;
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
}

interface Contribution {
  readonly type: string;
  readonly properties: {
    readonly name?: string;
    readonly authenticationSchemes?: readonly AuthenticationScheme[];
  };
}

/** The part of `vss-extension.json` that defines how requests are authenticated. */
export interface ExtensionManifest {
  readonly contributions: readonly Contribution[];
}

const contributed: Readonly<Record<string, string>> = {
  Token: 'ms.vss-endpoint.endpoint-auth-scheme-token',
  UsernamePassword: 'ms.vss-endpoint.endpoint-auth-scheme-basic',
  None: 'ms.vss-endpoint.endpoint-auth-scheme-none',
};

/** Reads `vss-extension.json`. Throws if there is none. */
export function readExtension(file: string): ExtensionManifest {
  return JSON.parse(readFileSync(file, 'utf8')) as ExtensionManifest;
}

/** The value of `endpoint.<name>`; undefined if the connection has none. */
export function endpointValue(connection: Connection, name: string): string | undefined {
  if (name.toLowerCase() === 'url') return connection.url;
  const fields = { ...connection.data, ...connection.parameters };
  const key = Object.keys(fields).find((one) => one.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : fields[key];
}

/**
 * The headers that Azure DevOps adds for a connection: those that the type's scheme declares, otherwise the
 * scheme's own (azure-devops.md §4.4). Throws if the type does not have the scheme.
 * @param type - The type's name, as in `connectedService:<type>`.
 */
export function authenticationHeaders(
  connection: Connection,
  type: string,
  extension: ExtensionManifest | undefined,
): Readonly<Record<string, string>> {
  const properties = extension?.contributions.find(
    (one) =>
      one.type === 'ms.vss-endpoint.service-endpoint-type' &&
      one.properties.name?.toLowerCase() === type.toLowerCase(),
  )?.properties;
  if (!properties) {
    if (type.toLowerCase() === 'generic') return schemeHeaders(connection);
    throw new Error(`The extension contributes no service connection type ${type}.`);
  }
  const scheme = properties.authenticationSchemes?.find(
    (one) => one.type === contributed[connection.scheme],
  );
  if (!scheme) throw new Error(`Connections of type ${type} have no scheme ${connection.scheme}.`);
  if (!scheme.headers) return schemeHeaders(connection);
  return Object.fromEntries(
    scheme.headers.map(({ name, value }) => [
      name,
      // A token is not HTML: its characters must arrive unchanged.
      fillMustache(value.replace(/\{\{\{?([^{}]+)\}?\}\}/g, '{{{$1}}}'), (path) =>
        endpointValue(connection, path.replace(/^endpoint\./i, '')),
      ),
    ]),
  );
}

function schemeHeaders({ scheme, parameters = {} }: Connection): Record<string, string> {
  switch (scheme) {
    case 'Token':
      return { Authorization: parameters.apitoken ?? '' };
    case 'UsernamePassword': {
      const pair = `${parameters.username ?? ''}:${parameters.password ?? ''}`;
      return { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
    }
    default:
      return {};
  }
}
