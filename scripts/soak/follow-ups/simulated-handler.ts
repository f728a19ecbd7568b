import type { Logger } from 'pino';
import type { Clock } from '../../../src/async/clock.ts';
import { AzureClient } from '../../../src/azure/http/azure-client.ts';
import { EventClaims, type ClaimAnswer } from '../../../src/handler/follow-ups/event-claims.ts';
import type { HookAnswer } from '../../../src/handler/hook-intake.ts';
import type { ClaimSpec } from '../../../src/handler/run.ts';
import { makeFollowUps, type StartedFollowUps } from '../../../src/handler/start-follow-ups.ts';
import type { EventStore } from '../../../src/handler/store/event-store.ts';
import { ApplicationInformer } from '../../../src/handler/watch/application-informer.ts';
import type { Instance } from '../../../src/handler/watch/instances.ts';
import type { Life } from './life.ts';
import { config, inputRule, queuedByHook } from './settings.ts';
import { runMarker } from './simulated-application.ts';
import type { SimulatedArgoCD } from './simulated-argo-cd.ts';
import type { SimulatedAzure, SimulatedRun } from './simulated-azure.ts';
import type { SimulatedDisk } from './simulated-disk.ts';

/** The surroundings of a simulated handler. */
export interface SimulatedHandlerParts {
  readonly life: Life;
  readonly disk: SimulatedDisk;
  readonly argocd: SimulatedArgoCD;
  readonly azure: SimulatedAzure;
  /** The clock of its machine. */
  readonly clock: Clock;
  readonly random: () => number;
  /** Called with a bug of the handler. */
  readonly onBug: (error: unknown) => void;
}

/**
 * The follow-ups of one process, wired as in the service: informer, watch, rules, worker, targets and the
 * client of Azure DevOps are those that ship. Only what is outside the process is simulated: disk, network
 * and time.
 */
export class SimulatedHandler {
  readonly #parts: SimulatedHandlerParts;
  readonly #started: StartedFollowUps;
  readonly #claims: EventClaims;

  constructor(parts: SimulatedHandlerParts) {
    this.#parts = parts;
    const { life, disk, argocd, azure, clock, random } = parts;
    const store: EventStore = life.store(disk);
    const get = argocd.get(life);
    const instance = {
      argocd: { get },
      namespace: 'argocd',
      url: 'https://argocd.example.com',
      page: '',
    };
    const client = new AzureClient({
      userAgent: 'simulation',
      exchange: (_, request) => life.call(() => azure.exchange(request)),
    });
    this.#started = makeFollowUps(config, {
      ...{ store, azure: client, clock, random, userAgent: '', signal: life.signal },
      announced: { runOf: () => Promise.resolve('none') },
      instances: () => ({ find: () => instance as unknown as Instance }),
      rulesOfRun: (marker) =>
        Promise.resolve(
          runMarker.test(marker)
            ? {
                ...{ rules: [inputRule], organization: 'fabrikam' },
                project: 'shop',
                mayQueue: () => true,
              }
            : undefined,
        ),
      metrics: {
        eventSeen: () => undefined,
        actionRefused: () => undefined,
        duplicatePrevented: () => undefined,
        annotationFault: () => undefined,
      },
      logger: this.#logger(),
    });
    this.#claims = new EventClaims({ store, clock, onClaim: () => undefined });
  }

  /** Starts like the service: first with what an earlier process left, then with what Argo CD reports. */
  async start(): Promise<void> {
    const { life, argocd, clock, random, onBug } = this.#parts;
    const { followUps } = this.#started;
    this.#started.configure(config);
    for (;;) {
      try {
        await followUps.start();
        break;
      } catch {
        // The platform restarts it.
        await clock.sleep(1_000, life.signal);
      }
    }
    const overview = argocd.overview(life);
    const observer = followUps.watch('prod');
    const informer = new ApplicationInformer(
      overview,
      'argocd',
      clock,
      random,
      undefined,
      observer,
    );
    await informer.run(life.signal).catch(onBug);
  }

  /** Reloads the same configuration. */
  reload(): void {
    this.#started.configure(config);
  }

  /** A hook reports that something has happened. */
  hint(name: string): void {
    this.#started.followUps.hint('prod', { name });
  }

  /** A hook requests its pipeline. Undefined: it got no usable answer. */
  async callOfHook(name: string): Promise<HookAnswer | undefined> {
    const call = {
      ...{ argocd: 'prod', application: { name, namespace: 'argocd' }, phase: undefined },
      hook: { name: 'smoke', namespace: 'shop' },
      ...{
        queue: queuedByHook,
        completes: false,
        each: 'operation' as const,
        isAllowed: () => true,
      },
    };
    return await this.#started.hooks.intake
      .accept(call, this.#parts.life.signal)
      .catch(() => undefined);
  }

  /** A run of Azure Pipelines claims its event. */
  claim(run: SimulatedRun): Promise<ClaimAnswer> {
    return this.#claims.claim(claimOf(run));
  }

  #logger(): Logger {
    const bug = (about: unknown) => this.#parts.onBug(about);
    const quiet = () => undefined;
    return { info: quiet, warn: quiet, error: bug, fatal: bug } as unknown as Logger;
  }
}

/** The claim of a run that is proven. */
function claimOf({ id, event }: SimulatedRun): ClaimSpec {
  const projectId = '22222222-2222-4222-8222-222222222222';
  return {
    kind: 'claim',
    eventKey: event,
    address: {
      collection: 'https://dev.azure.com/fabrikam',
      ...{ projectId, hub: 'build', planId: `plan-${id}` },
      ...{ timelineId: '', jobId: '', taskInstanceId: '' },
    },
    ...{ client: 'fabrikam', azureProject: 'shop', proven: { at: 0, projectName: 'shop' } },
    ...{ argocd: '', info: [], page: '', buildId: undefined },
  };
}
