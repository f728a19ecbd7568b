import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { LoopbackTraffic } from '../../simulators/loopback-traffic.ts';

describe('Traffic between sockets of this process', () => {
  let traffic: LoopbackTraffic;
  let server: Server;
  let accepted: Socket;
  let client: Socket;

  beforeEach(async () => {
    traffic = new LoopbackTraffic();
    server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    assert.equal(traffic.isOnItsWay, true, 'a connection that is being made');
    [[accepted]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [
      [Socket],
      unknown,
    ];
  });
  afterEach(async () => {
    client.destroy();
    accepted.destroy();
    traffic.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is none while both ends are silent', () => {
    assert.equal(traffic.isOnItsWay, false);
  });

  it('is what was written until the other end has read it', async () => {
    const before = traffic.moved;
    client.write('hello');
    assert.equal(traffic.isOnItsWay, true);
    accepted.resume();
    await once(accepted, 'data');
    assert.equal(traffic.isOnItsWay, false);
    assert.notEqual(traffic.moved, before);
  });

  it('includes a connection that one end has closed, until the other has noticed', async () => {
    accepted.resume();
    client.resume();
    client.destroy();
    await once(client, 'close');
    assert.equal(traffic.isOnItsWay, true);
    await once(accepted, 'close');
    assert.equal(traffic.isOnItsWay, false);
  });
});
