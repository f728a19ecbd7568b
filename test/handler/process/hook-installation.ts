import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rights } from '../../../simulators/azure-devops/principal.ts';
import { KubernetesSimulator } from '../../../simulators/kubernetes/api-server.ts';
import { organizationName } from '../../../src/azure/http/organization-name.ts';
import { localhostTls } from '../../simulators/kubernetes/tls.ts';
import { Installation } from './installation.ts';

/**
 * An installation whose handler reviews tokens at a cluster, and may queue pipelines that take the event as
 * their parameter. The handler is not started, and its configuration has no hooks.
 */
export class HookInstallation {
  readonly installation: Installation;
  readonly cluster: KubernetesSimulator;

  static async open(): Promise<HookInstallation> {
    const cluster = await KubernetesSimulator.start(localhostTls);
    return new HookInstallation(await Installation.open({}, false), cluster);
  }

  private constructor(installation: Installation, cluster: KubernetesSimulator) {
    this.installation = installation;
    this.cluster = cluster;
    const { azure, folder } = installation;
    writeFileSync(join(folder, 'pat'), azure.addIdentity('argocd handler', rights).token);
    writeFileSync(this.kubeconfig, cluster.kubeconfig);
  }

  /** The path of the file with which the handler reaches the cluster. */
  get kubeconfig(): string {
    return join(this.installation.folder, 'kubeconfig');
  }

  /** `queue` of a grant: these pipelines of the project `shop`. */
  queueOf(...pipelines: readonly string[]): string {
    const organization = organizationName(this.installation.azure.collectionUrl);
    return `queue: [{ organization: '${organization}', azureProjects: [shop], pipelines: [${pipelines.join(', ')}] }]`;
  }

  /** Writes the configuration with this text below `hooks`. */
  configure(hooks: string): void {
    const { configText } = this.installation;
    this.installation.configure(
      configText.replace('private: true }]', "private: true, pat: '${file:./pat}' }]") +
        `hooks:${hooks}\n`,
    );
  }

  addPipeline(name: string, ...parameters: readonly string[]): void {
    this.installation.azure.addPipeline({
      name,
      parameters: [{ name: 'event' }, ...parameters.map((each) => ({ name: each, default: '' }))],
      runNumber: 'argocd-${{ parameters.event }}',
    });
  }

  /** The hook of an application's operation, once Argo CD shows it. */
  hookOf(application: string, hook: string) {
    return this.installation.argocd
      .application(application)
      ?.status.operationState?.syncResult?.resources?.find(({ name }) => name === hook);
  }

  async close(): Promise<void> {
    await this.installation.close();
    await this.cluster.close();
  }
}
