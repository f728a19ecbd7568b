import type { Access } from './access.ts';
import type { Answer, Call, Handler, Route } from './api.ts';
import { filterFields } from './field-filter.ts';
import { decode } from './go-json.ts';
import type { Projects } from './projects.ts';

export interface AccountApiSettings {
  readonly access: Access;
  readonly projects: Projects;
  readonly version: string;
  /** Lifetime of a token from `POST /api/v1/session`, in simulated milliseconds. */
  readonly sessionLifetime: number;
}

/** The part of the REST API about the server and its caller. */
export class AccountApi {
  readonly #settings: AccountApiSettings;

  constructor(settings: AccountApiSettings) {
    this.#settings = settings;
  }

  routes(): readonly Route[] {
    const route = (method: string, path: string, handle: Handler): Route => ({
      method,
      path,
      handle,
    });
    return [
      route('GET', '/api/version', (call) => this.#version(call)),
      route('POST', '/api/v1/session', (call) => this.#login(call)),
      route('DELETE', '/api/v1/session', () => ({ json: {} })),
      route('GET', '/api/v1/session/userinfo', (call) => this.#userInfo(call)),
      route('GET', '/api/v1/account/can-i/{resource}/{action}/{object=**}', (call) =>
        this.#canI(call),
      ),
      route('GET', '/api/v1/settings', () => this.#serverSettings()),
      route('GET', '/api/v1/projects', (call) => this.#projects(call)),
    ];
  }

  #version(call: Call): Answer {
    const Version = this.#settings.version;
    try {
      this.#settings.access.authenticate(call.authorization, call.cookie);
    } catch {
      return { json: { Version } };
    }
    return {
      json: {
        Version,
        BuildDate: '1970-01-01T00:00:00Z',
        GoVersion: 'go1.26.8',
        Compiler: 'gc',
        Platform: 'linux/amd64',
      },
    };
  }

  #login({ body }: Call): Answer {
    const { access, sessionLifetime } = this.#settings;
    const type = { username: 'string', password: 'string' } as const;
    const request = decode(body, 'SessionCreateRequest', type) as Record<string, string>;
    const { username = '', password = '' } = request;
    return { json: { token: access.login(username, password, sessionLifetime) } };
  }

  #userInfo(call: Call): Answer {
    try {
      return {
        json: {
          loggedIn: true,
          username: this.#settings.access.authenticate(call.authorization, call.cookie).username,
          iss: 'argocd',
        },
      };
    } catch {
      return { json: {} };
    }
  }

  #canI(call: Call): Answer {
    const { resource = '', action = '', object = '' } = call.params;
    const may = this.#settings.access.allows(
      this.#settings.access.authenticate(call.authorization, call.cookie),
      resource,
      action,
      object,
    );
    return { json: { value: may ? 'yes' : 'no' } };
  }

  #serverSettings(): Answer {
    return {
      json: {
        url: 'https://argocd.example.com',
        appLabelKey: 'app.kubernetes.io/instance',
        controllerNamespace: 'argocd',
        trackingMethod: 'annotation',
      },
    };
  }

  #projects(call: Call): Answer {
    const caller = this.#settings.access.authenticate(call.authorization, call.cookie);
    const items = this.#settings.projects
      .names()
      .filter((name) => this.#settings.access.allows(caller, 'projects', 'get', name))
      .map((name) => ({ metadata: { name, namespace: 'argocd' }, spec: {}, status: {} }));
    const list = { metadata: {}, items: items.length > 0 ? items : null };
    return { json: filterFields(list, call.query.get('fields')) };
  }
}
