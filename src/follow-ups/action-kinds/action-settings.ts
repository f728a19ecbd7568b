import * as z from 'zod/mini';
import type { Setting } from '../../settings/setting.ts';
import { described, textSetting } from '../../settings/text-setting.ts';
import { parsePipelineAddress, type PipelineAddress } from '../pipeline-address.ts';
import { parseTemplate, type Template } from '../template.ts';
import type { Place } from './action-kind.ts';

const mostTexts = 50;

/** Templates by name. */
export type Templates = Readonly<Record<string, Template>>;

/** A text that may contain `{{application}}` and others. */
export const templateSetting = (description: string) =>
  textSetting(parseTemplate, { description, examples: ['{{application}}'] });

/** Named texts, each a template; none by default. */
export const templateSettings = (what: string) => {
  const key = textSetting(parseTextName, { description: 'Its name.' });
  const entries = z.record(
    key,
    templateSetting(
      'Its value; `{{application}}` and other templates are filled in from the event.',
    ),
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

/** A text of one line, used as it is. */
export const lineSetting = (description: string) => textSetting(parseLine, { description });

/** A pipeline or release definition: its reference; in an input, its id too. */
export const pipelineSetting = (place: Place, description: string) =>
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
