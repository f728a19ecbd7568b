type Environment = Readonly<Record<string, string | undefined>>;

/** The options that say where the hook sends its call, as given. */
export interface WayOptions {
  readonly handler?: string | undefined;
  readonly 'token-file'?: string | undefined;
  readonly caller?: string | undefined;
  readonly 'key-file'?: string | undefined;
  readonly direct?: boolean | undefined;
  readonly 'web-hook'?: string | undefined;
  readonly organization?: string | undefined;
  readonly 'pat-file'?: string | undefined;
  readonly 'pat-env'?: string | undefined;
  readonly 'secret-file'?: string | undefined;
  readonly header?: string | undefined;
}

/** Where the hook sends its call. With a `keyFile` it signs the call; otherwise it sends the token. */
export type Way =
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
      readonly pat: { readonly file: string } | { readonly variable: string };
    }
  | {
      readonly kind: 'webHook';
      readonly organization: string;
      readonly name: string;
      readonly secretFile: string | undefined;
      readonly header: string;
    };

const defaultTokenFile = '/var/run/secrets/argocd-handler/token';

/** Reads where the hook sends its call. Adds what is wrong to `faults`. */
export function readWay(values: WayOptions, env: Environment, faults: string[]): Way {
  const { organization = '', direct = false, 'web-hook': webHook } = values;
  if (direct || webHook !== undefined) {
    if (direct && webHook !== undefined)
      faults.push('--direct and --web-hook: use only one of them.');
    if (values.handler !== undefined) {
      faults.push('--handler: not used with --direct or --web-hook.');
    }
    const address = readOrganization(organization, faults);
    if (webHook === undefined) return readDirect(values, address, faults);
    if (!/^[\w.-]{1,256}$/.test(webHook)) {
      faults.push('--web-hook: use the WebHook name of the service connection.');
    }
    const { header = 'X-Hub-Signature', 'secret-file': secretFile } = values;
    if (!/^[A-Za-z][\w-]{0,100}$/.test(header))
      faults.push(`--header ${header}: not a valid header name.`);
    return { kind: 'webHook', organization: address, name: webHook, secretFile, header };
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

function readDirect(values: WayOptions, organization: string, faults: string[]): Way {
  const { 'pat-file': file, 'pat-env': variable } = values;
  if ((file === undefined) === (variable === undefined)) {
    faults.push('--direct: add either --pat-file FILE or --pat-env NAME.');
  }
  const pat = file === undefined ? { variable: variable ?? '' } : { file };
  return { kind: 'direct', organization, pat };
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
