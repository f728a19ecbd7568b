import assert from 'node:assert/strict';
import type { TemplateOrder } from '../../../simulators/azure-devops/template.ts';
import { fillTemplate } from '../../../simulators/azure-devops/template.ts';

const values: Readonly<Record<string, string>> = {
  text: '<a href="x">\'&',
  flag: 'false',
  empty: '',
  mode: 'Sync',
  macro: '$(Secret)',
  braces: '{{mode}}',
};
const scope = {
  macro: (name: string) => ({ secret: 's3', mode: 'Sync' })[name.toLowerCase()],
  mustache: (name: string) => values[name],
};

const cases: [string, string, TemplateOrder?][] = [
  ['a $(MODE) b $( mode ) $(other) $()', 'a Sync b Sync $(other) $()'],
  ['{{text}}', '&lt;a href=&quot;x&quot;&gt;&#39;&amp;'],
  ['{{{text}}} {{{ text }}}', `${values.text} ${values.text}`],
  ['{{missing}}|{{{missing}}}', '|'],
  ['{{#if mode}}yes{{else}}no{{/if}}', 'yes'],
  ['{{#if empty}}yes{{else}}no{{/if}}{{#if missing}}x{{/if}}', 'no'],
  ['{{#if flag}}holds{{/if}}', 'holds'],
  ["{{#equals flag 'true' 1}}yes{{else}}no{{/equals}}", 'no'],
  ["{{#equals mode 'sync'}}yes{{else}}no{{/equals}}", 'no'],
  ["{{#equals mode 'sync' 1}}yes{{else}}no{{/equals}}", 'yes'],
  ['{{#notEquals mode "sync" 1}}yes{{else}}no{{/notEquals}}', 'no'],
  ["{{#if mode}}a{{#equals mode 'x'}}b{{else}}{{{mode}}}{{/equals}}d{{else}}e{{/if}}f", 'aSyncdf'],
  ["{{#if empty}}a{{#equals mode 'Sync'}}b{{else}}c{{/equals}}{{/if}}f", 'f'],
  ['{"a": {"b": 1}}', '{"a": {"b": 1}}'],
  ['{{{braces}}}', '{{mode}}', 'macrosFirst'],
  ['{{{braces}}}', '{{mode}}', 'mustacheFirst'],
  // The order matters if a value contains the other kind of placeholder.
  ['{{{macro}}}', '$(Secret)', 'macrosFirst'],
  ['{{{macro}}}', 's3', 'mustacheFirst'],
];

const faults: [string, RegExp][] = [
  ['{{#each a}}{{/each}}', /\{\{#each\}\} is not known/],
  ['{{upper mode}}', /helper of \{\{upper mode\}\}/],
  ['{{#if mode}}', /does not close \{\{#if\}\}/],
  ['{{#if mode}}{{/equals}}', /closes \{\{\/equals\}\} unopened/],
  ['{{else}}', /outside a block/],
];

describe('The templates of task.json', () => {
  for (const [template, filled, order = 'macrosFirst'] of cases) {
    it(`fills ${template} (${order})`, () => {
      assert.equal(fillTemplate(template, scope, order), filled);
    });
  }

  for (const [template, message] of faults) {
    it(`refuses ${template}`, () => {
      assert.throws(() => fillTemplate(template, scope, 'macrosFirst'), message);
    });
  }
});
