import type { Health, HealthStatus } from './application.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { annotation, groupOf } from './kubernetes-object.ts';

interface ObjectCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

function conditionsOf({ status }: KubernetesObject): readonly ObjectCondition[] {
  return Array.isArray(status?.conditions) ? (status.conditions as ObjectCondition[]) : [];
}

function jobHealth(job: KubernetesObject): Health {
  for (const { type, status, message } of conditionsOf(job)) {
    if (status !== 'True') continue;
    if (type === 'Failed') return { status: 'Degraded', ...(message && { message }) };
    if (type === 'Complete') return { status: 'Healthy', ...(message && { message }) };
    if (type === 'Suspended') return { status: 'Suspended', ...(message && { message }) };
  }
  return { status: 'Progressing' };
}

function deploymentHealth(deployment: KubernetesObject): Health {
  const { replicas = 1 } = (deployment.spec ?? {}) as { replicas?: number };
  const { availableReplicas = 0, observed = false } = (deployment.status ?? {}) as {
    availableReplicas?: number;
    observed?: boolean;
  };
  if (deployment.spec?.paused === true)
    return { status: 'Suspended', message: 'Deployment is paused' };
  const late = conditionsOf(deployment).some(({ reason }) => reason === 'ProgressDeadlineExceeded');
  if (late) {
    const name = deployment.metadata.name ?? '';
    return { status: 'Degraded', message: `Deployment "${name}" exceeded its progress deadline` };
  }
  if (!observed) {
    return {
      status: 'Progressing',
      message:
        'Waiting for rollout to finish: observed deployment generation less than desired generation',
    };
  }
  if (availableReplicas < replicas) {
    return {
      status: 'Progressing',
      message: `Waiting for rollout to finish: ${availableReplicas} of ${replicas} updated replicas are available...`,
    };
  }
  return { status: 'Healthy' };
}

function podHealth({ spec, status }: KubernetesObject): Health {
  const phase = status?.phase;
  if (phase === 'Succeeded') return { status: 'Healthy' };
  if (phase === 'Failed') return { status: 'Degraded' };
  if (phase === 'Running' && (spec?.restartPolicy ?? 'Always') === 'Always') {
    return { status: status?.ready === true ? 'Healthy' : 'Progressing' };
  }
  return { status: 'Progressing' };
}

const withoutCheck: Health = {};

/**
 * The health of a live object, by Argo CD's built-in checks. Empty for kinds without one, such as ConfigMap
 * and, by default, Application. The annotation `lab/health: <status> <message>` stands for a custom check.
 */
export function healthOf(object: KubernetesObject): Health {
  if (object.metadata.deletionTimestamp) {
    return { status: 'Progressing', message: 'Pending deletion' };
  }
  const told = annotation(object, 'lab/health');
  if (told !== undefined) {
    const [status = '', ...message] = told.split(' ');
    return {
      status: status as HealthStatus,
      ...(message.length > 0 && { message: message.join(' ') }),
    };
  }
  switch (`${groupOf(object)}/${object.kind}`) {
    case 'batch/Job':
      return jobHealth(object);
    case 'apps/Deployment':
      return deploymentHealth(object);
    case '/Pod':
      return podHealth(object);
    case '/Service':
    case 'apps/StatefulSet':
    case 'apps/DaemonSet':
    case 'apps/ReplicaSet':
    case 'networking.k8s.io/Ingress':
    case '/PersistentVolumeClaim':
      return { status: 'Healthy' };
    default:
      return withoutCheck;
  }
}

const rank: readonly HealthStatus[] = [
  'Healthy',
  'Suspended',
  'Progressing',
  'Missing',
  'Degraded',
  'Unknown',
];

export function worst(statuses: readonly HealthStatus[]): HealthStatus {
  return statuses.reduce((a, b) => (rank.indexOf(b) > rank.indexOf(a) ? b : a), 'Healthy');
}
