import { Hono, type Context } from 'hono';
import { findActionBody } from '../../actions/action-body.ts';
import type { Clock } from '../../async/clock.ts';
import { presentedUser } from '../access/presented-token.ts';
import { actStates, operatorActs, type OperatorActs } from '../follow-ups/operator-acts.ts';
import { actionStates, type ActionQuery, type EventStore } from '../store/event-store.ts';
import type { FollowUps } from '../follow-ups/follow-ups.ts';
import { readText } from './body-text.ts';
import { viewFollowUp } from './follow-up-view.ts';
import { isFromElsewhere, type FormTokens } from './form-tokens.ts';
import { followUpsPage } from './pages/follow-ups-page.ts';
import { formContentSecurityPolicy, pausedQuery } from './pages/layout.ts';

/** What the follow-up pages show and change. */
export interface FollowUpPorts {
  readonly store: Pick<EventStore, 'actions'>;
  readonly acts: Pick<OperatorActs, 'act'>;
  readonly seen: Pick<FollowUps, 'idleEvents' | 'standing' | 'followsNothing'>;
  readonly forms: FormTokens;
  /** An admin token is configured, so every caller has presented it. */
  readonly mayChange: () => boolean;
  readonly clock: Clock;
}

const rowsOfPage = 50;
const longestName = 253;
const headers = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  // Without it, browsers would not say where a form comes from.
  'Referrer-Policy': 'same-origin',
};

/** Follow-ups with cause, state and claim, as pages and as JSON; and the acts of operators. */
export function followUpsApp({ store, acts, seen, forms, mayChange, clock }: FollowUpPorts): Hono {
  const app = new Hono();
  const line = (c: Context, status: 200 | 403 | 404 | 409 | 413, text: string) =>
    c.text(`${text}\n`, status, headers);

  app.get('/follow-ups', async (c) => {
    const { rows, older, query } = await page(c);
    const body = followUpsPage({
      ...{ rows, older, query, now: clock.now(), mayChange: mayChange() },
      ...whatElse(query),
      isPaused: new URL(c.req.url).search.includes(pausedQuery),
      tokenOf: (act, event) => forms.tokenOf(act, event),
    });
    return c.html(body, 200, { ...headers, 'Content-Security-Policy': formContentSecurityPolicy });
  });

  app.get('/v1/follow-ups', async (c) => {
    const { rows, older } = await page(c);
    return c.json({ followUps: rows.map(viewFollowUp), before: older ?? null }, 200, headers);
  });

  app.post('/follow-ups/:event/:act', async (c) => {
    const event = c.req.param('event');
    const act = operatorActs.find((each) => each === c.req.param('act'));
    if (act === undefined || !/^\d{15}$/.test(event)) return line(c, 404, 'Not found.');
    if (!mayChange()) {
      return line(c, 403, 'Changes require adminToken in the configuration.');
    }
    const header = (name: string) => c.req.header(name);
    if (isFromElsewhere(header)) return line(c, 403, 'The request comes from another site.');
    const authorization = header('Authorization') ?? '';
    // Browsers never send a bearer token by themselves.
    if (!/^bearer /i.test(authorization)) {
      const text = await readText(c.req.raw);
      if (text === undefined) return line(c, 413, 'The form is too long.');
      const token = new URLSearchParams(text).get('token') ?? '';
      if (!forms.isValid(token, act, event)) {
        return line(c, 403, 'The form has expired: reload the page and try again.');
      }
    }
    switch (await acts.act(act, event, presentedUser(authorization))) {
      case 'unknown':
        return line(c, 404, 'Follow-up not found.');
      case 'late':
        return line(c, 409, `This is possible only in these states: ${actStates[act].join(', ')}.`);
      case 'acted':
        if (header('Accept')?.includes('text/html') !== true) return line(c, 200, 'Done.');
        return c.body(null, 303, { ...headers, Location: '/follow-ups' });
    }
  });
  return app;

  /** Events without a follow-up have no state and no pages: they are listed with the newest follow-ups. */
  function whatElse({ state, application, before }: Omit<ActionQuery, 'limit'>) {
    const isFirst = state === undefined && before === undefined;
    return {
      idle: isFirst ? seen.idleEvents(rowsOfPage, application) : undefined,
      standing: isFirst && application !== undefined ? seen.standing(application) : undefined,
      followsNothing: seen.followsNothing,
    };
  }

  async function page(c: Context) {
    const query = queryOf(c);
    const found = await store.actions({ ...query, limit: rowsOfPage + 1 });
    const actions = found.slice(0, rowsOfPage);
    // Several may have the same time; the next page repeats those rather than skip one.
    const last = found.length > rowsOfPage ? actions.at(-1)?.createdAt : undefined;
    const older = last === undefined ? undefined : last + 1;
    return {
      rows: actions.map((action) => ({ action, body: findActionBody(action) })),
      older,
      query,
    };
  }
}

function queryOf(c: Context): Omit<ActionQuery, 'limit'> {
  const state = actionStates.find((each) => each === c.req.query('state'));
  const application = (c.req.query('application') ?? '').trim().slice(0, longestName);
  const before = Number(c.req.query('before')) || undefined;
  return {
    ...(state !== undefined && { state }),
    ...(application !== '' && { application }),
    ...(before !== undefined && { before }),
  };
}
