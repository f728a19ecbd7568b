import { kindId, type ResourceKey } from '../model/application.ts';
import type { DefinedKind } from './manifest.ts';

/** Groups of Kubernetes itself, whose cluster-scoped kinds are all listed below. */
const ownGroups: ReadonlySet<string> = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
]);

/** By `kindId`, as of Kubernetes 1.36; the core group has no name. */
const clusterScopedKinds: ReadonlySet<string> = new Set([
  '/ComponentStatus',
  '/Namespace',
  '/Node',
  '/PersistentVolume',
  'admissionregistration.k8s.io/MutatingAdmissionPolicy',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apiregistration.k8s.io/APIService',
  'certificates.k8s.io/CertificateSigningRequest',
  'certificates.k8s.io/ClusterTrustBundle',
  'flowcontrol.apiserver.k8s.io/FlowSchema',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
  'networking.k8s.io/IPAddress',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/ServiceCIDR',
  'node.k8s.io/RuntimeClass',
  'policy/PodSecurityPolicy',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'resource.k8s.io/DeviceClass',
  'resource.k8s.io/DeviceTaintRule',
  'resource.k8s.io/ResourceSlice',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/CSINode',
  'storage.k8s.io/StorageClass',
  'storage.k8s.io/VolumeAttachment',
  'storage.k8s.io/VolumeAttributesClass',
]);

/** Where objects of a kind live: in the cluster as a whole, or in a namespace. */
export type Scope = 'cluster' | 'namespace';

/**
 * Determines the scope of a kind from Kubernetes' own list and the definitions among the manifests;
 * `undefined` for a custom kind that is defined elsewhere. Argo CD asks the cluster instead.
 */
export function scopes(
  definitions: Iterable<DefinedKind>,
): (key: Pick<ResourceKey, 'group' | 'kind'>) => Scope | undefined {
  const defined = new Map<string, Scope>();
  for (const definition of definitions) {
    defined.set(kindId(definition), definition.clusterScoped ? 'cluster' : 'namespace');
  }
  return (key) => {
    if (!ownGroups.has(key.group)) return defined.get(kindId(key));
    return clusterScopedKinds.has(kindId(key)) ? 'cluster' : 'namespace';
  };
}
