import { headerTemplates } from './header-block.ts';
import { json, schemaRef, type SchemaName } from './openapi-schemas.ts';
import { checkSections, eventSections, gateSections, syncSections } from './sync-sections.ts';

/** The routes that Azure Pipelines calls, as OpenAPI 3.1. */
export function publicPaths() {
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
      'application/json': { schema: schemaRef(schema) },
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

/** The headers that they have in common. */
export function headerParameters() {
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
