import { Collections } from '../../azure/http/collection.ts';
import type { Clock } from '../../async/clock.ts';
import type { TaskRequest } from '../../inputs/inputs.ts';
import type { ApplicationName } from '../../sync/model/application.ts';
import { organizationName } from '../../azure/http/organization-name.ts';
import { parseFollowUps } from '../../follow-ups/follow-ups-text.ts';
import { reachDenials } from '../access/queue-reach.ts';
import { Clients } from '../access/clients.ts';
import { quotaProblem } from '../access/pending-quota.ts';
import { RateLimit } from '../access/rate-limit.ts';
import { requiredActions } from '../access/required-actions.ts';
import { Allowance, forAnyProject, type Claim, type Denial } from '../access/rules.ts';
import { actions, type Action, type Config } from '../config/config.ts';

type Settings = Pick<Config, 'clients' | 'rules' | 'argocd' | 'azureDevOps' | 'limits' | 'grants'>;

/** Allowances that are cached. */
const mostAllowances = 500;

/** Who may do what, by the current configuration. */
export class Access {
  readonly #clock: Clock;
  readonly #rate: RateLimit;
  #config: Settings;
  #clients: Clients;
  #collections: Collections;
  /** Cached, because a run asks for each message of each of its applications. */
  readonly #allowances = new Map<string, Allowance>();
  readonly #onRulesChange = new Set<() => void>();

  constructor(config: Settings, clock: Clock) {
    this.#clock = clock;
    this.#rate = new RateLimit(config.limits);
    this.#config = config;
    this.#clients = new Clients(config.clients);
    this.#collections = new Collections(config.azureDevOps.organizations);
  }

  /** Applies another configuration from the next request on. */
  configure(config: Settings): void {
    const isSame = rulesOf(config) === rulesOf(this.#config);
    this.#rate.limits = config.limits;
    this.#config = config;
    this.#allowances.clear();
    this.#clients = new Clients(config.clients);
    this.#collections = new Collections(config.azureDevOps.organizations);
    if (!isSame) for (const listener of [...this.#onRulesChange]) listener();
  }

  /** Calls the listener when other rules take effect. Returns a function that removes it. */
  onRulesChange(listener: () => void): () => void {
    // The same listener may be registered twice.
    const call = () => listener();
    this.#onRulesChange.add(call);
    return () => this.#onRulesChange.delete(call);
  }

  /** How long a job's token is assumed to be valid, in milliseconds. */
  get tokenLifetime(): number {
    return this.#config.azureDevOps.tokenLifetime;
  }

  /** The client whose token is in an `Authorization` header. */
  identify(authorization: string | undefined): string | undefined {
    return this.#clients.identify(authorization);
  }

  /** How long a client must wait before its next request, in milliseconds; 0 for not at all. */
  throttle(client: string): number {
    return this.#rate.take(client, this.#clock.now());
  }

  /** Why a client may not have another run, if so. */
  quotaProblem(client: string, pending: number): string | undefined {
    return quotaProblem(client, pending, this.#config.limits);
  }

  /** The collection that a `PlanUrl` names, if it belongs to a configured organization. */
  collectionOf(planUrl: string): string | undefined {
    return this.#collections.match(planUrl);
  }

  /** The denial of a caller that no rule allows anything. It names `wanted` as missing. */
  denyClaim(claim: Claim, wanted: Action): Denial | undefined {
    const allowance = this.allowance(claim);
    const ask = (action: Action) =>
      allowance.denialOf({ application: undefined, appProject: undefined, actions: [action] });
    return actions.some((action) => ask(action) === undefined) ? undefined : ask(wanted);
  }

  /** The denials of a request, one per application, as far as they can be decided without Argo CD. */
  denyRequest(claim: Claim, request: TaskRequest): readonly Denial[] {
    const { subject, project } = request;
    const applications = 'names' in subject ? subject.names : [undefined];
    return this.denyAll(claim, applications, project, requiredActions(request));
  }

  /** Why the follow-ups of a request may not be queued, as far as the request itself shows. */
  denyFollowUps(
    { azureProject, argocd }: Claim,
    collection: string,
    { followUps, project: appProject }: TaskRequest,
  ): readonly Denial[] {
    const parsed = followUps === undefined ? undefined : parseFollowUps(followUps);
    if (parsed === undefined || 'problems' in parsed) return [];
    const projects = [azureProject.id, azureProject.name];
    const organization = organizationName(collection);
    const reach = { organization, projects, argocd, appProject };
    return reachDenials(parsed.value, reach, this.#config.grants);
  }

  /** The denials of actions on applications; undefined stands for any application. */
  denyAll(
    claim: Claim,
    applications: readonly (ApplicationName | undefined)[],
    project: string,
    needed: readonly Action[],
  ): readonly Denial[] {
    const appProject = project === '' ? undefined : project;
    const allowance = this.allowance(claim);
    return applications.flatMap(
      (application) => allowance.denialOf({ application, appProject, actions: needed }) ?? [],
    );
  }

  /** The denial of a request, as if it may come from any Azure DevOps project: none is claimed yet. */
  denyFromAnywhere(
    claim: Pick<Claim, 'client' | 'argocd'>,
    { subject, project, ...change }: TaskRequest,
  ): Denial | undefined {
    const anyProject = { name: '*', id: '' };
    const allowance = this.#keptAllowance(['*', claim.client, claim.argocd], () => {
      return new Allowance(forAnyProject(this.#config), { ...claim, azureProject: anyProject });
    });
    const [application] = 'names' in subject ? subject.names : [];
    const appProject = project === '' ? undefined : project;
    return allowance.denialOf({ application, appProject, actions: requiredActions(change) });
  }

  /** What the current rules allow, for repeated questions. */
  allowance(claim: Claim): Allowance {
    const { client, azureProject, argocd } = claim;
    return this.#keptAllowance([client, argocd, azureProject.name, azureProject.id], () => {
      return new Allowance(this.#config, claim);
    });
  }

  #keptAllowance(names: readonly string[], make: () => Allowance): Allowance {
    const key = JSON.stringify(names);
    const known = this.#allowances.get(key);
    if (known !== undefined) return known;
    // Callers may claim any names.
    if (this.#allowances.size >= mostAllowances) this.#allowances.clear();
    const made = make();
    this.#allowances.set(key, made);
    return made;
  }
}

/** Everything that decides what is allowed (`Rights`), as text to compare. */
function rulesOf({ rules, argocd }: Settings): string {
  return JSON.stringify([rules, argocd.map(({ name, namespace }) => [name, namespace])]);
}
