import assert from 'node:assert/strict';
import type { ExtensionManifest } from '../../../simulators/azure-devops/connection.ts';
import {
  authenticationHeaders,
  endpointValue,
} from '../../../simulators/azure-devops/connection.ts';

const schemes = (...authenticationSchemes: object[]): ExtensionManifest =>
  ({
    contributions: [
      {
        type: 'ms.vss-endpoint.service-endpoint-type',
        properties: { name: 'sample', authenticationSchemes },
      },
    ],
  }) as ExtensionManifest;
const token = { type: 'ms.vss-endpoint.endpoint-auth-scheme-token' };
const headers = [{ name: 'Authorization', value: 'Bearer {{endpoint.apitoken}}' }];
const connection = {
  url: 'https://handler.example.com',
  scheme: 'Token',
  parameters: { apitoken: `a&b'c` },
  data: { instance: 'prod' },
};

describe('A service connection', () => {
  it('sends the headers that its type declares for the scheme, with the token unchanged', () => {
    assert.deepEqual(authenticationHeaders(connection, 'Sample', schemes({ ...token, headers })), {
      Authorization: `Bearer a&b'c`,
    });
  });

  it('sends the bare token if its type declares no headers', () => {
    assert.deepEqual(authenticationHeaders(connection, 'sample', schemes(token)), {
      Authorization: `a&b'c`,
    });
  });

  it('sends Basic for user name and password, and nothing for None', () => {
    const parameters = { username: 'u', password: 'p' };
    const basic = { url: 'https://a.example', scheme: 'UsernamePassword', parameters };
    assert.deepEqual(authenticationHeaders(basic, 'Generic', undefined), {
      Authorization: 'Basic dTpw',
    });
    const none = { url: 'https://a.example', scheme: 'None' };
    assert.deepEqual(authenticationHeaders(none, 'generic', undefined), {});
  });

  it('refuses a type and a scheme that are not contributed', () => {
    const manifest = schemes(token);
    assert.throws(
      () => authenticationHeaders(connection, 'other', manifest),
      /contributes no service connection type other/,
    );
    assert.throws(
      () => authenticationHeaders({ ...connection, scheme: 'None' }, 'sample', manifest),
      /have no scheme None/,
    );
  });

  it('has its URL, data and parameters as endpoint values, in any case', () => {
    const values = ['URL', 'Instance', 'apiToken', 'other'].map((name) =>
      endpointValue(connection, name),
    );
    assert.deepEqual(values, ['https://handler.example.com', 'prod', `a&b'c`, undefined]);
  });
});
