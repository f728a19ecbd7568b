import * as z from 'zod/mini';
import { about } from '../../settings/text-setting.ts';
import {
  acceptedSchema,
  cancelingSchema,
  followUpsSchema,
  gateAnswerSchema,
  refusalSchema,
  runSchema,
  whoamiSchema,
} from './answers.ts';
import {
  checkBodySchema,
  eventBodySchema,
  gateBodySchema,
  syncBodySchema,
} from './body-schemas.ts';
import { operatorActs } from '../follow-ups/operator-acts.ts';
import { actionStates } from '../store/event-store.ts';
import { headerTemplates } from './header-block.ts';
import { checkSections, eventSections, gateSections, syncSections } from './sync-sections.ts';

/** Increased when routes change in a way that callers must know. */
const apiVersion = '1.0.0';

const schemas = {
  Accepted: acceptedSchema,
  Canceling: cancelingSchema,
  CheckBody: checkBodySchema,
  EventBody: eventBodySchema,
  FollowUps: followUpsSchema,
  GateAnswer: gateAnswerSchema,
  GateBody: gateBodySchema,
  Refusal: refusalSchema,
  Run: runSchema,
  SyncBody: syncBodySchema,
  Whoami: whoamiSchema,
};
type SchemaName = keyof typeof schemas;

/** The routes of both listeners, as OpenAPI 3.1. */
export function openapi() {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Argo CD for Azure Pipelines: handler',
      version: apiVersion,
      description:
        'Azure Pipelines calls the routes tagged `public`. Those tagged `admin` are on a separate listener.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    tags: [
      { name: 'public', description: 'For agentless jobs, gates and checks.' },
      { name: 'admin', description: 'For operators of the handler.' },
    ],
    paths: { ...publicPaths(), ...adminPaths() },
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'The token of a client.' },
        password: {
          type: 'http',
          scheme: 'basic',
          description: 'The same token as password; the user name is ignored.',
        },
        adminToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'The admin token, if there is one.',
        },
        adminPassword: {
          type: 'http',
          scheme: 'basic',
          description: 'The admin token as password.',
        },
      },
      parameters: headerParameters(),
      schemas: Object.fromEntries(
        Object.entries(schemas).map(([name, schema]) => [name, jsonSchemaOf(schema)]),
      ),
    },
  };
}

/** The content of the published file. */
export function printOpenapi(): string {
  return `${JSON.stringify(openapi(), null, 2)}\n`;
}

function publicPaths() {
  return {
    '/v1/syncs': {
      post: runOperation('sync', 'Accepts the sync of an agentless job.', 'SyncBody', syncSections),
    },
    '/v1/checks': {
      post: runOperation('check', 'Accepts an environment check.', 'CheckBody', checkSections),
    },
    '/v1/events/claim': {
      post: runOperation(
        'claim',
        'Accepts the claim of an event by the run that was queued for it.',
        'EventBody',
        eventSections,
      ),
    },
    '/v1/syncs/cancel': {
      post: publicCall('cancel', 'Cancels the run of the calling task.', headerRefs, {
        202: json(
          'It will be canceled, even if its execute request has yet to arrive.',
          'Canceling',
        ),
      }),
    },
    '/v1/gate': {
      post: {
        ...publicCall('gate', 'Reports whether a gate passes, from what is known.', headerRefs, {
          200: json('Its state.', 'GateAnswer'),
        }),
        requestBody: bodyOf('GateBody', gateSections),
      },
    },
    '/v1/whoami': {
      get: publicCall('whoami', 'Reports whose token it is.', [], {
        200: json('The handler, and the client.', 'Whoami'),
      }),
    },
  };
}

function runOperation(id: string, summary: string, body: SchemaName, names: readonly string[]) {
  return {
    ...publicCall(id, summary, headerRefs, {
      202: json(
        'It is stored and will be processed. A repeated request gets the same response.',
        'Accepted',
      ),
    }),
    requestBody: bodyOf(body, names),
  };
}

function publicCall(
  operationId: string,
  summary: string,
  parameters: readonly object[],
  answers: Readonly<Record<number, object>>,
) {
  return {
    tags: ['public'],
    operationId,
    summary,
    security: [{ token: [] }, { password: [] }],
    ...(parameters.length > 0 && { parameters }),
    responses: {
      ...answers,
      ...(parameters.length > 0 && {
        400: json('Headers, body or inputs are invalid: all faults are listed.', 'Refusal'),
        403: json('No rule allows it.', 'Refusal'),
        413: json('The body is too long.', 'Refusal'),
        503: json('It cannot be stored at the moment.', 'Refusal'),
      }),
      401: json('The token is missing or not recognized.', 'Refusal'),
      429: json('Too many requests, or too many open runs; see Retry-After.', 'Refusal'),
    },
  };
}

function bodyOf(schema: SchemaName, names: readonly string[]) {
  const plan = '1d2f3a4b-5c6d-4e7f-8a9b-0c1d2e3f4a5b';
  const example = names.map((name) => `--${plan} ${name}\n\n`).join('');
  const description =
    'Sections: for each name, in this order, a line `--<PlanId> <name>` and the value unchanged.';
  return {
    required: true,
    content: {
      'text/plain': { schema: { type: 'string', description }, example },
      'application/json': { schema: { $ref: `#/components/schemas/${schema}` } },
    },
  };
}

function adminPaths() {
  const text = (description: string) => ({
    description,
    content: { 'text/plain': { schema: { type: 'string' } } },
  });
  const page = (description: string) => ({
    description,
    content: { 'text/html': { schema: { type: 'string' } } },
  });
  const call = (operationId: string, summary: string, responses: object) => ({
    tags: ['admin'],
    operationId,
    summary,
    security: [{ adminToken: [] }, { adminPassword: [] }, {}],
    responses,
  });
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
  const query = (name: string, schema: object, description: string) => ({
    ...{ name, in: 'query', required: false, description, schema },
  });
  const probe = { security: [] };
  return {
    '/livez': { get: { ...call('livez', 'It is running.', { 200: text('alive') }), ...probe } },
    '/readyz': {
      get: {
        ...call('readyz', 'It accepts work.', {
          200: text('ready'),
          503: text('Why it does not accept work.'),
        }),
        ...probe,
      },
    },
    '/metrics': { get: call('metrics', 'Metrics for Prometheus.', { 200: text('Metrics.') }) },
    '/v1/openapi.json': {
      get: call('openapi', 'This description.', {
        200: {
          description: 'OpenAPI 3.1.',
          content: { 'application/json': { schema: { type: 'object' } } },
        },
      }),
    },
    '/v1/runs/{id}': {
      parameters: [id],
      get: call('run', 'A run.', {
        200: json('The run.', 'Run'),
        404: json('The run does not exist.', 'Refusal'),
      }),
    },
    '/': { get: call('statusPage', 'The status page.', { 200: page('HTML.') }) },
    '/follow-ups': {
      get: call('followUpsPage', 'The page of follow-ups.', { 200: page('HTML.') }),
    },
    '/v1/follow-ups': {
      parameters: [
        query('state', { type: 'string', enum: actionStates }, 'Only follow-ups in this state.'),
        query('application', { type: 'string' }, 'Only follow-ups of applications with this name.'),
        query('before', { type: 'integer' }, 'The `before` of the previous page.'),
      ],
      get: call('followUps', 'A page of follow-ups, newest first.', {
        200: json('Follow-ups.', 'FollowUps'),
      }),
    },
    '/follow-ups/{event}/{act}': {
      parameters: [
        { name: 'event', in: 'path', required: true, schema: { type: 'string' } },
        {
          ...{ name: 'act', in: 'path', required: true },
          schema: { type: 'string', enum: operatorActs },
        },
      ],
      post: {
        ...call('changeFollowUp', 'Redelivers or dismisses a follow-up.', {
          200: text('Done.'),
          303: { description: 'Done, for browsers.' },
          403: text('No admin token is configured, or the form comes from elsewhere.'),
          404: text('The follow-up does not exist.'),
          409: text('Its state does not allow it.'),
          413: text('The form is too long.'),
        }),
        security: [{ adminToken: [] }, { adminPassword: [] }],
      },
    },
    '/runs/{id}': {
      parameters: [id],
      get: call('runPage', "A run's page.", {
        200: page('HTML.'),
        404: text('The run does not exist.'),
      }),
    },
  };
}

const optionalHeaders = {
  AuthToken: 'Write `$(System.AccessToken)`. Optional only for a gate.',
  BuildId: 'For checks: the build that is watched for a cancellation.',
  RequestType: '`Execute` (default) or `Cancel`.',
};

const headerRefs = [...Object.keys(headerTemplates), 'RequestType'].map((name) => ({
  $ref: `#/components/parameters/${name}`,
}));

function headerParameters() {
  const templates: Readonly<Record<string, string>> = headerTemplates;
  const names = [...Object.keys(templates), 'RequestType'];
  const descriptions: Readonly<Record<string, string>> = optionalHeaders;
  return Object.fromEntries(
    names.map((name) => {
      const description = descriptions[name] ?? `Write \`${templates[name] ?? ''}\`.`;
      const required = descriptions[name] === undefined;
      return [name, { name, in: 'header', required, description, schema: { type: 'string' } }];
    }),
  );
}

function json(description: string, schema: SchemaName) {
  return {
    description,
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
  };
}

function jsonSchemaOf(schema: (typeof schemas)[SchemaName]): object {
  const json = z.toJSONSchema(schema, { metadata: about, io: 'input' });
  // The whole document declares the dialect.
  delete json.$schema;
  return { ...json };
}
