import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tokenHash } from '../../../src/handler/access/token-digest.ts';
import { newKey } from '../../../src/handler/config/encryption-key.ts';
import { HandlerProcess } from '../../../test/handler/process/handler-process.ts';
import type { ArgoCDSimulator } from '../../../simulators/argo-cd/simulator.ts';
import type { TaskUse } from '../../../simulators/azure-devops/orchestrator.ts';
import { AzureDevOpsSimulator } from '../../../simulators/azure-devops/simulator.ts';
import { root } from '../../bundle.ts';
import { startArgoCD } from '../shop.ts';

const publicAddress = /"public":"http:\/\/127\.0\.0\.1:(\d+)"/;

/** Everything that an agentless run needs: Azure DevOps, the handler in a separate process, Argo CD. */
export class Site {
  readonly azure: AzureDevOpsSimulator;
  readonly argocd: ArgoCDSimulator;
  readonly handler: HandlerProcess;
  readonly #folder: string;
  readonly #token = newKey(randomBytes);
  readonly #key = newKey(randomBytes);
  /** Chosen by the system at the first start, and kept. */
  #port = 0;

  /** `timeScale`: real milliseconds per millisecond of Azure DevOps. */
  static async open(timeScale = 1): Promise<Site> {
    const azure = await AzureDevOpsSimulator.start({
      extension: join(root, 'vss-extension.json'),
      timeScale,
    });
    const site = new Site(azure, await startArgoCD());
    try {
      await site.startHandler();
      return site;
    } catch (error) {
      await site.close();
      throw error;
    }
  }

  private constructor(azure: AzureDevOpsSimulator, argocd: ArgoCDSimulator) {
    this.azure = azure;
    this.argocd = argocd;
    this.#folder = mkdtempSync(join(tmpdir(), 'agentless-demo-'));
    this.handler = new HandlerProcess({ folder: this.#folder, config: this.#configFile });
  }

  /** Starts the handler, again if it has ended. */
  async startHandler(): Promise<void> {
    writeFileSync(this.#configFile, this.config);
    const env = { ARGOCD_TOKEN: this.argocd.token, HANDLER_KEY: this.#key };
    await this.handler.start({ env });
    this.#port = Number(publicAddress.exec(this.handler.printedNow)?.[1]);
  }

  /** The handler's whole configuration, which contains no secret. */
  get config(): string {
    const hash = tokenHash(this.#token).toString('hex');
    return `listen: { public: '127.0.0.1:${this.#port}', admin: '127.0.0.1:0' }
store: { sqlite: ./handler.db }
encryptionKeys: ['\${env:HANDLER_KEY}']
azureDevOps:
  organizations: [{ url: '${this.azure.collectionUrl}', private: true }]
argocd:
  - { name: prod, url: '${this.argocd.url}', token: '\${env:ARGOCD_TOKEN}' }
clients:
  - name: fabrikam
    tokens: ['sha256:${hash}']
rules:
  - { client: fabrikam, azureProjects: [shop], argocd: prod, appProjects: [default],
      applications: ['shop*'], actions: [sync, gate] }
`;
  }

  /** A task of this project as in a pipeline, with its service connection to the handler. */
  use(task: string, inputs: Readonly<Record<string, string>>): TaskUse {
    return {
      task: join(root, 'tasks', task, 'V1'),
      inputs,
      connections: {
        handlerConnection: {
          url: `http://127.0.0.1:${this.#port}`,
          scheme: 'Token',
          parameters: { apitoken: this.#token },
        },
      },
    };
  }

  async close(): Promise<void> {
    await this.handler.kill();
    await Promise.all([this.azure.stop(), this.argocd.stop()]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #configFile(): string {
    return join(this.#folder, 'handler.yaml');
  }
}
