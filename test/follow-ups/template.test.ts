import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  parseTemplate,
  renderTemplate,
  templateNames,
  type TemplateName,
  type TemplateValues,
} from '../../src/follow-ups/template.ts';

const empty = Object.fromEntries(templateNames.map((name) => [name, ''])) as TemplateValues;

function render(text: string, values: Partial<Record<TemplateName, string>>): string {
  const template = parseTemplate(text);
  assert.ok('value' in template, JSON.stringify(template));
  return renderTemplate(template.value, { ...empty, ...values });
}

describe('A template', () => {
  const good: readonly [string, Partial<Record<TemplateName, string>>, string][] = [
    ['', {}, ''],
    ['main', {}, 'main'],
    ['{"a": 1}', {}, '{"a": 1}'],
    ['two\nlines', {}, 'two\nlines'],
    ['$(Build.BuildId)', {}, '$(Build.BuildId)'],
    ['{{application}}', { application: 'shop' }, 'shop'],
    ['{{ application }}', { application: 'shop' }, 'shop'],
    ['release/{{revision}}', { revision: 'v1' }, 'release/v1'],
    ['{{application}}-{{phase}}', { application: 'shop', phase: 'Sync' }, 'shop-Sync'],
    ['{{application}}', { application: '{{message}}', message: 'no' }, '{{message}}'],
    ['{{message}}', { message: 'one\ntwo' }, 'one ⏎ two'],
    ['{{message}}', { message: 'a\u0000b\u001b[31mc\u202ed' }, 'abcd'],
    [
      '{{message}}',
      { message: '##vso[task.setvariable variable=a]b' },
      '**vso[task.setvariable variable=a]b',
    ],
    ['{{message}}', { message: '$(SECRET) ${{ x }} $[y]' }, '$ (SECRET) $ {{ x }} $ [y]'],
    ['{{message}}{{hook}}', { message: 'a$', hook: '(SECRET)' }, 'a$ (SECRET)'],
    ['{{message}}{{hook}}', { message: '##', hook: 'vso[a]' }, '**vso[a]'],
    ['{{message}}', { message: '"; rm -rf /' }, '"; rm -rf /'],
    ['a}}', {}, 'a}}'],
  ];
  for (const [text, values, expected] of good) {
    it(`renders ${JSON.stringify(text)} as ${JSON.stringify(expected)}`, () => {
      assert.equal(render(text, values), expected);
    });
  }

  const bad: readonly [string, RegExp][] = [
    ['{{aplication}}', /`\{\{aplication\}\}`.*Did you mean `\{\{application\}\}`\?/],
    ['{{Revision}}', /Did you mean `\{\{revision\}\}`\?/],
    ['{{startedby}}', /Did you mean `\{\{startedBy\}\}`\?/],
    ['{{}}', /Use one of: \{\{application\}\}/],
    ['{{toString}}', /unknown name/],
    ['{{application', /not closed/],
    ['a {{application}} {{', /not closed/],
    ['{"app": "{{application}}"}', /JSON, YAML/],
    ['[{{application}}]', /JSON, YAML/],
    ['"{{application}}"', /JSON, YAML/],
    ['app: {{application}}\nrevision: 1', /JSON, YAML/],
    ['${{{application}}}', /unknown name|`\$` precedes/],
    ['${{application}}', /`\$` precedes/],
    ['$({{application}})', /`\$` precedes/],
    ['x'.repeat(1_001), /more than 1000 characters/],
  ];
  for (const [text, expected] of bad) {
    it(`is refused: ${text.slice(0, 40)}`, () => {
      const read = parseTemplate(text);
      assert.ok('problem' in read);
      assert.match(`${read.problem}. ${read.advice}`, expected);
    });
  }

  it('names every value that exists', () => {
    for (const name of templateNames) assert.equal(render(`{{${name}}}`, { [name]: 'x' }), 'x');
  });

  it('renders one bounded line in which foreign text has no special meaning', () => {
    const piece = fc.constantFrom(
      '$',
      '(',
      '[',
      '{',
      '{{',
      '##',
      'vso[',
      '[',
      '\n',
      '\r',
      '\u0000',
      'a',
      '}}',
    );
    const value = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 5_000 }),
    );
    const names = fc.array(fc.constantFrom(...templateNames), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(names, value, value, (some, odd, even) => {
        const values = Object.fromEntries(
          templateNames.map((name, at) => [name, at % 2 === 0 ? even : odd]),
        ) as TemplateValues;
        const result = render(some.map((name) => `{{${name}}}`).join(''), values);
        assert.doesNotMatch(result, /\$[([{]/);
        assert.doesNotMatch(result, /##(?:vso)?\[/i);
        assert.doesNotMatch(result, /[\p{Cc}\p{Cf}]/u);
        assert.ok(result.length < 8_100);
      }),
      { numRuns: 500 },
    );
  });
});
