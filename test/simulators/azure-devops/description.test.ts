import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { apiDescription, describeFaults } from '../../../simulators/azure-devops/description.ts';

const folder = new URL('../../fixtures/azure-devops/', import.meta.url);

interface Example {
  readonly parameters?: { readonly body?: unknown };
  readonly responses: Readonly<Record<string, { readonly body?: unknown }>>;
}

function json(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
}

const { operations } = json('operations.json') as {
  operations: { operationId: string; method: string; path: string; examples: { file: string }[] }[];
};
const { exampleFaults } = json('deviations.json') as {
  exampleFaults: { file: string; skip: string[] }[];
};
const skips = (file: string, side: string) =>
  exampleFaults.some((one) => one.file === file && one.skip.includes(side));

/** Every recorded example with its operation. */
const examples = operations.flatMap(({ method, path, examples: files }) => {
  const operation = apiDescription().operations.find(
    (one) => one.method === method && one.path === path,
  );
  assert(operation);
  return files.map(({ file }) => ({ file, operation, example: json(file) as Example }));
});

const hub =
  '/fabrikam/69f48e94-bdb4-42d7-a560-0f2b54f91cc8/_apis/distributedtask/hubs/build/plans/67be341f-5310-552f-e0cd-7c580e77b98b';
const completed = {
  name: 'TaskCompleted',
  taskId: '61153303-347e-5f06-a6a1-ce2102bd68eb',
  jobId: '3a7e60dc-c5b0-5009-86eb-0f217c12e2ea',
  result: 'succeeded',
};
const event = {
  method: 'POST',
  path: `${hub}/events?api-version=7.1`,
  contentType: 'application/json',
  body: JSON.stringify(completed),
  answer: { status: 204 },
};

/** A copy with an unknown property at the top, or in the first item of a list of objects. */
function spoiled(body: unknown): unknown {
  const copy = structuredClone(body) as { value?: unknown[] };
  const first = Array.isArray(copy.value) ? copy.value[0] : undefined;
  return Object.assign(first instanceof Object ? first : copy, { strange: 1 }) && copy;
}

describe("Microsoft's description of the API", () => {
  it('has 64 recorded examples, all of which pass except the two bodies that are known to be wrong', () => {
    assert.equal(examples.length, 64);
    for (const { file, operation, example } of examples) {
      const body = example.parameters?.body;
      if (body !== undefined && body !== null && !skips(file, 'request')) {
        assert.deepEqual(apiDescription().requestBodyFaults(operation, body), [], file);
      }
      for (const [status, answer] of Object.entries(example.responses)) {
        if (skips(file, 'response')) continue;
        const text = answer.body === undefined ? '' : JSON.stringify(answer.body);
        assert.deepEqual(apiDescription().answerFaults(operation, Number(status), text), [], file);
      }
    }
  });

  it('detects an unknown property in every recorded body of a described object', () => {
    let caught = 0;
    for (const { file, operation, example } of examples) {
      const body = example.parameters?.body;
      if (body instanceof Object && !Array.isArray(body) && !skips(file, 'request')) {
        caught++;
        const faults = apiDescription().requestBodyFaults(operation, spoiled(body));
        assert(
          faults.some((fault) => fault.endsWith(': strange')),
          file,
        );
      }
      for (const [status, answer] of Object.entries(example.responses)) {
        if (answer.body === undefined || skips(file, 'response')) continue;
        caught++;
        const text = JSON.stringify(spoiled(answer.body));
        const faults = apiDescription().answerFaults(operation, Number(status), text);
        assert(
          faults.some((fault) => fault.endsWith(': strange')),
          file,
        );
      }
    }
    assert(caught > 60, String(caught));
  });

  it('accepts a valid event', () => {
    assert.deepEqual(describeFaults(event), []);
  });

  it('accepts the version from Accept, the recorded version, and a path in any case', () => {
    const path = event.path.replace('?api-version=7.1', '');
    const cases = [
      { ...event, path, accept: 'application/json;api-version=7.2-preview.1' },
      { ...event, path: `${path}?api-version=2.0-preview.1` },
      { ...event, path: `${path.replace('distributedtask', 'DistributedTask')}/?api-version=7.1` },
    ];
    for (const one of cases) assert.deepEqual(describeFaults(one), [], one.path);
  });

  const wrong: [string, RegExp, Parameters<typeof describeFaults>[0]][] = [
    ['no version', /api-version is missing/, { ...event, path: `${hub}/events` }],
    ['an invented version', /api-version 7.3/, { ...event, path: `${hub}/events?api-version=7.3` }],
    ['an unknown query parameter', /parameter x is not/, { ...event, path: `${event.path}&x=1` }],
    ['another content type', /content type text\/plain/, { ...event, contentType: 'text/plain' }],
    ['no content type', /content type \(none\)/, { ...event, contentType: undefined }],
    ['a body that is not JSON', /request body is not JSON/, { ...event, body: 'x' }],
    [
      'a misspelled property',
      /additional properties: taskid/,
      { ...event, body: JSON.stringify({ ...completed, taskid: completed.taskId }) },
    ],
    [
      'an invented result',
      /\/result must be equal/,
      { ...event, body: JSON.stringify({ ...completed, result: 'Succeeded' }) },
    ],
    [
      'an id that is not a GUID',
      /\/taskId must match format/,
      { ...event, body: JSON.stringify({ ...completed, taskId: '7' }) },
    ],
    [
      'a project name instead of its id',
      /scopeIdentifier/,
      { ...event, path: event.path.replace(/69f48e94[-0-9a-f]+/, 'shop') },
    ],
    ['an undescribed status', /status 202/, { ...event, answer: { status: 202 } }],
    ['an undescribed body', /has a body/, { ...event, answer: { status: 204, body: '{}' } }],
    [
      'an error in another form',
      /must have required property/,
      { ...event, answer: { status: 404, body: '{}' } },
    ],
    ['an operation that does not exist', /no such operation/, { ...event, method: 'PUT' }],
    [
      'a body in a read request',
      /has a body/,
      { method: 'GET', path: `${hub}?api-version=4.1-preview`, body: '{}' },
    ],
  ];
  for (const [name, pattern, exchange] of wrong) {
    it(`reports what is wrong: ${name}`, () => {
      assert.match(describeFaults(exchange).join('\n'), pattern);
    });
  }

  it('uses the query to choose between operations with the same path', () => {
    const path = '/o/p/_apis/serviceendpoint/endpoints';
    const version = 'api-version=7.1';
    assert.deepEqual(
      [`${path}?${version}`, `${path}?endpointNames=a&${version}`].map(
        (one) => apiDescription().find('GET', one)?.id,
      ),
      ['Endpoints_Get Service Endpoints', 'Endpoints_Get Service Endpoints By Names'],
    );
  });

  it('prefers a literal to a parameter', () => {
    const path = '/o/p/_apis/hooks/subscriptions?api-version=7.1';
    assert.equal(apiDescription().find('GET', path), undefined);
    const found = apiDescription().find('GET', '/o/_apis/projects/shop?api-version=7.1');
    assert.equal(found?.id, 'Projects_Get');
  });
});
