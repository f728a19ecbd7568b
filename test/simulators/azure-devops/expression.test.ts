import assert from 'node:assert/strict';
import { evaluateExpression } from '../../../simulators/azure-devops/expression.ts';

const root = {
  status: 'Successful',
  ready: true,
  count: 3,
  names: ['a', 'b', 'c'],
  none: [],
  nothing: null,
  nested: { 'a b': { c: 'x' } },
  items: [
    { metadata: { name: 'shop-web', labels: [] }, health: 'Healthy', wave: 1 },
    { metadata: { name: 'shop-db' }, health: 'Degraded', wave: -2 },
  ],
};

const scope = {
  root,
  response: { statuscode: 'OK', headers: { location: 'https://a.example/1' }, content: root },
  taskInputs: { names: 'b,c,d', quote: "it's" },
  variables: { 'build.reason': 'Manual' },
};

const values: [string, unknown][] = [
  ["eq(root['status'],'successful')", true],
  ["ne(root['status'],'successful')", false],
  ["EQ(ROOT['status'],'SUCCESSFUL')", true],
  ["eq(root['Status'],'successful')", false],
  ["eq(root.status, 'Successful')", true],
  ["root['nested']['a b']['c']", 'x'],
  ["root['nested']['missing']['c']", null],
  ["eq(root['ready'], true)", true],
  ["eq(root['ready'], 'true')", true],
  ["eq(root['nothing'], '')", true],
  ["eq(root['count'], '3')", true],
  ["eq('3', root['count'])", true],
  ["eq(root['count'], 'three')", false],
  ["ge(root['count'], 3)", true],
  ["gt(root['count'], 3)", false],
  ["le(root['count'], 2.5)", false],
  ["lt(root['count'], 'x')", false],
  ["lt('a', 'B')", true],
  ["gt('b', 'A')", true],
  ["and(true, eq(1, 1), 'x')", true],
  ["and(true, '')", false],
  ["or(false, 0, root['ready'])", true],
  ["or(true, count(root['nothing']))", true],
  ['xor(true, true)', false],
  ["not(root['none'])", false],
  ["not(root['nothing'])", true],
  ["in(root['status'], 'failed', 'successful')", true],
  ["notIn(root['status'], 'failed', 'error')", true],
  ["contains(root['status'], 'CCESS')", true],
  ["startsWith(root['status'], 'succ')", true],
  ["endsWith(root['status'], 'FUL')", true],
  ["eq(taskInputs['Quote'], 'it''s')", true],
  ["eq(variables['Build.Reason'], 'manual')", true],
  ["eq(response['statuscode'], 'OK')", true],
  ["isUrl(response['headers']['Location'])", true],
  ["isUrl(root['status'])", false],
  ["response['content']['count']", 3],
  ["count(root['names'])", 3],
  ["count(jsonpath('$.items[*]'))", 2],
  ["count(jsonpath('$.items[?(@.health==''Degraded'')]'))", 1],
  ["jsonpath('$.items[?(@.health!=''Degraded'' && @.wave==1)].metadata.name')[0]", 'shop-web'],
  ["jsonpath('$.items[?(@.wave<0 || @.health==''Healthy'')]..name')[1]", 'shop-db'],
  ["count(jsonpath('$.items[?(@.metadata.labels)]'))", 1],
  ["count(jsonpath('$.items[?(@.missing==''x'')]'))", 0],
  ["jsonpath('$[''status'']')[0]", 'Successful'],
  ["jsonpath('$.names[1]')[0]", 'b'],
  ["jsonpath('$.names[9]')[0]", null],
  ["isNullOrEmpty(root['nothing'])", true],
  ["isNullOrEmpty(root['none'])", true],
  ["isNullOrEmpty(root['status'])", false],
  ["count(intersect(split(taskInputs['names'], ','), root['names']))", 2],
];

const faults: [string, RegExp][] = [
  ["count(root['nothing'])", /undefined behavior: count/],
  ["isNullOrEmpty(root['nested'])", /undefined behavior: isNullOrEmpty/],
  ["contains(root['names'], 'a')", /undefined behavior: the text of a list/],
  ["intersect('a', 'b')", /undefined behavior: intersect/],
  ['eq(1)', /eq does not take 1 parameters/],
  ['same(1, 1)', /no function same/],
  ["eq(rot['a'], 1)", /names rot/],
  ["eq(root['a', 1)", /lacks \]/],
  ["eq('a, 1)", /cannot be read/],
  ['eq(1, 1) eq(1, 1)', /goes on with eq/],
  ['eq(1,', /ends too early/],
  ['eq(,1)', /has , where a value/],
  ["jsonpath('a')", /does not start with \$/],
  ["jsonpath('$.a[?(@.b~1)]')", /filter cannot be read/],
  ["jsonpath('$.a[(')", /cannot be read from/],
];

describe('The expressions of server tasks', () => {
  for (const [source, value] of values) {
    it(`${source} is ${JSON.stringify(value)}`, () => {
      assert.deepEqual(evaluateExpression(source, scope), value);
    });
  }

  for (const [source, message] of faults) {
    it(`${source} is refused`, () => {
      assert.throws(() => evaluateExpression(source, scope), message);
    });
  }
});
