import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import {
  ManagedIdentitySimulator,
  type Platform,
} from '../../simulators/entra/managed-identity.ts';
import type { IdentityOrder, IdentityReply } from './managed-identity-process.ts';

const azureDevOps = '499b84ac-1321-427f-aa17-267ca6975798';
const userAssigned = '00000000-0000-4000-8000-00000000000b';
const unassigned = '00000000-0000-4000-8000-00000000000d';
const header = 'header-of-app-service';
const hour = 3_600_000;

/** A process on a platform, and everything that it printed. */
class Machine {
  readonly #child: ChildProcess;
  printed = '';

  constructor(environment: Readonly<Record<string, string>>) {
    this.#child = fork(join(import.meta.dirname, 'managed-identity-process.ts'), {
      execArgv: ['--import=tsx'],
      // The SDK logs everything that it can.
      env: { ...process.env, ...environment, AZURE_LOG_LEVEL: 'verbose' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.printed += chunk.toString()));
    }
  }

  async ask(order: IdentityOrder): Promise<IdentityReply> {
    const answered = once(this.#child, 'message') as Promise<[{ readonly reply?: IdentityReply }]>;
    this.#child.send(order);
    const [{ reply }] = await answered;
    return reply;
  }

  async configure(clientId?: string): Promise<void> {
    await this.ask({ kind: 'configure', ...(clientId !== undefined && { clientId }) });
  }

  async token(refused?: string): Promise<string> {
    const reply = await this.ask({ kind: 'token', ...(refused !== undefined && { refused }) });
    assert.ok(reply !== undefined && 'token' in reply, JSON.stringify(reply));
    return reply.token;
  }

  async fault(): Promise<{ readonly message: string; readonly advice: string }> {
    const reply = await this.ask({ kind: 'token' });
    assert.ok(reply !== undefined && 'message' in reply, 'there is a token');
    this.printed += reply.stack;
    return reply;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

const noIdentity = {
  imds: /^The platform refused a token: the machine or service of the handler does not have this managed identity \(Identity not found\)$/,
  appService:
    /^The platform refused a token: the machine or service of the handler does not have this managed identity \(No User Assigned or Delegated Managed Identity found for /,
} as const;

for (const platform of ['imds', 'appService'] as const satisfies readonly Platform[]) {
  describe(`The tokens of a managed identity (${platform})`, () => {
    let azure: ManagedIdentitySimulator;
    let machine: Machine;
    let issued = 0;
    before(async () => {
      azure = await ManagedIdentitySimulator.start({
        ...{ platform, header, resources: [azureDevOps], expiresIn: 24 * 3_600 },
        identities: new Map([
          ['', 'machine'],
          [userAssigned, 'handler'],
        ]),
        issue: (name) => `token-of-${name}-${++issued}`,
      });
      machine = new Machine(azure.environment);
    });
    after(async () => {
      await machine.stop();
      await azure.stop();
    });
    afterEach(() => {
      assert.deepEqual(azure.faults, []);
      assert.doesNotMatch(machine.printed, /token-of-|header-of-/, 'a secret was printed');
    });

    it("are the machine's unless an identity is named", async () => {
      await machine.configure();
      assert.match(await machine.token(), /^token-of-machine-\d+$/);
      assert.equal(azure.asked.at(-1), '');
    });

    it('are those of the named user-assigned identity, even after a reload', async () => {
      await machine.configure(userAssigned);
      const token = await machine.token();
      assert.match(token, /^token-of-handler-\d+$/);
      assert.equal(azure.asked.at(-1), userAssigned);
      assert.equal(await machine.token(), token, 'it is kept');
    });

    it('are missing, with a message, if the identity is not assigned', async () => {
      await machine.configure(unassigned);
      const { message, advice } = await machine.fault();
      assert.match(message, noIdentity[platform]);
      assert.match(advice, /^Assign the identity to it .+ compare `clientId`/);
    });

    it("are missing, with the platform's message, for any other reason", async () => {
      await machine.configure(unassigned);
      azure.inject(429, { error: 'too_many_requests', error_description: 'Slow down' });
      assert.equal(
        (await machine.fault()).message,
        'The platform refused a token (HTTP 429): Slow down',
      );
      await machine.ask({ kind: 'pass', ms: 10_000 });
      azure.inject(500, '<html>');
      assert.match(
        (await machine.fault()).message,
        /^127\.0\.0\.1:\d+ returned no token: HTTP 500$/,
      );
    });

    it('are requested only once more if a token is refused that cannot be renewed', async () => {
      await machine.configure(userAssigned);
      const token = await machine.token();
      assert.equal(await machine.token(token), token, 'it was given a moment ago');
      await machine.ask({ kind: 'pass', ms: hour });
      const asked = azure.asked.length;
      assert.equal(await machine.token(token), token);
      assert.ok(azure.asked.length <= asked + 1, `${azure.asked.length - asked} requests`);
    });

    it('are missing, with a message, if the platform is down', async () => {
      await azure.stop();
      await machine.configure(unassigned);
      const { message, advice } = await machine.fault();
      assert.match(message, /^127\.0\.0\.1:\d+ returned no token: .+ \(ECONNREFUSED\)$/);
      assert.match(advice, /^Managed identities exist only in Azure/);
    });
  });
}
