import * as z from 'zod/mini';
import { pipelinePatternsSchema } from '../../follow-ups/grants.ts';
import { parseApplication, parseAppProject } from '../../settings/names.ts';
import { mostPatterns, nameSetting, patternSettings } from '../../settings/name-settings.ts';
import type { Setting } from '../../settings/setting.ts';
import { described, textSetting } from '../../settings/text-setting.ts';
import { defaultAudience, type HookCaller } from './hooks-config.ts';
import { parseSecret } from './secret-setting.ts';
import { parseWebUrl } from './web-url.ts';

const mostCallers = 100;
const mostGrants = 1_000;
/** A key that HMAC-SHA256 gains nothing by exceeding (RFC 2104 §3). */
const shortestKey = 32;

const line = (description: string) => textSetting(parseLine, { description });

const kinds = {
  tokenReview: z.optional(
    described(
      z.strictObject({
        kubeconfig: z.optional(
          line('Path of a kubeconfig file; otherwise the cluster that the handler runs in.'),
        ),
        context: z.optional(line('Its context; otherwise the current one.')),
      }),
      'Has the API server of a cluster check the token of a service account.',
    ),
  ),
  oidc: z.optional(
    described(
      z.strictObject({
        issuer: textSetting(parseIssuer, {
          description: 'Issuer of the tokens of service accounts (`--service-account-issuer`).',
          pattern: '^https://',
        }),
        keys: z.optional(
          textSetting(parseKeys, {
            description:
              'Its keys (`kubectl get --raw /openid/v1/jwks`), by reference; otherwise those that it publishes.',
          }),
        ),
      }),
      'Checks the token of a service account by the keys of its cluster.',
    ),
  ),
  hmac: z.optional(
    described(
      z
        .array(
          textSetting((given) => parseSecret(given, shortestKey), {
            description: 'A key that hooks sign with, by reference.',
            examples: ['${file:/run/secrets/handler/hook-key}'],
          }),
        )
        .check(z.minLength(1), z.maxLength(2)),
      'Checks a signature (HMAC-SHA256) by a shared key: two while it is replaced.',
    ),
  ),
};

const caller = z.pipe(
  z
    .strictObject({ name: nameSetting('How grants, logs and metrics call it.'), ...kinds })
    .check(({ value, issues }) => {
      const { tokenReview, oidc, hmac } = value;
      const count = [tokenReview, oidc, hmac].filter((each) => each !== undefined).length;
      // A misspelt one is told as such.
      if (count === 1 || issues.length > 0) return;
      const message = count === 0 ? 'it has no way to prove itself' : 'it has more than one way';
      const params = {
        advice: `Write one of: ${Object.keys(kinds).join(', ')}. Another way is a caller of its own.`,
      };
      issues.push({ code: 'custom', message, params, input: value });
    }),
  z.transform(({ name: called, tokenReview, oidc, hmac }): HookCaller => {
    if (oidc) return { kind: 'oidc', name: called, issuer: oidc.issuer, keys: oidc.keys };
    if (hmac) return { kind: 'hmac', name: called, secrets: hmac };
    const { kubeconfig, context } = tokenReview ?? {};
    return { kind: 'tokenReview', name: called, kubeconfig, context };
  }),
);

const grant = z.strictObject({
  caller: nameSetting('Name of the caller whose hooks it is for.'),
  namespaces: z._default(
    patternSettings(
      parseNamespacePattern,
      'Name with `*` and `?`.',
      'Namespaces that the hooks run in.',
    ),
    [],
  ),
  serviceAccounts: z._default(
    patternSettings(
      parseAccountPattern,
      'Name with `*` and `?`.',
      'Service accounts of the hooks.',
    ),
    [],
  ),
  argocd: nameSetting('Name of the Argo CD instance.'),
  appProjects: patternSettings(
    parseAppProject,
    'Name with `*` and `?`.',
    'AppProjects that the applications may be in.',
  ),
  applications: patternSettings(
    parseApplication,
    '`name` or `namespace/name`, with `*` and `?`, which do not match `/`.',
    'Applications whose hooks they are.',
  ),
  queue: described(
    z._default(z.array(pipelinePatternsSchema).check(z.maxLength(mostPatterns)), []),
    'Pipelines that may be queued. Without any, hooks may only tell the handler, and wait.',
  ),
});

/** The setting `hooks` of the handler's configuration. */
export const hooksSchema = described(
  z.prefault(
    z.strictObject({
      audience: z.prefault(
        textSetting(parseAudience, {
          description: 'The audience of the tokens of service accounts: of no other service.',
        }),
        defaultAudience,
      ),
      callers: described(
        z._default(z.array(caller).check(z.maxLength(mostCallers)), []),
        'How hooks prove who they are: one entry for each cluster or key.',
      ),
      grants: described(
        z._default(z.array(grant).check(z.maxLength(mostGrants)), []),
        'Which hooks may speak of which applications, and what they may queue.',
      ),
    }),
    {},
  ),
  'Hooks of Argo CD that call the handler (docs/hooks.md).',
);

function parseLine(text: string): Setting<string> {
  if (/^[^\p{C}]{1,1000}$/u.test(text) && text.trim() !== '') return { value: text };
  return { problem: 'it is not one line of text', advice: 'Write a path, or a name.' };
}

function parseAudience(text: string): Setting<string> {
  if (/^[\x21-\x7e]{1,200}$/.test(text)) return { value: text };
  const problem = 'it is not an audience';
  return { problem, advice: 'Write a name or URL without spaces, such as `argocd-handler`.' };
}

function parseIssuer(text: string): Setting<string> {
  const url = parseWebUrl(text);
  if ('problem' in url) return url;
  // As it stands in the tokens, where a slash at the end counts.
  if (url.value.startsWith('https:')) return { value: text };
  return { problem: 'it is not https', advice: 'Write the issuer as the tokens name it.' };
}

function parseKeys(text: string): Setting<string> {
  const advice = 'Write what `kubectl get --raw /openid/v1/jwks` prints.';
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && 'keys' in json && Array.isArray(json.keys)) {
      if (json.keys.length > 0) return { value: text };
      return { problem: 'it holds no key', advice };
    }
  } catch {
    // Told below.
  }
  return { problem: 'it is not a set of keys (JWKS)', advice };
}

function parseNamespacePattern(text: string): Setting<string> {
  if (/^[a-z0-9*?](?:[-a-z0-9*?]{0,61}[a-z0-9*?])?$/.test(text)) return { value: text };
  const problem = 'no namespace has such a name';
  return { problem, advice: 'Write its name, with `*` and `?`.' };
}

function parseAccountPattern(text: string): Setting<string> {
  if (/^[a-z0-9*?](?:[-.a-z0-9*?]{0,251}[a-z0-9*?])?$/.test(text)) return { value: text };
  const problem = 'no service account has such a name';
  return { problem, advice: 'Write its name, with `*` and `?`.' };
}
