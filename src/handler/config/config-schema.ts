import * as z from 'zod/mini';
import { parseCertificates } from './certificates.ts';
import { actions, logLevels } from './config.ts';
import { parseDuration } from './duration.ts';
import { parseEncryptionKey } from './encryption-key.ts';
import { parseListener } from './listener.ts';
import {
  namePattern,
  parseApplication,
  parseAppProject,
  parseAzureProject,
  parseName,
  parseNamespace,
} from './names.ts';
import { parseOrganizationUrl } from './organization-url.ts';
import { parseSecret, parseTokenHash } from './secret-setting.ts';
import type { Setting } from './setting.ts';
import { described, textSetting } from './text-setting.ts';
import { parseArgoCDUrl, parsePublicUrl } from './web-url.ts';

const name = (description: string) => textSetting(parseName, { description, pattern: namePattern });

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

/** Settings that belong together; each has a default, and so has the whole. */
const section = <T extends z.core.$ZodLooseShape>(description: string, settings: T) =>
  described(z.prefault(described(z.strictObject(settings), description), {} as never), description);

const flag = (description: string) => described(z._default(z.boolean(), false), description);

const organizationUrl = url(
  parseOrganizationUrl,
  'Address of the organization, or of a collection on premises.',
);

const organization = z.pipe(
  z.union([
    organizationUrl,
    z.strictObject({
      url: organizationUrl,
      private: flag('It may be reached at private addresses: for servers on premises only.'),
    }),
  ]),
  z.transform((given) =>
    typeof given === 'string'
      ? { url: given, isPrivate: false }
      : { url: given.url, isPrivate: given.private },
  ),
);

const instance = z.strictObject({
  name: name('How requests and rules call this Argo CD.'),
  url: url(parseArgoCDUrl, 'Where its API is reached, with its root path if it has one.'),
  namespace: z.prefault(
    textSetting(parseNamespace, {
      description:
        'Where it runs. Applications there go by their mere name in rules, all others by `namespace/name`.',
    }),
    'argocd',
  ),
  token: textSetting((given) => parseSecret(given), {
    description: 'Token of an account (`argocd account generate-token`), by reference.',
    examples: ['${env:ARGOCD_TOKEN}', '${file:/run/secrets/handler/argocd-token}'],
  }),
  ca: z.optional(
    textSetting(parseCertificates, {
      description: "PEM certificates that are trusted besides Node's own, best by reference.",
    }),
  ),
  skipTlsVerify: flag('Accepts any certificate: anyone in between can read the token.'),
  publicUrl: z.optional(
    url(parseArgoCDUrl, 'The address that people open, where it is not `url`.'),
  ),
});

const client = z.strictObject({
  name: name('How rules, logs and metrics call this client.'),
  tokens: described(
    z
      .array(textSetting(parseTokenHash, { description: 'Hash of a token.', pattern: '^sha256:' }))
      .check(z.minLength(1), z.maxLength(2)),
    'Hashes of the tokens in its service connections (`handler hash-token`): two at once while one replaces the other.',
  ),
});

const patterns = (parse: (given: string) => Setting<string>, item: string, description: string) =>
  someOf(textSetting(parse, { description: item }), description);

const rule = z.strictObject({
  client: name('Name of the client that is allowed something.'),
  azureProjects: patterns(
    parseAzureProject,
    'Name with `*` and `?`, or id.',
    'Projects of Azure DevOps whose runs may ask.',
  ),
  argocd: name('Name of the Argo CD instance.'),
  appProjects: patterns(
    parseAppProject,
    'Name with `*` and `?`.',
    'AppProjects that the applications may be in.',
  ),
  applications: patterns(
    parseApplication,
    '`name` or `namespace/name`, with `*` and `?`, which do not stand for a `/`.',
    'Applications that it is about.',
  ),
  actions: someOf(
    z.enum(actions),
    'sync; prune: delete what is gone from Git; force: delete and recreate; terminate: end operations; rollback; gate: only look (gates, checks, action wait); skipHooks: sync without hooks (strategy apply, resources); override: sync options that take away what the owner of the application set.',
  ),
});

const absent = 'Absent: a key is made at the first start and kept beside the database.';

/**
 * The configuration file, once its references are replaced. Keys that it does not know are refused,
 * so that a misspelt one cannot pass unnoticed.
 */
export const configSchema = described(
  z.strictObject({
    publicUrl: z.optional(
      url(
        parsePublicUrl,
        'Where Azure Pipelines reaches the handler: the URL of the service connection.',
      ),
    ),
    listen: section('Where it listens. A change needs a restart.', {
      public: listener('127.0.0.1:8080', '`host:port` for requests of Azure Pipelines.'),
      admin: listener('127.0.0.1:9090', '`host:port` for probes, metrics and the status page.'),
    }),
    adminToken: z.optional(
      textSetting((given) => parseSecret(given, 16), {
        description: 'For metrics and the status page; needed where `listen.admin` is exposed.',
      }),
    ),
    store: section('Where runs are kept. A change needs a restart.', {
      sqlite: z.prefault(
        textSetting(parsePath, {
          description: 'File of the database. Relative paths begin at the folder of this file.',
        }),
        './data/handler.db',
      ),
    }),
    encryptionKeys: z.optional(
      someOf(
        textSetting(parseEncryptionKey, { description: '32 bytes in base64 or hexadecimal.' }),
        `Keys for the tokens of jobs, by reference; the first encrypts, all decrypt. ${absent}`,
      ),
    ),
    retention: duration('30d', '1h', '3650d', 'How long runs that ended are kept.'),
    azureDevOps: section('The organizations that may call.', {
      organizations: described(
        z._default(z.array(organization), []),
        'The only places that a token of a job is ever sent to.',
      ),
      tokenLifetime: duration(
        '24h',
        '1h',
        '48h',
        'How long a token of a job is taken to be valid: no run may take longer.',
      ),
    }),
    argocd: described(z._default(z.array(instance), []), 'Instances of Argo CD.'),
    clients: described(z._default(z.array(client), []), 'Who may call: one per team, as a rule.'),
    rules: described(
      z._default(z.array(rule), []),
      'Who may do what. What no rule allows is denied.',
    ),
    limits: section('Bounds against abuse: what is beyond them is refused with 429.', {
      requestsPerSecond: count(200, 100_000, 'Requests a second of one client, in the long run.'),
      burst: count(2_000, 1_000_000, 'Requests of one client at once.'),
      pendingRuns: count(20_000, 1_000_000, 'Runs of one client that have not ended.'),
    }),
    logLevel: described(z._default(z.enum(logLevels), 'info'), 'What is logged, and above.'),
  }),
  'Configuration of the handler of Argo CD for Azure Pipelines. Any text may hold ${env:NAME} and ${file:/path}.',
);

/** The configuration as it is written, read setting by setting. */
export type ConfigFile = z.output<typeof configSchema>;

function parsePath(given: string): Setting<string> {
  if (given.trim() !== '' && !given.includes('\0')) return { value: given };
  return { problem: 'it is not a path', advice: 'Write one, such as `./data/handler.db`.' };
}
