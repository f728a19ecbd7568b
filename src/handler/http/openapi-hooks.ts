import { json, schemaRef } from './openapi-schemas.ts';

/** How hooks prove themselves: by one of the two. */
export const hookSecurity = {
  serviceAccount: {
    type: 'http',
    scheme: 'bearer',
    description: 'Of a hook: the token of its service account, made for the handler.',
  },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'Hook-Signature',
    description: 'Of a hook: HMAC-SHA256, with Hook-Caller, Hook-Timestamp and Hook-Nonce.',
  },
} as const;

const security = [{ serviceAccount: [] }, { signature: [] }];
const caller = {
  ...{ name: 'Hook-Caller', in: 'header', required: false, schema: { type: 'string' } },
  description: 'The entry in `hooks.callers`, where it does not follow from the token.',
};
const refusals = {
  400: json('The body is invalid: all faults are listed.', 'Refusal'),
  401: json('Whose hook it is is not proven.', 'Refusal'),
  429: json('Too many requests; see Retry-After.', 'Refusal'),
  503: json('Argo CD, the cluster or the store does not answer at the moment.', 'Refusal'),
};

/** The routes that hooks of Argo CD call, as OpenAPI 3.1. */
export function hookPaths() {
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
  const wait = {
    ...{ name: 'wait', in: 'query', required: false, schema: { type: 'integer' } },
    description: 'Seconds to wait for its end, 30 at the most.',
  };
  return {
    '/v1/hooks': {
      post: {
        ...{ tags: ['public'], operationId: 'hook', security },
        summary: 'Takes the call of a hook, and does what it asks for.',
        parameters: [caller],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: schemaRef('HookBody') } },
        },
        responses: {
          202: json('It is stored and will be done. A repeated call gets the same.', 'HookAnswer'),
          ...refusals,
          403: json('No grant allows it.', 'Refusal'),
          409: json('Argo CD does not show such a hook (yet); see Retry-After.', 'Refusal'),
          413: json('The body is too long.', 'Refusal'),
        },
      },
    },
    '/v1/hooks/{id}': {
      get: {
        ...{ tags: ['public'], operationId: 'hookProgress', security },
        summary: 'Reports how far a follow-up is.',
        parameters: [id, wait, caller],
        responses: {
          200: json('Its state, and that of the run.', 'HookFollowUp'),
          ...refusals,
          404: json('It does not exist, or the hook may not see it.', 'Refusal'),
        },
      },
    },
  };
}
