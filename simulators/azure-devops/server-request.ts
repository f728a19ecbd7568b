import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Connection, ExtensionManifest } from './connection.ts';
import { authenticationHeaders, endpointValue } from './connection.ts';
import type { InputValues, RequestSection, ServerTask } from './server-task.ts';
import type { TemplateOrder } from './template.ts';
import { expandMacros, fillTemplate } from './template.ts';

/** A request as Azure DevOps sends it for a server task. */
export interface ServerRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly waits: boolean;
  /** Empty if only the status decides. */
  readonly expression: string;
}

export interface RequestContext {
  readonly task: ServerTask;
  /** By declared name; the value of a connection's input is the connection's id. */
  readonly inputs: InputValues;
  /** By id. */
  readonly connections: ReadonlyMap<string, Connection>;
  /** By lower-case name. */
  readonly variables: ReadonlyMap<string, string>;
  readonly extension: ExtensionManifest | undefined;
  readonly order: TemplateOrder;
}

const methods = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'PATCH'];
/** A token that the job does not get stays unexpanded (azure-devops.md §12.14). */
const withheld = /\$\(system\.accesstoken\)/gi;

/**
 * Fills in a request of `task.json`: first the macros in input values, then the section's own placeholders in
 * the given order. Throws with everything that Azure DevOps could not send, or would send incomplete.
 */
export function buildRequest(section: RequestSection, context: RequestContext): ServerRequest {
  const macro = (name: string) => context.variables.get(name.toLowerCase());
  const inputs = expandedInputs(context);
  const input = (name: string) => {
    const found = Object.keys(inputs).find((one) => one.toLowerCase() === name.toLowerCase());
    return found === undefined ? undefined : inputs[found];
  };
  const endpointId = endpointIdOf(section.EndpointId ?? '', input);
  const connection = context.connections.get(endpointId);
  if (endpointId !== '' && !connection) throw new Error(`No service connection ${endpointId}.`);
  const endpoint = (name: string) =>
    connection && /^endpoint\./i.test(name)
      ? endpointValue(connection, name.slice('endpoint.'.length))
      : undefined;
  const scope = {
    macro: (name: string) => input(name) ?? endpoint(name) ?? macro(name),
    mustache: (name: string) => input(name) ?? endpoint(name),
  };
  const fill = (text: string | boolean = '') => fillTemplate(String(text), scope, context.order);
  const request = {
    method: fill(section.Method ?? 'GET').toUpperCase(),
    url: fill(section.EndpointUrl),
    headers: {
      ...headersOf(fill(section.Headers)),
      ...(connection && credentials(connection, endpointId, context)),
    },
    body: fill(section.Body),
    waits: fill(section.WaitForCompletion).toLowerCase() === 'true',
    expression: fill(section.Expression),
  };
  const faults = requestFaults(request);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return request;
}

/** The input values, with the macros in them expanded once. */
export function expandedInputs({ inputs, variables }: RequestContext): InputValues {
  const macro = (name: string) => variables.get(name.toLowerCase());
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, expandMacros(value, macro)]),
  );
}

/** `$(input)`, or `TaskInputs[TaskInputs['selector']]` as in the built-in check. */
function endpointIdOf(text: string, input: (name: string) => string | undefined): string {
  const indirect = /^TaskInputs\[TaskInputs\['(\w+)'\]\]$/i.exec(text);
  if (indirect) return input(input(indirect[1] ?? '') ?? '') ?? '';
  return expandMacros(text, input);
}

function credentials(connection: Connection, id: string, context: RequestContext) {
  const { task, inputs, extension } = context;
  const declared = task.inputs.find(
    ({ name, type }) => type.startsWith('connectedService:') && inputs[name] === id,
  );
  const type = declared?.type.slice('connectedService:'.length) ?? '';
  return authenticationHeaders(connection, type, extension);
}

function headersOf(text: string): Record<string, string> {
  if (text.trim() === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error(`The headers are not JSON: ${text}`);
  }
  const wrong =
    typeof parsed !== 'object' ||
    parsed === null ||
    Array.isArray(parsed) ||
    Object.values(parsed).some((value) => typeof value !== 'string');
  if (wrong) throw new Error(`The headers are no JSON object of texts: ${text}`);
  return parsed as Record<string, string>;
}

function requestFaults({ method, url, headers, body }: ServerRequest): string[] {
  const faults: string[] = [];
  if (!methods.includes(method)) faults.push(`${method} is no method.`);
  if (!URL.canParse(url) || !/^https?:/i.test(url)) faults.push(`${url} is no URL.`);
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      faults.push(`The header ${name} cannot be sent.`);
    }
    // .NET's string content accepts only the media type (azure-devops.md §12.5).
    if (name.toLowerCase() === 'content-type' && value.includes(';')) {
      faults.push(`The content type ${value} has parameters, which may be refused.`);
    }
  }
  for (const text of [url, body, ...Object.values(headers)]) {
    const left = /\$\(system\.[^)]*\)/i.exec(text.replace(withheld, ''));
    if (left) faults.push(`${left[0]} is left in the request: there is no such variable.`);
  }
  return faults;
}
