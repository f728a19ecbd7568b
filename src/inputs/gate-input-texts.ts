import type { GateInputName, healthGateDefinitions, InputName } from './definitions.ts';
import type { InputText } from './input-texts.ts';

/** The groups of the forms of both gates, in their order. */
export const gateGroups = [
  { name: 'what', label: 'What', isExpanded: true },
  { name: 'conditions', label: 'Conditions', isExpanded: true },
] as const;

/** The texts of an input of a gate for people. */
export interface GateInputText extends Pick<InputText, 'label' | 'help'> {
  readonly group: (typeof gateGroups)[number]['name'];
}

/** One sentence for callers of the API, for inputs that no sync has. */
export const gateSummaries: Readonly<Record<Exclude<GateInputName, InputName>, string>> = {
  requireSynced: 'Whether the applications must be Synced; true by default.',
  requireHealthy: 'Whether the applications must be Healthy; true by default.',
};

const paused = {
  group: 'conditions',
  label: 'A paused rollout counts as healthy',
} as const;

/** The texts of the inputs of `ArgoCDGate@1`. */
export const gateTexts: Readonly<Record<GateInputName, GateInputText>> = {
  applications: {
    group: 'what',
    label: 'Applications',
    help: 'One or more applications, separated by commas, semicolons, spaces or line breaks. Write `name`, or `namespace/name` for an application outside the namespace of Argo CD itself. All of them must pass.',
  },
  project: {
    group: 'what',
    label: 'Argo CD project',
    help: "The AppProject that the applications must be in. Empty means any that the handler's rules allow.",
  },
  revision: {
    group: 'conditions',
    label: 'Revision',
    help: 'The commit that must be live, in full, for example `$(Build.SourceVersion)`. Set it whenever you can: just after a push, an application still reads Synced and Healthy at the previous commit. Empty means what the application tracks.',
  },
  requireSynced: {
    group: 'conditions',
    label: 'Must be synced',
    help: 'The cluster must match Git. Turn it off for applications that always differ from Git, for example because a controller changes their resources.',
  },
  requireHealthy: {
    group: 'conditions',
    label: 'Must be healthy',
    help: 'All resources must be healthy. Turn it off when only the deployed revision matters.',
  },
  acceptSuspended: {
    ...paused,
    help: 'Turn it on when a rollout pauses for a later approval. If it is off, the gate waits while the application is paused (Suspended).',
  },
  stableSeconds: {
    group: 'conditions',
    label: 'Stable for (seconds)',
    help: 'How long all conditions must have held, without interruption, before the gate passes. Use it for workloads that start well and crash a little later.',
  },
};

/** The texts of the inputs of `ArgoCDHealthGate@1`. */
export const healthGateTexts: Readonly<Record<keyof typeof healthGateDefinitions, GateInputText>> =
  {
    application: {
      group: 'what',
      label: 'Application',
      help: 'The name of one application, exactly as Argo CD shows it and without its namespace. For several applications, add the gate several times. With a name that does not exist, the gate never passes.',
    },
    project: {
      group: 'what',
      label: 'Argo CD project',
      help: 'The AppProject of the application, exactly as Argo CD shows it. With any other, the gate never passes.',
    },
    namespace: {
      group: 'what',
      label: 'Namespace of the application',
      help: 'Only for applications outside the namespace of Argo CD itself: the namespace of the application. Set it when two applications of the project have the same name; otherwise the gate never passes.',
    },
    revision: {
      group: 'conditions',
      label: 'Revision',
      help: 'The commit that must be live, in full, for example `$(Build.SourceVersion)`, not a branch or tag. Set it whenever you can: just after a push, an application still reads Synced and Healthy at the previous commit. Leave it empty for an application with several sources: Argo CD does not list their revisions, so the gate would never pass.',
    },
    acceptSuspended: {
      ...paused,
      help: 'Turn it on when a rollout pauses for a later approval. If it is off, the gate waits while the application is paused (Suspended).',
    },
  };
