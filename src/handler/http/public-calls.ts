import type { Fault } from '../../inputs/fault.ts';
import { Secret } from '../../secret.ts';
import { cancelProblem, unprovenProblem } from '../access/pending-quota.ts';
import { presentedToken } from '../access/presented-token.ts';
import type { Claim, Denial } from '../access/rules.ts';
import type { RunIntake } from '../run-intake.ts';
import type { FollowKind, RunSpec } from '../run.ts';
import type { Access } from './access.ts';
import { longestBody } from './body-text.ts';
import { printGateAnswer } from './gate-answer.ts';
import type { GateEvaluator, GateRequest } from '../gates.ts';
import { readHeaderBlock, type HeaderBlock, type HeaderNeeds } from './header-block.ts';
import { readGate, readRunSpec } from './run-specs.ts';
import { redact } from './redaction.ts';
import { Refusal } from './refusal.ts';
import { readNames, type RequestNames } from './request-names.ts';
import { readBody, type Sections } from './sections.ts';
import { addedSyncSections, checkSections, gateSections, syncSections } from './sync-sections.ts';

/** A request of an identified caller. */
export interface PublicCall {
  readonly client: string;
  header(name: string): string | undefined;
  /** Absent if it is too long. Rejects if the caller disconnects. */
  body(): Promise<string | undefined>;
}

/** What checks the rights of calls, and what answers them. */
export interface CallPorts {
  readonly access: Access;
  readonly intake: RunIntake;
  readonly gates: GateEvaluator;
}

/** A successful response with its JSON body, or a refusal. */
export type Answer = { readonly status: 200 | 202; readonly body: object } | Refusal;

const sectionsOf: Readonly<Record<FollowKind, readonly string[]>> = {
  sync: syncSections,
  check: checkSections,
};

/** Seconds after which a client at its limit of open runs may try again. */
const quotaPause = 30;

/** Accepts a sync or a check. After the response 202, the run is stored and will be processed. */
export async function answerRun(
  kind: FollowKind,
  call: PublicCall,
  ports: CallPorts,
): Promise<Answer> {
  const { access, intake } = ports;
  const block = readBlock(call, access, { token: true, build: kind === 'check' });
  if (block instanceof Refusal) return block;
  if (block.isCancel) return cancel(call, block, intake);
  const sections = await readCall(call, block, sectionsOf[kind]);
  if (sections instanceof Refusal) return sections;
  const names = readNames(sections);
  const claim = claimOf(call, block, names);
  const spec = readRunSpec(
    kind,
    sections,
    { names, client: call.client, address: block.address, buildId: block.buildId },
    access.tokenLifetime,
  );
  if ('faults' in spec && names.areUnexpanded) return refuseInputs(spec.faults);
  const stranger = access.denyClaim(claim, kind === 'check' ? 'gate' : 'sync');
  if (stranger !== undefined) return deny([stranger]);
  if ('faults' in spec) return refuseInputs(spec.faults);
  const denials = [
    ...access.denyRequest(claim, spec.request),
    ...access.denyFollowUps(claim, block.address.collection, spec.request),
  ];
  if (denials.length > 0) return deny(denials);
  return accept(spec, block, ports);
}

/** Accepts a run, unless its client has too many. */
export async function accept(
  spec: RunSpec,
  { token }: Pick<HeaderBlock, 'token'>,
  { access, intake }: CallPorts,
): Promise<Answer> {
  // The intake counts runs as soon as they are passed, so concurrent requests cannot exceed the limit.
  const { client } = spec;
  const excess =
    access.quotaProblem(client, intake.pendingOf(client)) ??
    unprovenProblem(client, intake.unprovenOf(client));
  // A request that was accepted before adds no run.
  const accepted =
    excess === undefined
      ? await intake.accept(spec, token)
      : await intake.known(spec.address, token);
  if (accepted === undefined) {
    return new Refusal(429, 'quota', excess ?? '', { retryAfter: quotaPause });
  }
  const { runId, state } = accepted;
  return { status: 202, body: { run: runId, state } };
}

/** Cancels the run of the calling task, even one that has yet to arrive. */
export async function answerCancel(
  call: PublicCall,
  { access, intake }: CallPorts,
): Promise<Answer> {
  const block = readBlock(call, access, { token: true, build: false });
  return block instanceof Refusal ? block : cancel(call, block, intake);
}

/** Answers a gate from what is known. A gate's request is never taken for a repetition (azure-devops.md §12.15). */
export async function answerGate(call: PublicCall, { access, gates }: CallPorts): Promise<Answer> {
  const block = readBlock(call, access, { token: false, build: false });
  if (block instanceof Refusal) return block;
  const sections = await readCall(call, block, gateSections);
  if (sections instanceof Refusal) return sections;
  const names = readNames(sections);
  const claim = claimOf(call, block, names);
  const gate = readGate(sections, names);
  if ('faults' in gate && names.areUnexpanded) return refuseInputs(gate.faults);
  const stranger = access.denyClaim(claim, 'gate');
  if (stranger !== undefined) return deny([stranger]);
  if ('faults' in gate) return refuseInputs(gate.faults);
  const { applications, project } = gate;
  const denials = access.denyAll(claim, applications, project, ['gate']);
  if (denials.length > 0) return deny(denials);
  const allowance = access.allowance(claim);
  const question: GateRequest = {
    ...gate,
    isAllowed: (application, found) => {
      const appProject = found === '' ? undefined : found;
      return allowance.denialOf({ application, appProject, actions: ['gate'] }) === undefined;
    },
  };
  await gates.prepare?.(question);
  const answer = gates.judge(question);
  return { status: 200, body: printGateAnswer(answer) };
}

/** Cancels the run of the calling task. */
export async function cancel(
  { client }: PublicCall,
  { address, token }: HeaderBlock,
  intake: RunIntake,
): Promise<Answer> {
  if (!(await intake.cancel(address, token, client))) {
    return new Refusal(429, 'quota', cancelProblem(client), { retryAfter: quotaPause });
  }
  return { status: 202, body: { state: 'canceling' } };
}

/** The run that is calling, or what is wrong with the headers. */
export function readBlock(
  call: PublicCall,
  access: Access,
  needs: HeaderNeeds,
): HeaderBlock | Refusal {
  const block = readHeaderBlock(
    (name) => call.header(name),
    (planUrl) => access.collectionOf(planUrl),
    needs,
  );
  if (!('faults' in block)) return block;
  const message = 'The headers do not identify the run: nothing was started.';
  return new Refusal(400, block.isForeign ? 'collection' : 'headers', message, block);
}

/** The body's texts. Both tokens are removed before anything else reads them. */
export async function readCall(
  call: PublicCall,
  { address, token }: HeaderBlock,
  names: readonly string[],
): Promise<Sections | Refusal> {
  const own = presentedToken(call.header('Authorization'));
  const secrets = [token, ...(own === undefined ? [] : [new Secret(own)])];
  const body = await call
    .body()
    .catch(() => new Refusal(400, 'body', 'The body was not received.'));
  if (body === undefined) return tooLarge();
  if (body instanceof Refusal) return body;
  const reading = readBody(
    redact(body, secrets),
    call.header('Content-Type'),
    address.planId,
    names,
    addedSyncSections,
  );
  if ('faults' in reading) {
    return new Refusal(400, 'body', 'The body cannot be parsed: nothing was started.', reading);
  }
  // Again, since JSON can spell a token in other ways.
  return new Map([...reading.sections].map(([name, text]) => [name, redact(text, secrets)]));
}

function claimOf(
  { client }: PublicCall,
  { address }: HeaderBlock,
  { argocd, azureProject }: RequestNames,
): Claim {
  return { client, azureProject: { name: azureProject, id: address.projectId }, argocd };
}

function tooLarge(): Refusal {
  const message = `The body has more than ${longestBody / 1_024} KiB. Shorten the inputs.`;
  return new Refusal(413, 'too-large', message);
}

function deny(denials: readonly Denial[]): Refusal {
  const [first, ...rest] = denials;
  const message = first === undefined ? '' : `${first.message}. ${first.advice}`;
  const faults = rest.map((each) => ({
    input: 'rules',
    value: '',
    problem: each.message,
    advice: '',
  }));
  return new Refusal(403, 'denied', message, { faults });
}

/** The response to invalid inputs. */
export function refuseInputs(faults: readonly Fault[]): Refusal {
  const count = faults.length === 1 ? 'One input is' : `${faults.length} inputs are`;
  return new Refusal(400, 'inputs', `${count} invalid: nothing was started.`, { faults });
}
