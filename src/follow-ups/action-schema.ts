import * as z from 'zod/mini';
import { Secret } from '../secret.ts';
import type { Setting } from '../settings/setting.ts';
import { described, textSetting } from '../settings/text-setting.ts';
import type { FollowUpAction } from './follow-up.ts';
import { parsePipelineAddress, type PipelineAddress } from './pipeline-address.ts';
import { parseTemplate } from './template.ts';

/** Where rules are written. It decides what they may omit and what they may do. */
export type Place = 'configuration' | 'input';

const mostTexts = 50;

const template = (description: string) =>
  textSetting(parseTemplate, { description, examples: ['{{application}}'] });

const texts = (what: string) => {
  const key = textSetting(parseTextName, { description: 'Its name.' });
  const entries = z.record(
    key,
    template('Its value; `{{application}}` and other templates are filled in from the event.'),
  );
  const some = entries.check(({ value, issues }) => {
    if (Object.keys(value).length <= mostTexts) return;
    const params = { advice: 'Remove what is not needed.' };
    issues.push({
      code: 'custom',
      message: `it has more than ${mostTexts} entries`,
      params,
      input: value,
    });
  });
  return z.prefault(described(some, what), {});
};

const line = (description: string) => textSetting(parseLine, { description });

const pipeline = (place: Place, description: string) =>
  described(
    z.union([
      textSetting((text) => parseAddress(place, text), {
        description,
        examples: ['shop/smoke-tests'],
      }),
      ...(place === 'input' ? [pipelineId] : []),
    ]),
    description,
  );

const pipelineId = z.pipe(
  described(z.int().check(z.gte(1), z.lte(999_999_999)), 'Its id.'),
  z.transform((id): PipelineAddress => ({
    organization: undefined,
    project: undefined,
    pipeline: id,
  })),
);

/** A pipeline to queue: its reference alone, or with parameters and other settings. */
export const queuePipelineSchema = (place: Place) => {
  const reference = pipeline(
    place,
    'The pipeline: `project/pipeline` or `organization/project/pipeline`, by name or id.',
  );
  const whole = z
    .strictObject({
      pipeline: reference,
      branch: z.optional(
        template('The branch it runs on; default: the default branch of the pipeline.'),
      ),
      tag: z.optional(template('The tag it runs on.')),
      commit: z.optional(template('The commit it runs on, such as `{{revision}}`.')),
      parameters: texts('Parameters of a YAML pipeline.'),
      variables: texts('Variables, each settable at queue time.'),
      pipelineResources: texts('Versions of pipeline resources, by alias.'),
      stagesToSkip: described(
        z._default(z.array(line('Name of a stage.')).check(z.maxLength(100)), []),
        'Stages that do not run.',
      ),
    })
    .check(({ value, issues }) => {
      if (value.branch === undefined || value.tag === undefined) return;
      const params = { advice: 'Remove one of them.' };
      issues.push({ code: 'custom', message: 'it has a branch and a tag', params, input: value });
    });
  return z.pipe(
    described(
      z.union([reference, described(whole, 'A pipeline and its settings.')]),
      'Queues a YAML pipeline or a classic build.',
    ),
    z.transform((given) => {
      const { pipeline: address, ...rest } =
        'organization' in given ? { ...nothing, pipeline: given } : given;
      const { branch, tag, commit, ...more } = rest;
      return { kind: 'queuePipeline' as const, ...address, branch, tag, commit, ...more };
    }),
  );
};

const nothing = {
  branch: undefined,
  tag: undefined,
  commit: undefined,
  parameters: {},
  variables: {},
  pipelineResources: {},
  stagesToSkip: [],
};

const createRelease = (place: Place) =>
  z.pipe(
    described(
      z.strictObject({
        definition: pipeline(
          place,
          'The release definition: `project/definition` or `organization/project/definition`.',
        ),
        description: z.optional(template('What it is for.')),
        artifacts: described(
          z._default(
            z
              .array(
                z.strictObject({
                  alias: line('Alias of the artifact source.'),
                  version: template('The id of a build, or another identifier of a version.'),
                }),
              )
              .check(z.maxLength(100)),
            [],
          ),
          'Versions of its artifacts; default: the newest.',
        ),
        stage: z.optional(line('The only stage to start; default: as the definition says.')),
        variables: texts('Variables, each settable at release time.'),
      }),
      'Creates a classic release.',
    ),
    z.transform(({ definition, description, stage, ...rest }) => ({
      kind: 'createRelease' as const,
      ...definition,
      description,
      stage,
      ...rest,
    })),
  );

const postWebHook = z.pipe(
  described(
    z.strictObject({
      url: textSetting(parseWebhookUrl, {
        description: 'The URL to post to.',
        pattern: '^https://',
      }),
      secret: textSetting(parseSigningSecret, {
        description: 'The key that signs it (HMAC-SHA256); by reference.',
        examples: ['${file:/run/secrets/handler/webhook}'],
      }),
    }),
    'Posts the event as signed JSON.',
  ),
  z.transform((given) => ({ kind: 'postWebHook' as const, ...given })),
);

/**
 * What to do: one of the kinds, by its name. A webhook has a secret, which an input must not contain.
 */
export const actionSchema = (place: Place) => {
  const kinds = {
    queuePipeline: z.optional(queuePipelineSchema(place)),
    createRelease: z.optional(createRelease(place)),
  };
  const all = place === 'input' ? kinds : { ...kinds, postWebHook: z.optional(postWebHook) };
  const one = z.strictObject(all).check(({ value, issues }) => {
    const given = Object.values(value).filter((each) => each !== undefined);
    // A misspelled kind has its own message.
    if (given.length === 1 || issues.length > 0) return;
    const message = given.length === 0 ? 'it has no action' : 'it has more than one action';
    const params = {
      advice: `Write one of: ${Object.keys(all).join(', ')}. A second action needs its own rule.`,
    };
    issues.push({ code: 'custom', message, params, input: value });
  });
  return z.pipe(
    described(one, 'What to do.'),
    z.transform((given) => Object.values(given).find(Boolean) as FollowUpAction),
  );
};

function parseAddress(place: Place, text: string): Setting<PipelineAddress> {
  const address = parsePipelineAddress(text);
  if (place === 'input' || 'problem' in address || address.value.project !== undefined) {
    return address;
  }
  const advice = 'Write `project/pipeline`.';
  return { problem: 'it does not name the project of the pipeline', advice };
}

function parseTextName(text: string): Setting<string> {
  if (/^[A-Za-z_][A-Za-z0-9_. -]{0,127}$/.test(text)) return { value: text };
  const advice = 'Use up to 128 letters, digits, `_`, `.`, `-` and spaces.';
  return { problem: 'it is not a valid name', advice };
}

function parseLine(text: string): Setting<string> {
  if (/^[^\p{C}]{1,256}$/u.test(text) && text.trim() !== '') return { value: text };
  const advice = 'Use one line of up to 256 characters.';
  return { problem: 'it is not a valid name', advice };
}

function parseWebhookUrl(text: string): Setting<string> {
  const advice = 'Use the form `https://host/path`.';
  if (text.length > 2_000 || !URL.canParse(text)) return { problem: 'it is not a URL', advice };
  const { protocol, username, password, hash, href } = new URL(text);
  if (protocol !== 'https:') return { problem: 'it does not use https', advice };
  if (username + password + hash === '') return { value: href };
  return { problem: 'it contains a user name, a password or a fragment', advice };
}

function parseSigningSecret(text: string): Setting<Secret> {
  const secret = text.trim();
  if (secret.length >= 16) return { value: new Secret(secret) };
  const problem = 'it has fewer than 16 characters and could be guessed';
  return { problem, advice: 'Create one with `handler new-key` and set it by reference.' };
}
