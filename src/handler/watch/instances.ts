import type { ArgoCD } from '../../argocd/port.ts';
import type { Connection } from '../../argocd/rest/connection.ts';
import type { EndedRequest } from '../../argocd/rest/http.ts';
import { RestArgoCD } from '../../argocd/rest/rest-argocd.ts';
import type { Clock } from '../../async/clock.ts';
import { Contact } from '../../follow/contact.ts';
import type { ArgoCDInstance } from '../config/config.ts';
import type { InstanceStatus } from '../status.ts';
import type { InstanceFigures } from '../telemetry/metrics.ts';
import type { Contacts } from './contacts.ts';
import { ApplicationInformer, type ApplicationObserver } from './application-informer.ts';
import { SwappableArgoCD } from './swappable-argo-cd.ts';

/** Ten thousand runs that resume at once must not open ten thousand connections. */
const maxSockets = 32;
/** How long an unused instance is kept after its removal, in milliseconds. */
const idle = 60_000;

/** What all instances share, and callbacks for requests and faults. */
export interface InstancesPorts {
  readonly clock: Clock;
  readonly random: () => number;
  /** Which instances have answered before, including to earlier processes. */
  readonly contacts: Pick<Contacts, 'has' | 'make'>;
  /** Called with every request to an instance. */
  readonly observe: (argocd: string, ended: EndedRequest) => void;
  /** Observes all applications of an instance; absent: nobody does. */
  readonly observer?: (argocd: string) => ApplicationObserver;
  /** Called with bugs that end the watch of an instance. */
  readonly onFault: (argocd: string, error: unknown) => void;
}

/** A configured Argo CD: how to reach it, and its changes. */
export interface Instance {
  readonly name: string;
  readonly argocd: ArgoCD;
  readonly watch: ApplicationInformer;
  /** The URL that people open. */
  readonly page: string;
  /** The namespace that it runs in. */
  readonly namespace: string;
  /** The URL of its API. */
  readonly url: string;
}

interface Running {
  config: ArgoCDInstance;
  readonly argocd: SwappableArgoCD;
  readonly watch: ApplicationInformer;
  readonly ending: AbortController;
  readonly done: Promise<void>;
}

/**
 * The Argo CD instances of the configuration, each with its one informer. An instance is running while it is
 * configured, even if its URL changes; then leaving, until no run uses it or the process ends.
 */
export class Instances {
  readonly #ports: InstancesPorts;
  readonly #running = new Map<string, Running>();
  /** Removed from the configuration, but still used by runs. */
  readonly #leaving = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(ports: InstancesPorts) {
    this.#ports = ports;
  }

  /**
   * Applies a configuration. Followers continue with the new URL or token of an instance; a removed instance
   * is watched until no run uses it.
   */
  configure(instances: readonly ArgoCDInstance[]): void {
    const names = new Set(instances.map(({ name }) => name));
    for (const [name, running] of this.#running) {
      if (!names.has(name)) this.#retire(name, running);
    }
    for (const config of instances) {
      const running = this.#running.get(config.name);
      if (running !== undefined && running.config.namespace !== config.namespace) {
        this.#retire(config.name, running);
      }
      const current = this.#running.get(config.name);
      if (current === undefined) this.#running.set(config.name, this.#start(config));
      else this.#change(current, config);
    }
  }

  find(name: string): Instance | undefined {
    const running = this.#running.get(name);
    if (running === undefined) return undefined;
    const { config, argocd, watch } = running;
    const { namespace, url } = config;
    return { name, argocd, watch, page: pageOf(config), namespace, url };
  }

  status(): readonly InstanceStatus[] {
    return [...this.#running.values()].map(({ config, watch }) => {
      const { streamSince, reconnects, listedAt, applications, followed, failure } = watch.state;
      return {
        ...{ name: config.name, page: pageOf(config), streamSince, reconnects, listedAt },
        ...{ applications, followers: followed, failure },
      };
    });
  }

  figures(): readonly InstanceFigures[] {
    return this.status().map(({ name, streamSince, reconnects, listedAt, applications }) => ({
      ...{ argocd: name, isStreaming: streamSince !== undefined, reconnects, applications },
      listAge: listedAt === undefined ? undefined : (this.#ports.clock.now() - listedAt) / 1000,
    }));
  }

  /** Ends all watches and closes all connections. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const [name, running] of this.#running) this.#retire(name, running);
    await Promise.all(this.#leaving);
  }

  #start(config: ArgoCDInstance): Running {
    const { clock, random, onFault, observer } = this.#ports;
    const argocd = new SwappableArgoCD(this.#connect(config), pageOf(config));
    const contact = this.#contactOf(config);
    const { name, namespace } = config;
    const observing = observer?.(name);
    const watch = new ApplicationInformer(argocd, namespace, clock, random, contact, observing);
    const ending = new AbortController();
    const done = watch.run(ending.signal).catch((error: unknown) => onFault(config.name, error));
    return { config, argocd, watch, ending, done };
  }

  #change(running: Running, config: ArgoCDInstance): void {
    const before = running.config;
    running.config = config;
    const isSame =
      before.url === config.url &&
      before.token.reveal() === config.token.reveal() &&
      before.ca === config.ca &&
      before.skipTlsVerify === config.skipTlsVerify &&
      before.publicUrl === config.publicUrl;
    if (isSame) return;
    running.argocd.swap(this.#connect(config), pageOf(config));
    // With another token, other applications may be visible.
    running.watch.startAnew(this.#contactOf(config));
  }

  #contactOf(config: ArgoCDInstance): Contact {
    const { clock, contacts } = this.#ports;
    return new Contact(clock.now(), contacts.has(config), () => contacts.make(config));
  }

  #retire(name: string, running: Running): void {
    this.#running.delete(name);
    const leaving = this.#letGo(running).finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }

  async #letGo({ watch, argocd, ending, done }: Running): Promise<void> {
    const { clock } = this.#ports;
    const { signal } = this.#closing;
    for (let calm = 0; calm < 2 && !signal.aborted;) {
      await clock.sleep(idle / 2, signal);
      calm = watch.state.followed === 0 ? calm + 1 : 0;
    }
    ending.abort();
    await done;
    await argocd.close();
  }

  #connect(instance: ArgoCDInstance): RestArgoCD {
    return new RestArgoCD(connectionOf(instance), undefined, {
      maxSockets,
      observe: (ended) => this.#ports.observe(instance.name, ended),
    });
  }
}

/** How an Argo CD of the configuration is called. */
export function connectionOf({ url, token, ca, skipTlsVerify }: ArgoCDInstance): Connection {
  const credential = { kind: 'token', token } as const;
  return {
    ...{ url, credential, ca, skipTlsVerify },
    headers: [],
    proxy: undefined,
    isConfigured: true,
  };
}

function pageOf({ publicUrl, url }: ArgoCDInstance): string {
  return publicUrl ?? url;
}
