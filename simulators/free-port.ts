import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems give to outgoing connections, which would take them at any moment. */
const lowest = 20_000;
/** Each process has its own, so that two that look at once do not find the same. */
const each = 1_000;
const own = lowest + (process.pid % 10) * each;
let next = Math.floor(Math.random() * each);

/** A port of the loopback on which nobody listens, for a program that is started again and again. */
export async function freePort(): Promise<number> {
  for (;;) {
    next = (next + 1) % each;
    const port = own + next;
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    await new Promise((resolve) => server.close(resolve));
    if (isFree) return port;
  }
}
