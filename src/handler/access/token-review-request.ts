import { readFileSync } from 'node:fs';
import { AuthenticationV1Api, KubeConfig } from '@kubernetes/client-node';
import type { Cluster } from './token-review.ts';

/**
 * Asks the API server of a cluster to review a token; returns the status of the review, unparsed. The
 * kubeconfig is read each time, since its credentials are renewed in place.
 */
export async function reviewToken(
  { kubeconfig, context }: Cluster,
  token: string,
  audience: string,
): Promise<unknown> {
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromCluster();
  else config.loadFromString(readFileSync(kubeconfig, 'utf8'));
  if (context !== undefined) config.setCurrentContext(context);
  const { status } = await config.makeApiClient(AuthenticationV1Api).createTokenReview({
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token, audiences: [audience] },
    },
  });
  return status;
}
