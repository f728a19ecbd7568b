import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApplicationEvent, Applications } from './applications.ts';
import type { SimulatedClock } from './clock.ts';
import { filterFields } from './field-filter.ts';
import type { StreamFault } from './faults.ts';

/** Argo CD sends a comment line at this interval, only on server-sent events. */
export const heartbeatInterval = 15_000;

export interface StreamRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly selects: (application: ApplicationEvent['application']) => boolean;
  readonly heartbeat: number;
  readonly fault: StreamFault | undefined;
}

/** Serves `GET /api/v1/stream/applications`; argo-cd.md §1.5 has the rules. */
export function serveStream(
  applications: Applications,
  clock: SimulatedClock,
  { request, response, query, selects, heartbeat, fault }: StreamRequest,
): void {
  // Any other Accept returns lines of JSON, without heartbeats and with late headers.
  const events = request.headers.accept === 'text/event-stream';
  const fields = query.get('fields');
  const last = new Map<string, string>();
  let sent = 0;
  const head = () =>
    response.writeHead(200, {
      'Content-Type': events ? 'text/event-stream' : 'application/json',
      ...(events && { 'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff' }),
    });
  const send = (event: ApplicationEvent) => {
    if (response.writableEnded || fault?.kind === 'silentStream') return;
    if (!selects(event.application)) return;
    if (fault?.kind === 'losingStream' && fault.loses(event)) return;
    const text = JSON.stringify(filterFields({ result: event }, fields));
    const { name, namespace } = event.application.metadata;
    // After filtering, the server omits what equals its previous message for that application.
    if (last.get(`${namespace}/${name}`) === text) return;
    last.set(`${namespace}/${name}`, text);
    if (!response.headersSent) head();
    response.write(events ? `data: ${text} \n\n\n` : `${text}\n`);
    sent++;
    if (fault?.kind === 'closingStream' && sent >= fault.afterEvents) response.end();
  };
  if (events) {
    head();
    response.flushHeaders();
  }
  const name = query.get('name');
  const since = Number(query.get('resourceVersion') ?? 0);
  if (name || !query.get('resourceVersion')) {
    for (const application of applications.informed()) {
      send({ type: 'ADDED', application: applications.withHealth(application) });
    }
  }
  const unwatch = applications.watch((event) => {
    if (Number(event.application.metadata.resourceVersion) >= since) send(event);
  });
  let beat = () => undefined as void;
  const scheduleBeat = () => {
    beat = clock.after(heartbeat, () => {
      if (response.writableEnded) return;
      response.write(':\n');
      scheduleBeat();
    });
  };
  if (events && fault?.kind !== 'silentStream') scheduleBeat();
  response.on('close', () => {
    unwatch();
    beat();
  });
}
