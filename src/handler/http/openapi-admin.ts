import { operatorActs } from '../follow-ups/operator-acts.ts';
import { actionStates } from '../store/event-store.ts';
import { json } from './openapi-schemas.ts';

/** The routes of the admin listener, as OpenAPI 3.1. */
export function adminPaths() {
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
