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
/** A longer key adds nothing to HMAC-SHA256 (RFC 2104 §3). */
const shortestKey = 32;

const line = (description: string) => textSetting(parseLine, { description });

const kinds = {
  tokenReview: z.optional(
    described(
      z.strictObject({
        kubeconfig: z.optional(
          line('Path of a kubeconfig file; default: the cluster that the handler runs in.'),
        ),
        context: z.optional(line('Context in the kubeconfig; default: the current one.')),
      }),
      'The API server of a cluster verifies service account tokens.',
    ),
  ),
  oidc: z.optional(
    described(
      z.strictObject({
        issuer: textSetting(parseIssuer, {
          description: 'Issuer of the service account tokens (`--service-account-issuer`).',
          pattern: '^https://',
        }),
        keys: z.optional(
          textSetting(parseKeys, {
            description:
              'Its keys (`kubectl get --raw /openid/v1/jwks`), by reference; default: the published ones.',
          }),
        ),
      }),
      'Service account tokens are verified with the public keys of their cluster.',
    ),
  ),
  hmac: z.optional(
    described(
      z
        .array(
          textSetting((given) => parseSecret(given, shortestKey), {
            description: 'A key with which hooks sign, by reference.',
            examples: ['${file:/run/secrets/handler/hook-key}'],
          }),
        )
        .check(z.minLength(1), z.maxLength(2)),
      'Shared keys that verify signatures (HMAC-SHA256): two during a rotation.',
    ),
  ),
};

const caller = z.pipe(
  z
    .strictObject({ name: nameSetting('How grants, logs and metrics call this caller.'), ...kinds })
    .check(({ value, issues }) => {
      const { tokenReview, oidc, hmac } = value;
      const count = [tokenReview, oidc, hmac].filter((each) => each !== undefined).length;
      // A misspelled one is reported as such.
      if (count === 1 || issues.length > 0) return;
      const message =
        count === 0
          ? 'it has no authentication method'
          : 'it has more than one authentication method';
      const params = {
        advice: `Write one of: ${Object.keys(kinds).join(', ')}. Add another caller for another method.`,
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
  caller: nameSetting('Name of the caller whose hooks it applies to.'),
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
    'Applications whose hooks may call.',
  ),
  queue: described(
    z._default(z.array(pipelinePatternsSchema).check(z.maxLength(mostPatterns)), []),
    'Pipelines that may be queued. Without any, hooks may only report and wait.',
  ),
});

/** The setting `hooks` of the handler's configuration. */
export const hooksSchema = described(
  z.prefault(
    z.strictObject({
      audience: z.prefault(
        textSetting(parseAudience, {
          description:
            'Audience of the service account tokens; must not be that of another service.',
        }),
        defaultAudience,
      ),
      callers: described(
        z._default(z.array(caller).check(z.maxLength(mostCallers)), []),
        'How hooks authenticate: one entry for each cluster or key.',
      ),
      grants: described(
        z._default(z.array(grant).check(z.maxLength(mostGrants)), []),
        'Which hooks may call for which applications, and what they may queue.',
      ),
    }),
    {},
  ),
  'Hooks of Argo CD that call the handler (docs/hooks.md).',
);

function parseLine(text: string): Setting<string> {
  if (/^[^\p{C}]{1,1000}$/u.test(text) && text.trim() !== '') return { value: text };
  return { problem: 'it is not a single line of text', advice: 'Use a path or a name.' };
}

function parseAudience(text: string): Setting<string> {
  if (/^[\x21-\x7e]{1,200}$/.test(text)) return { value: text };
  const problem = 'it is not an audience';
  return { problem, advice: 'Use a name or URL without spaces, such as `argocd-handler`.' };
}

function parseIssuer(text: string): Setting<string> {
  const url = parseWebUrl(text);
  if ('problem' in url) return url;
  // As it is in the tokens, where a trailing slash matters.
  if (url.value.startsWith('https:')) return { value: text };
  return { problem: 'it is not https', advice: 'Use the issuer exactly as in the tokens.' };
}

function parseKeys(text: string): Setting<string> {
  const advice = 'Use the output of `kubectl get --raw /openid/v1/jwks`.';
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && 'keys' in json && Array.isArray(json.keys)) {
      if (json.keys.length > 0) return { value: text };
      return { problem: 'it contains no key', advice };
    }
  } catch {
    // Reported below.
  }
  return { problem: 'it is not a key set (JWKS)', advice };
}

function parseNamespacePattern(text: string): Setting<string> {
  if (/^[a-z0-9*?](?:[-a-z0-9*?]{0,61}[a-z0-9*?])?$/.test(text)) return { value: text };
  const problem = 'it is not a valid name of a namespace';
  return { problem, advice: 'Use its name, with `*` and `?` if needed.' };
}

function parseAccountPattern(text: string): Setting<string> {
  if (/^[a-z0-9*?](?:[-.a-z0-9*?]{0,251}[a-z0-9*?])?$/.test(text)) return { value: text };
  const problem = 'it is not a valid name of a service account';
  return { problem, advice: 'Use its name, with `*` and `?` if needed.' };
}
