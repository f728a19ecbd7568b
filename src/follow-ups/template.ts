/** What a template may stand for. */
export const templateNames = [
  'application',
  'namespace',
  'project',
  'instance',
  'revision',
  'revisions',
  'outcome',
  'event',
  'phase',
  'hook',
  'message',
  'startedBy',
  'images',
  'applicationUrl',
] as const;
export type TemplateName = (typeof templateNames)[number];

/** A text of a rule that may hold `{{application}}` and the like, read. */
export interface Template {
  /** As it was written. */
  readonly text: string;
  readonly parts: readonly (string | { readonly name: TemplateName })[];
}

/** What an event says, by the names that templates use. Foreign text. */
export type TemplateValues = Readonly<Record<TemplateName, string>>;
