import type { WorkloadIdentity } from '../azure/identity/azure-identity.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The options that say where the hook sends its call, as given. */
export interface DestinationOptions {
  readonly handler?: string | undefined;
  readonly 'token-file'?: string | undefined;
  readonly caller?: string | undefined;
  readonly 'key-file'?: string | undefined;
  readonly direct?: boolean | undefined;
  readonly 'web-hook'?: string | undefined;
  readonly organization?: string | undefined;
  readonly 'pat-file'?: string | undefined;
  readonly 'pat-env'?: string | undefined;
  readonly 'workload-identity'?: boolean | undefined;
  readonly tenant?: string | undefined;
  readonly 'client-id'?: string | undefined;
  readonly 'azure-token-file'?: string | undefined;
  readonly authority?: string | undefined;
  readonly 'secret-file'?: string | undefined;
  readonly header?: string | undefined;
}

/** How the hook authenticates to Azure DevOps without a handler. */
export type DirectCredential =
  | { readonly kind: 'patFile'; readonly file: string }
  | { readonly kind: 'patVariable'; readonly variable: string }
  | WorkloadIdentity;

/** Where the hook sends its call. With a `keyFile` it signs the call; otherwise it sends the token. */
export type Destination =
  | {
      readonly kind: 'handler';
      readonly url: string;
      readonly caller: string | undefined;
      readonly tokenFile: string;
      readonly keyFile: string | undefined;
    }
  | {
      readonly kind: 'direct';
      readonly organization: string;
      readonly credential: DirectCredential;
    }
  | {
      readonly kind: 'webhook';
      readonly organization: string;
      readonly name: string;
      readonly secretFile: string | undefined;
      readonly header: string;
    };

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const defaultAuthority = 'https://login.microsoftonline.com';
const defaultAzureTokenFile = '/var/run/secrets/azure/tokens/azure-identity-token';
const defaultTokenFile = '/var/run/secrets/argocd-handler/token';

/** Reads where the hook sends its call. Adds what is wrong to `faults`. */
export function readDestination(
  values: DestinationOptions,
  env: Environment,
  faults: string[],
): Destination {
  const { organization = '', direct = false, 'web-hook': webhook } = values;
  if (direct || webhook !== undefined) {
    if (direct && webhook !== undefined)
      faults.push('--direct and --web-hook: use only one of them.');
    if (values.handler !== undefined) {
      faults.push('--handler: not used with --direct or --web-hook.');
    }
    const address = readOrganization(organization, faults);
    if (webhook === undefined) return readDirect(values, env, address, faults);
    if (!/^[\w.-]{1,256}$/.test(webhook)) {
      faults.push('--web-hook: use the WebHook name of the service connection.');
    }
    const { header = 'X-Hub-Signature', 'secret-file': secretFile } = values;
    if (!/^[A-Za-z][\w-]{0,100}$/.test(header))
      faults.push(`--header ${header}: not a valid header name.`);
    return { kind: 'webhook', organization: address, name: webhook, secretFile, header };
  }
  const url = (values.handler ?? env['HOOK_HANDLER'] ?? '').replace(/\/+$/, '');
  const { caller, 'key-file': keyFile, 'token-file': tokenFile = defaultTokenFile } = values;
  if (url === '') {
    faults.push('The handler is missing: add --handler URL or set HOOK_HANDLER.');
  } else if (!isAddress(url)) {
    faults.push(
      '--handler: use a URL such as https://argocd-handler.example.com. Plain http is allowed only for addresses inside the cluster: elsewhere the token could be read in transit.',
    );
  }
  if (keyFile !== undefined && caller === undefined) {
    faults.push('--key-file: add --caller NAME, a name in `hooks.callers` of the handler.');
  }
  return { kind: 'handler', url, caller, tokenFile, keyFile };
}

function readDirect(
  values: DestinationOptions,
  env: Environment,
  organization: string,
  faults: string[],
): Destination {
  const { 'pat-file': file, 'pat-env': variable, 'workload-identity': isWorkload = false } = values;
  const given = [file, variable, isWorkload || undefined].filter((each) => each !== undefined);
  if (given.length !== 1) {
    faults.push('--direct: add one of --workload-identity, --pat-file FILE and --pat-env NAME.');
  }
  const credential: DirectCredential = isWorkload
    ? readWorkload(values, env, faults)
    : file !== undefined
      ? { kind: 'patFile', file }
      : { kind: 'patVariable', variable: variable ?? '' };
  return { kind: 'direct', organization, credential };
}

/** Options that are absent default to the variables that Azure Workload Identity sets in a pod. */
function readWorkload(
  values: DestinationOptions,
  env: Environment,
  faults: string[],
): WorkloadIdentity {
  const tenant = values.tenant ?? env['AZURE_TENANT_ID'] ?? '';
  const clientId = values['client-id'] ?? env['AZURE_CLIENT_ID'] ?? '';
  const tokenFile =
    values['azure-token-file'] ?? env['AZURE_FEDERATED_TOKEN_FILE'] ?? defaultAzureTokenFile;
  const authority = (values.authority ?? env['AZURE_AUTHORITY_HOST'] ?? defaultAuthority).replace(
    /\/+$/,
    '',
  );
  if (!/^[\w.-]{1,253}$/.test(tenant)) {
    faults.push('The Entra tenant is missing: add --tenant ID or set AZURE_TENANT_ID.');
  }
  if (!guid.test(clientId)) {
    faults.push(
      'The identity is missing: add --client-id with its Application (client) ID or set AZURE_CLIENT_ID.',
    );
  }
  if (!URL.canParse(authority) || new URL(authority).protocol !== 'https:') {
    faults.push(`--authority ${authority.slice(0, 100)}: use the form ${defaultAuthority}.`);
  }
  return { kind: 'workloadIdentity', tenant, clientId, tokenFile, authority };
}

function readOrganization(given: string, faults: string[]): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isRight =
    url !== undefined &&
    (url.protocol === 'https:' || isHere(url)) &&
    /^(?:\/[^/]+)+\/?$/.test(url.pathname) &&
    url.search + url.hash + url.username + url.password === '';
  if (!isRight) faults.push('--organization: use the form https://dev.azure.com/fabrikam.');
  return given.replace(/\/+$/, '');
}

/**
 * Plain http is for names that stay inside the cluster, where TLS often ends at the ingress: names
 * without dots, and names of services.
 */
function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.search + url.hash + url.username + url.password !== '') return false;
  if (url.protocol === 'https:') return true;
  const { hostname } = url;
  return (
    url.protocol === 'http:' &&
    (isHere(url) || !hostname.includes('.') || /\.svc(\.cluster\.local)?$/.test(hostname))
  );
}

function isHere({ hostname }: URL): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
}
