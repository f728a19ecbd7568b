import type { AzureIdentity } from '../../azure/identity/azure-identity.ts';
import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import type { Grant } from '../../follow-ups/grants.ts';
import type { Secret } from '../../secret.ts';
import type { HooksConfig } from './hooks-config.ts';
import type { StoreConfig } from './store-config.ts';

/**
 * What a rule may allow. `gate`: everything that only reads (gates, checks and `action: wait`). `sync`: a
 * sync as the application's owner configured it. `queue`: pipelines that the run's input `followUps` names,
 * queued with the handler's own identity.
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

/** An Azure DevOps organization, or a collection of an on-premises server. */
export interface Organization {
  /** As written, without a trailing slash. */
  readonly url: string;
  /** May be reached at private addresses; for on-premises servers. */
  readonly isPrivate: boolean;
  /** A personal access token that queues pipelines there, instead of `azureDevOps.identity`. */
  readonly pat: Secret | undefined;
}

/** One Argo CD that runs may use (`argocd[]`). */
export interface ArgoCDInstance {
  readonly name: string;
  /** Without a trailing slash. */
  readonly url: string;
  /** Its namespace. Rules and requests refer to applications there by name alone. */
  readonly namespace: string;
  readonly token: Secret;
  /** PEM certificates that are trusted in addition to Node's. */
  readonly ca: string | undefined;
  readonly skipTlsVerify: boolean;
  /** The URL that people open, if it differs from `url`. */
  readonly publicUrl: string | undefined;
  /** Name of the client whose rules apply to announced runs; absent: they are ignored. */
  readonly announcedRuns?: string | undefined;
}

/** A caller of the public routes (`clients[]`): one service connection, or several with the same rights. */
export interface Client {
  readonly name: string;
  /** SHA-256 of its tokens, hexadecimal: two during a rotation, none if nobody may call as this client. */
  readonly digests: readonly string[];
}

/**
 * Allows actions; what no rule allows is denied. In patterns, `*` stands for any text and `?` for any
 * character, except `/`.
 */
export interface Rule {
  readonly client: string;
  /** Patterns of names or ids of Azure projects. */
  readonly azureProjects: readonly string[];
  readonly argocd: string;
  readonly appProjects: readonly string[];
  /** Patterns of `name`, or of `namespace/name` outside Argo CD's own namespace. */
  readonly applications: readonly string[];
  readonly actions: readonly Action[];
}

/** Levels of the service's log, lowest first. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Limits against abuse, per client. */
export interface Limits {
  /** Sustained requests per second, and requests at once. */
  readonly requestsPerSecond: number;
  readonly burst: number;
  /** Open runs. */
  readonly pendingRuns: number;
}

/** Limits of follow-ups (`followUpLimits`). Times are milliseconds. */
export interface FollowUpLimits {
  /** How long ago an operation may have ended that the handler missed while it was not running. */
  readonly catchUp: number;
  /** How long a failed action is retried. */
  readonly keepTrying: number;
  /** Follow-ups of follow-ups: a pipeline may sync what queues the next one. */
  readonly chainDepth: number;
  /** Of one rule and one pipeline; the rest is delayed. */
  readonly actionsPerHour: number;
}

/** The configuration: parsed, checked, and with its references resolved. Times are milliseconds. */
export interface Config {
  readonly publicUrl: string;
  readonly listen: { readonly public: Listener; readonly admin: Listener };
  /** Required if the admin listener is not on loopback. */
  readonly adminToken: Secret | undefined;
  readonly store: StoreConfig;
  /** 32 bytes each, in base64 or hexadecimal; the first encrypts, all decrypt. Empty: the key is in `keyFile`. */
  readonly encryptionKeys: readonly Secret[];
  /** Next to the store; created at the first start without encryption keys. */
  readonly keyFile: string;
  /** How long ended runs are kept. */
  readonly retention: number;
  readonly azureDevOps: {
    readonly organizations: readonly Organization[];
    /** How long a job's token is assumed to be valid. */
    readonly tokenLifetime: number;
    /** Which identity queues pipelines, unless an organization has its own token. */
    readonly identity: AzureIdentity | undefined;
  };
  readonly argocd: readonly ArgoCDInstance[];
  readonly clients: readonly Client[];
  readonly rules: readonly Rule[];
  readonly followUps: readonly FollowUpRule[];
  /** What annotations may queue. Anything else is denied. */
  readonly grants: readonly Grant[];
  readonly followUpLimits: FollowUpLimits;
  /** Which hooks may call, and what they may ask for. */
  readonly hooks: HooksConfig;
  readonly limits: Limits;
  readonly logLevel: LogLevel;
}

/** Something that is wrong, unsafe or missing in the configuration. */
export interface ConfigFault {
  /** Counted from 1; absent if no line is at fault. */
  readonly line: number | undefined;
  /** Such as `argocd[0].token`; empty for the whole file. */
  readonly path: string;
  /** As written, including references; empty if it may be a secret, or is not a string. */
  readonly value: string;
  readonly problem: string;
  readonly advice: string;
}
