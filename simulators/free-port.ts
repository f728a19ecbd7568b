import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range for outgoing connections, which could take a port at any time. */
const lowest = 20_000;
/** Each process has its own range, so that two that search at the same time find different ports. */
const each = 1_000;
const own = lowest + (process.pid % 10) * each;
let next = Math.floor(Math.random() * each);

/** A free port of the loopback interface, for a program that is restarted repeatedly. */
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
