import * as z from 'zod/mini';
import { grantsSchema } from '../../follow-ups/grants.ts';
import { followUpsSchema } from '../../follow-ups/read-follow-ups.ts';
import { parseCertificates } from './certificates.ts';
import { actions, logLevels } from './config.ts';
import { parseDuration } from './duration.ts';
import { parseEncryptionKey } from './encryption-key.ts';
import { parsePath } from './file-path.ts';
import { identitySchema, personalAccessToken } from './identity-schema.ts';
import { hooksSchema } from './hooks-schema.ts';
import { parseListener } from './listener.ts';
import {
  parseApplication,
  parseAppProject,
  parseAzureProject,
  parseNamespace,
} from '../../settings/names.ts';
import { parseOrganizationUrl } from './organization-url.ts';
import { parseSecret, parseTokenHash } from './secret-setting.ts';
import { nameSetting } from '../../settings/name-settings.ts';
import type { Setting } from '../../settings/setting.ts';
import { described, textSetting } from '../../settings/text-setting.ts';
import { parseArgoCDUrl, parsePublicUrl } from './web-url.ts';

const someOf = <T extends z.core.$ZodType>(item: T, description: string) =>
  described(z.array(item).check(z.minLength(1)), description);

const url = (parse: (given: string) => Setting<string>, description: string) =>
  textSetting(parse, { description, pattern: '^https?://' });

const listener = (otherwise: string, description: string) =>
  z.prefault(textSetting(parseListener, { description, pattern: ':\\d+$' }), otherwise);

const duration = (otherwise: string, from: string, to: string, description: string) =>
  z.prefault(
    textSetting((given) => parseDuration(given, from, to), {
      description,
      pattern: '^\\d+[smhd]$',
    }),
    otherwise,
  );

const count = (otherwise: number, most: number, description: string) =>
  described(z._default(z.int().check(z.gte(1), z.lte(most)), otherwise), description);

/** A group of settings, each with a default, so that the whole group has one. */
const section = <T extends z.core.$ZodLooseShape>(description: string, settings: T) =>
  described(z.prefault(described(z.strictObject(settings), description), {} as never), description);

const flag = (description: string) => described(z._default(z.boolean(), false), description);

const organizationUrl = url(
  parseOrganizationUrl,
  'URL of the organization, or of an on-premises collection.',
);

const organization = z.pipe(
  z.union([
    organizationUrl,
    z.strictObject({
      url: organizationUrl,
      private: flag('Allows private addresses; for on-premises servers only.'),
      pat: z.optional(
        personalAccessToken(
          'Personal access token for this organization, instead of `azureDevOps.identity`.',
        ),
      ),
    }),
  ]),
  z.transform((given) =>
    typeof given === 'string'
      ? { url: given, isPrivate: false, pat: undefined }
      : { url: given.url, isPrivate: given.private, pat: given.pat },
  ),
);

const instance = z.strictObject({
  name: nameSetting('How requests and rules call this Argo CD.'),
  url: url(parseArgoCDUrl, 'URL of its API, including the root path if it has one.'),
  namespace: z.prefault(
    textSetting(parseNamespace, {
      description:
        'Namespace that it runs in. Rules refer to applications there by name alone, and to all others as `namespace/name`.',
    }),
    'argocd',
  ),
  token: textSetting((given) => parseSecret(given), {
    description: 'Token of an account (`argocd account generate-token`), by reference.',
    examples: ['${env:ARGOCD_TOKEN}', '${file:/run/secrets/handler/argocd-token}'],
  }),
  ca: z.optional(
    textSetting(parseCertificates, {
      description:
        "PEM certificates that are trusted in addition to Node's own, preferably by reference.",
    }),
  ),
  skipTlsVerify: flag('Accepts any certificate: anyone in between can read the token.'),
  publicUrl: z.optional(url(parseArgoCDUrl, 'The URL that people open, if it differs from `url`.')),
  announcedRuns: z.optional(
    nameSetting(
      'Client whose rules apply to runs of ArgoCDSyncDirect@1, which the handler finds in this Argo CD. Requires `azureDevOps.identity`. If absent, such runs are ignored.',
    ),
  ),
});

const client = z.strictObject({
  name: nameSetting('How rules, logs and metrics call this client.'),
  tokens: described(
    z
      .array(textSetting(parseTokenHash, { description: 'Hash of a token.', pattern: '^sha256:' }))
      .check(z.maxLength(2)),
    'Hashes of the tokens in its service connections (`handler hash-token`): two during a rotation, none (`[]`) for `announcedRuns`, since no one calls as that client.',
  ),
});

const patterns = (parse: (given: string) => Setting<string>, item: string, description: string) =>
  someOf(textSetting(parse, { description: item }), description);

const rule = z.strictObject({
  client: nameSetting('Name of the client that the rule applies to.'),
  azureProjects: patterns(
    parseAzureProject,
    'Name with `*` and `?`, or id.',
    'Projects of Azure DevOps whose runs may call.',
  ),
  argocd: nameSetting('Name of the Argo CD instance.'),
  appProjects: patterns(
    parseAppProject,
    'Name with `*` and `?`.',
    'AppProjects that the applications may be in.',
  ),
  applications: patterns(
    parseApplication,
    '`name` or `namespace/name`, with `*` and `?`, which do not match `/`.',
    'Applications that it applies to.',
  ),
  actions: someOf(
    z.enum(actions),
    'sync; prune: delete what is gone from Git; force: delete and recreate; terminate: end operations; rollback; gate: only read (gates, checks, action wait); skipHooks: sync without hooks (strategy apply, resources); override: sync options that undo what the owner of the application has set; queue: pipelines that the input followUps names.',
  ),
});

const absent = 'If absent, a key is generated at the first start and stored next to the database.';

/**
 * The configuration file, after its references are replaced. Unknown keys are refused, so that a misspelled
 * one cannot go unnoticed.
 */
export const configSchema = described(
  z.strictObject({
    publicUrl: z.optional(
      url(
        parsePublicUrl,
        'URL at which Azure Pipelines reaches the handler: the URL of the service connection.',
      ),
    ),
    listen: section('Addresses to listen on. A change requires a restart.', {
      public: listener('127.0.0.1:8080', '`host:port` for requests of Azure Pipelines.'),
      admin: listener('127.0.0.1:9090', '`host:port` for probes, metrics and the status page.'),
    }),
    adminToken: z.optional(
      textSetting((given) => parseSecret(given, 16), {
        description: 'For metrics and the status page; required if `listen.admin` is exposed.',
      }),
    ),
    store: section('Where runs are stored. A change requires a restart.', {
      sqlite: z.prefault(
        textSetting(parsePath, {
          description: 'Database file. Relative paths start at the folder of this file.',
        }),
        './data/handler.db',
      ),
    }),
    encryptionKeys: z.optional(
      someOf(
        textSetting(parseEncryptionKey, { description: '32 bytes in base64 or hexadecimal.' }),
        `Keys for job tokens, by reference; the first encrypts, all decrypt. ${absent}`,
      ),
    ),
    retention: duration('30d', '1h', '3650d', 'How long ended runs are kept.'),
    azureDevOps: section('The organizations that may call.', {
      organizations: described(
        z._default(z.array(organization), []),
        'The only places that a job token is ever sent to.',
      ),
      tokenLifetime: duration(
        '24h',
        '1h',
        '48h',
        'How long a job token is assumed to be valid; no run may take longer.',
      ),
      identity: z.optional(identitySchema),
    }),
    argocd: described(z._default(z.array(instance), []), 'Instances of Argo CD.'),
    clients: described(z._default(z.array(client), []), 'Who may call; usually one per team.'),
    rules: described(
      z._default(z.array(rule), []),
      'Who may do what. Anything that no rule allows is denied.',
    ),
    followUps: followUpsSchema,
    grants: grantsSchema,
    followUpLimits: section('Limits for follow-ups.', {
      catchUp: duration(
        '24h',
        '0s',
        '30d',
        'Maximum age of events that the handler missed while it was not running.',
      ),
      keepTrying: duration('72h', '1m', '30d', 'How long an action is retried.'),
      chainDepth: count(5, 100, 'Maximum length of a chain of follow-ups.'),
      actionsPerHour: count(
        600,
        1_000_000,
        'Actions of one rule for one pipeline; the rest is delayed.',
      ),
    }),
    hooks: hooksSchema,
    limits: section('Limits against abuse; requests beyond them are refused with 429.', {
      requestsPerSecond: count(200, 100_000, 'Sustained requests per second of one client.'),
      burst: count(2_000, 1_000_000, 'Requests of one client in a burst.'),
      pendingRuns: count(20_000, 1_000_000, 'Open runs of one client.'),
    }),
    logLevel: described(z._default(z.enum(logLevels), 'info'), 'Lowest level that is logged.'),
  }),
  'Configuration of the handler of Argo CD for Azure Pipelines. Any string may contain ${env:NAME} and ${file:/path}.',
);

/** The configuration as written, each setting parsed. */
export type ConfigFile = z.output<typeof configSchema>;
