import { adminPaths } from './openapi-admin.ts';
import { hookPaths, hookSecurity } from './openapi-hooks.ts';
import { headerParameters, publicPaths } from './openapi-public.ts';
import { componentSchemas } from './openapi-schemas.ts';

/** Increased when routes change in a way that callers must know. */
const apiVersion = '1.0.0';

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
    paths: { ...publicPaths(), ...hookPaths(), ...adminPaths() },
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'The token of a client.' },
        password: {
          type: 'http',
          scheme: 'basic',
          description: 'The same token as password; the user name is ignored.',
        },
        ...hookSecurity,
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
      schemas: componentSchemas(),
    },
  };
}

/** The content of the published file. */
export function printOpenapi(): string {
  return `${JSON.stringify(openapi(), null, 2)}\n`;
}
