import type { AzureIdentity } from '../../azure/identity/azure-identity.ts';
import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import type { Grant } from '../../follow-ups/grants.ts';
import type { Secret } from '../../secret.ts';
import type { HooksConfig } from './hooks-config.ts';
import type { StoreConfig } from './store-config.ts';

/**
 * What a rule may allow. `gate` is everything that only looks: gates, checks and `action: wait`. `sync`
 * alone is a sync as the application's owner set it. `queue`: pipelines that the run's input `followUps`
 * names, by the handler's own identity.
 */
export const actions = [
  'sync',
  'prune',
  'force',
  'terminate',
  'rollback',
  'gate',
  'skipHooks',
  'override',
  'queue',
] as const;
export type Action = (typeof actions)[number];

/** A listener: host (or address) and port. */
export interface Listener {
  readonly host: string;
  readonly port: number;
}

/** An organization of Azure DevOps, or a collection of a server on premises. */
export interface Organization {
  /** As it was written, without a slash at the end. */
  readonly url: string;
  /** May be reached at private addresses; for servers on premises. */
  readonly isPrivate: boolean;
  /** A personal access token, with which pipelines are queued there in place of `azureDevOps.identity`. */
  readonly pat: Secret | undefined;
}

/** One Argo CD that runs may use (`argocd[]`). */
export interface ArgoCDInstance {
  readonly name: string;
  /** Without a slash at the end. */
  readonly url: string;
  /** Where it runs: its applications there go by their mere name, in rules as in requests. */
  readonly namespace: string;
  readonly token: Secret;
  /** PEM certificates that are trusted besides Node's own. */
  readonly ca: string | undefined;
  readonly skipTlsVerify: boolean;
  /** The URL that people open, if it differs from `url`. */
  readonly publicUrl: string | undefined;
  /** Name of the client whose rules count for announced runs; absent: they are ignored. */
  readonly announcedRuns?: string | undefined;
}

/**
 * Who may call the public routes (`clients[]`): one service connection, or a few with the same
 * rights.
 */
export interface Client {
  readonly name: string;
  /** SHA-256 of its tokens, hexadecimal: two during a rotation, none where nobody may call as it. */
  readonly digests: readonly string[];
}

/**
 * Allows something to somebody; what no rule allows is denied. In patterns `*` stands for any text
 * and `?` for any character, but neither for a `/`.
 */
export interface Rule {
  readonly client: string;
  /** Patterns of names, or ids, of Azure projects. */
  readonly azureProjects: readonly string[];
  readonly argocd: string;
  readonly appProjects: readonly string[];
  /** Patterns of `name`, or of `namespace/name` for those outside of Argo CD's own namespace. */
  readonly applications: readonly string[];
  readonly actions: readonly Action[];
}

/** Severities of the service's log, the least first. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Bounds against abuse, per client. */
export interface Limits {
  /** Requests a second that are sustained, and at once. */
  readonly requestsPerSecond: number;
  readonly burst: number;
  /** Runs that have not ended. */
  readonly pendingRuns: number;
}

/** Bounds for follow-ups (`followUpLimits`). Times are milliseconds. */
export interface FollowUpLimits {
  /** How long ago an operation may have ended of which the handler learns when it starts. */
  readonly catchUp: number;
  /** How long an action is tried again that could not be done. */
  readonly keepTrying: number;
  /** Follow-ups of follow-ups: a pipeline may sync what queues the next one. */
  readonly chainDepth: number;
  /** Of one rule and one pipeline; what is more waits. */
  readonly actionsPerHour: number;
}

/** The configuration, read, checked, and with its references resolved. Times are milliseconds. */
export interface Config {
  readonly publicUrl: string;
  readonly listen: { readonly public: Listener; readonly admin: Listener };
  /** Needed when the admin listener is not on loopback. */
  readonly adminToken: Secret | undefined;
  readonly store: StoreConfig;
  /** 32 bytes each, in base64 or hexadecimal; the first encrypts, all decrypt. Empty: the key is in `keyFile`. */
  readonly encryptionKeys: readonly Secret[];
  /** Beside the store; made at the first start without encryption keys. */
  readonly keyFile: string;
  /** How long ended runs are kept. */
  readonly retention: number;
  readonly azureDevOps: {
    readonly organizations: readonly Organization[];
    /** How long a job's token is taken to be valid. */
    readonly tokenLifetime: number;
    /** As whom pipelines are queued, but where an organization has a token of its own. */
    readonly identity: AzureIdentity | undefined;
  };
  readonly argocd: readonly ArgoCDInstance[];
  readonly clients: readonly Client[];
  readonly rules: readonly Rule[];
  readonly followUps: readonly FollowUpRule[];
  /** What annotations may queue; nothing that is not in here. */
  readonly grants: readonly Grant[];
  readonly followUpLimits: FollowUpLimits;
  /** Which hooks may call, and what they may ask for. */
  readonly hooks: HooksConfig;
  readonly limits: Limits;
  readonly logLevel: LogLevel;
}

/** One thing that is wrong with the configuration, unsafe, or still missing in it. */
export interface ConfigFault {
  /** Counted from 1; absent where no line is to blame. */
  readonly line: number | undefined;
  /** Such as `argocd[0].token`; empty where it is about all of it. */
  readonly path: string;
  /** As it was written, references and all; empty where it may be a secret, or is no text. */
  readonly value: string;
  readonly problem: string;
  readonly advice: string;
}
