import { levelHealth } from '../../sync/events/health-count.ts';
import { digestOfText } from '../../text/digest.ts';
import type { ApplicationMemory, MemoryKey } from '../store/event-store.ts';

/** What an instance knows of an application before it looks at it. */
export interface KnownApplication {
  /** Undefined: nothing. */
  readonly memory: ApplicationMemory | undefined;
  /** Memories of instances that are no longer configured; this one continues them. */
  readonly replaces: readonly MemoryKey[];
  /** What others of the same server know. */
  readonly others: readonly ApplicationMemory[];
  /** See `ApplicationMemory`. */
  readonly keyPrefix: string | undefined;
}

/** By whom an application is looked at. */
export interface Looker {
  /** Name of the instance. */
  readonly argocd: string;
  /** Of its server. */
  readonly url: string;
  readonly isConfigured: (argocd: string) => boolean;
}

/**
 * What an instance knows of an application. `all`: the memories of the application's `uid`, of any instance.
 *
 * Each instance has its own memory, since rules and grants may name it and its token may see less than
 * others. Instances of one server (one URL) give their actions the same keys, so a rule that applies to
 * several of them starts once. Servers with equal `uid`s, such as the copy that was restored from a backup,
 * share nothing. An instance that was renamed continues with what it knew under its earlier name; one whose
 * server has moved keeps its name and so its memory.
 */
export function knownApplication(
  all: readonly ApplicationMemory[],
  { argocd, url, isConfigured }: Looker,
): KnownApplication {
  const own = all.find((memory) => memory.argocd === argocd);
  const kin = all.filter(
    ({ argocd: its, about }) =>
      its !== argocd && (about === undefined ? !isConfigured(its) : about.url === url),
  );
  const left = kin.filter((memory) => !isConfigured(memory.argocd));
  const memory = own ?? inherited(left, argocd);
  const [known] = memory === undefined ? kin : [memory];
  return {
    memory: memory && levelHealth(memory, left),
    replaces: left,
    others: kin.filter(({ argocd: its }) => isConfigured(its)),
    keyPrefix: known === undefined ? prefixOf(url) : known.keyPrefix,
  };
}

/** Whether a key is one of the application's actions, whichever instance of its server has made it. */
export function isKeyOf(
  { keyPrefix = '', uid }: Pick<ApplicationMemory, 'keyPrefix' | 'uid'>,
  key: string,
): boolean {
  return key.startsWith(`${keyPrefix}${uid}/`);
}

/** Identifies an application as an instance sees it. */
export function placeOf({ argocd, uid }: MemoryKey): string {
  return `${argocd}|${uid}`;
}

/** The memory that knows of the latest operation. */
function inherited(
  left: readonly ApplicationMemory[],
  argocd: string,
): ApplicationMemory | undefined {
  const startOf = ({ operation }: ApplicationMemory) => operation?.startedAt ?? 0;
  const [latest] = [...left].sort((one, other) => startOf(other) - startOf(one));
  return latest && { ...latest, argocd };
}

const digitsOfServer = 16;

function prefixOf(url: string): string {
  return `${digestOfText(url).slice(0, digitsOfServer)}/`;
}
