import { Hono, type Context } from 'hono';
import type { Clock } from '../../async/clock.ts';
import type { Secret } from '../../secret.ts';
import { presentedToken } from '../access/presented-token.ts';
import { isSameSecret } from '../access/token-digest.ts';
import { StoreError } from '../store/store.ts';
import { followUpsApp, type FollowUpPorts } from './follow-ups-app.ts';
import { FormTokens } from './form-tokens.ts';
import { isOwnHost } from './own-host.ts';
import { contentSecurityPolicy, missingPage, pausedQuery, type Markup } from './pages/layout.ts';
import { runPage } from './pages/run-page.ts';
import { queryOf, shows, statusPage } from './pages/status-page.ts';
import { viewRun } from './run-view.ts';
import type { RunRecords, ServiceStatus } from '../status.ts';

/** What the admin routes show (runs, status and metrics), and who may see it. */
export interface AdminPorts {
  readonly records: RunRecords;
  readonly status: () => ServiceStatus;
  readonly followUps: Pick<FollowUpPorts, 'store' | 'acts' | 'seen'>;
  /** 32 random bytes, for the forms of this process. */
  readonly formKey: Buffer;
  /** Prometheus text, with its content type. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** Absent: anyone who reaches the listener may look. */
  readonly token: () => Secret | undefined;
  /** Only this machine can reach the listener, so the `Host` header must name this machine. */
  readonly isLoopback: boolean;
  readonly openapi: object;
  readonly version: string;
  readonly clock: Clock;
  /** Called with unexpected errors. */
  readonly onError: (error: unknown) => void;
}

const runsOfPage = 50;
const longestId = 100;
const headers = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** Probes, metrics, and pages for operators. Only follow-ups can be changed here. */
export function adminApp(ports: AdminPorts): Hono {
  const { records, clock, version } = ports;
  const app = new Hono();
  const page = (c: Context, markup: Markup, status: 200 | 404 = 200) =>
    c.html(markup, status, { ...headers, 'Content-Security-Policy': contentSecurityPolicy });
  const lines = (c: Context, status: 200 | 403 | 404 | 500 | 503, ...text: readonly string[]) =>
    c.text(`${text.join('\n')}\n`, status, headers);

  const missing = (c: Context, words: string) =>
    c.req.header('Accept')?.includes('text/html') === true
      ? page(c, missingPage('Not found', words), 404)
      : lines(c, 404, words);
  const isPaused = (c: Context) => new URL(c.req.url).search.includes(pausedQuery);

  app.use((c, next) => {
    if (!ports.isLoopback || isOwnHost(c.req.header('Host'))) return next();
    return Promise.resolve(lines(c, 403, 'This listener answers to localhost and 127.0.0.1 only.'));
  });

  app.get('/livez', (c) => lines(c, 200, 'alive'));
  app.get('/readyz', (c) => {
    const { unready } = ports.status();
    return unready.length === 0 ? lines(c, 200, 'ready') : lines(c, 503, 'not ready', ...unready);
  });

  app.use(async (c, next) => {
    const token = ports.token();
    const given = presentedToken(c.req.header('Authorization'));
    if (token === undefined) return next();
    if (given !== undefined && isSameSecret(given, token.reveal())) return next();
    const challenge = { 'WWW-Authenticate': 'Basic realm="handler", charset="UTF-8"' };
    return c.text('The admin token is missing or wrong.\n', 401, { ...headers, ...challenge });
  });

  app.get('/metrics', async (c) => {
    const { contentType, text } = await ports.metrics();
    return c.body(text, 200, { ...headers, 'Content-Type': contentType });
  });
  app.get('/v1/openapi.json', (c) => c.json(ports.openapi, 200, headers));
  app.get('/v1/runs/:id', async (c) => {
    const run = await runOf(c.req.param('id'));
    if (run !== undefined) return c.json(viewRun(run), 200, headers);
    return c.json({ message: 'Run not found.', faults: [] }, 404, headers);
  });

  app.get('/', async (c) => {
    const show = shows.find((each) => each === c.req.query('show')) ?? 'all';
    const before = Number(c.req.query('before')) || undefined;
    const [found, figures] = await Promise.all([
      records.runs(queryOf(show, before, runsOfPage + 1)),
      records.figures(),
    ]);
    const runs = found.slice(0, runsOfPage);
    const older = found.length > runs.length ? runs.at(-1)?.acceptedAt : undefined;
    const now = clock.now();
    return page(
      c,
      statusPage({
        ...{ status: ports.status(), figures, runs, show, before, older, now, version },
        isPaused: isPaused(c),
      }),
    );
  });
  app.get('/runs/:id', async (c) => {
    const run = await runOf(c.req.param('id'));
    if (run === undefined) {
      return missing(c, 'Run not found. Ended runs are kept only for a while.');
    }
    const checkpoints = await records.checkpoints(run.id);
    return page(c, runPage(run, checkpoints, clock.now(), isPaused(c)));
  });

  app.route(
    '/',
    followUpsApp({
      ...ports.followUps,
      ...{ forms: new FormTokens(ports.formKey), clock },
      mayChange: () => ports.token() !== undefined,
    }),
  );

  app.notFound((c) => missing(c, 'This page does not exist.'));
  app.onError((error, c) => {
    if (error instanceof StoreError) return lines(c, 503, error.message);
    ports.onError(error);
    return lines(c, 500, 'Internal error: see the log.');
  });
  return app;

  function runOf(id: string) {
    return id.length <= longestId ? records.run(id) : Promise.resolve(undefined);
  }
}
