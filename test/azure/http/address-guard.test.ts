import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { promisify } from 'node:util';
import type { Resolve } from '../../../src/azure/http/address-guard.ts';
import { AddressRefused, guardedLookup, isAllowed } from '../../../src/azure/http/address-guard.ts';
import type { Reach } from '../../../src/azure/http/collection.ts';

describe('The address guard', () => {
  const everywhere = ['20.37.158.5', '13.107.6.183', '8.8.8.8', '1.1.1.1', '172.15.0.1'];
  const border = ['9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '128.0.0.0'];
  const more = ['172.32.0.0', '192.167.255.255', '192.169.0.0', '223.255.255.255', '169.253.1.1'];
  const six = ['2620:1ec:4::183', '2603:1030::1', '64:ff9b::1425:9e05', '64:ff9b::20.37.158.5'];
  for (const address of [...everywhere, ...border, ...more, ...six]) {
    it(`allows ${address}`, () => {
      assert.ok(isAllowed(address, 'public'));
      assert.ok(isAllowed(address, 'private'));
    });
  }

  const own: readonly string[] = [
    '10.0.0.0',
    '10.255.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '192.168.255.255',
    '100.64.0.1',
    '100.100.100.199',
    '100.100.100.201',
    '100.127.255.255',
    '198.18.0.1',
    '198.19.255.255',
    '::1',
    '0:0:0:0:0:0:0:1',
    'fc00::1',
    'fd12:3456:789a::1',
    '64:ff9b::10.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::192.168.1.1',
  ];
  for (const address of own) {
    it(`allows ${address} only if the organization is private`, () => {
      assert.ok(!isAllowed(address, 'public'));
      assert.ok(isAllowed(address, 'private'));
    });
  }

  const never: readonly string[] = [
    '0.0.0.0',
    '0.1.2.3',
    '169.254.0.1',
    '169.254.169.254',
    '168.63.129.16',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.0.0.1',
    '::ffff:169.254.169.254',
    '::ffff:8.8.8.8',
    '::ffff:0:127.0.0.1',
    '::127.0.0.1',
    '::8.8.8.8',
    '64:ff9b::169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::168.63.129.16',
    '64:ff9b::0.0.0.0',
    '64:ff9b:1::10.0.0.1',
    '64:ff9b:1::8.8.8.8',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    'fec0::1',
    'ff02::1',
    'ff0e::1',
    '100::1',
    '2001::1',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
    '2001:db8::1',
    '2002:7f00:1::',
    '2002:a00:1::1',
    '3fff::1',
    '4000::1',
    '5f00::1',
    '8000::1',
    'fd00:ec2::254',
    'fd20:ce::254',
    'fd00:c1::a9fe:a9fe',
    'fd00:42::42',
    '100.100.100.200',
    '::ffff:100.100.100.200',
    '64:ff9b::100.100.100.200',
    '64:ff9b::6464:64c8',
    '2002:6464:64c8::1',
    'localhost',
    '127.1',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '2130706433',
    '1.2.3.4.5',
    '',
    ' 8.8.8.8',
    '8.8.8.8/8',
    '[::1]',
  ];
  for (const address of never) {
    it(`never allows ${JSON.stringify(address)}`, () => {
      assert.ok(!isAllowed(address, 'public'));
      assert.ok(!isAllowed(address, 'private'));
    });
  }
});

describe('The guarded lookup', () => {
  /** Resolves to the given addresses, one list for each lookup. */
  function resolving(...answers: readonly (readonly string[])[]): Resolve & { asked: number } {
    const resolve = (
      _: string,
      __: object,
      callback: (error: null, addresses: LookupAddress[]) => void,
    ) => {
      const addresses = answers[resolve.asked++] ?? [];
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };
    resolve.asked = 0;
    return resolve;
  }

  function look(resolve: Resolve, reach: Reach = 'public') {
    const all = promisify(guardedLookup(reach, resolve)) as unknown as (
      name: string,
      options: object,
    ) => Promise<unknown>;
    return (options: object) => all('dev.azure.com', options);
  }

  it('returns all addresses, or the first one', async () => {
    const resolve = resolving(['20.37.158.5', '2620:1ec:4::183'], ['20.37.158.5', '1.1.1.1']);
    assert.deepEqual(await look(resolve)({ all: true }), [
      { address: '20.37.158.5', family: 4 },
      { address: '2620:1ec:4::183', family: 6 },
    ]);
    assert.equal(await look(resolve)({}), '20.37.158.5');
    assert.equal(resolve.asked, 2);
  });

  it('refuses a name if any of its addresses is refused, in any position', async () => {
    for (const addresses of [
      ['10.0.0.1'],
      ['20.37.158.5', '10.0.0.1'],
      ['10.0.0.1', '20.37.158.5'],
      ['20.37.158.5', '2620:1ec:4::183', '::1'],
      ['::ffff:127.0.0.1'],
      ['169.254.169.254'],
    ]) {
      for (const all of [true, false]) {
        await assert.rejects(look(resolving(addresses))({ all }), AddressRefused);
      }
    }
  });

  it('says what is refused, and what to do', async () => {
    await assert.rejects(look(resolving(['10.1.2.3']))({ all: true }), {
      code: 'ADDRESS_REFUSED',
      message:
        "dev.azure.com resolves to 10.1.2.3, which is in a private network: if this organization is on-premises, mark it as private in the handler's configuration; the token was not sent there",
    });
    await assert.rejects(look(resolving(['169.254.169.254']), 'private')({ all: true }), {
      message:
        'dev.azure.com resolves to 169.254.169.254, which is not a valid server address; the token was not sent there',
    });
  });

  it('allows private addresses if the organization is private', async () => {
    assert.equal(await look(resolving(['10.1.2.3']), 'private')({}), '10.1.2.3');
    await assert.rejects(look(resolving(['169.254.169.254']), 'private')({}), AddressRefused);
  });

  it('fails like the resolver, and if there is no address', async () => {
    const failing: Resolve = (_, __, callback) =>
      callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    await assert.rejects(look(failing)({ all: true }), { code: 'ENOTFOUND' });
    await assert.rejects(look(resolving([]))({ all: true }), /dev\.azure\.com has no address/);
  });

  it("uses the system's resolver by default", async () => {
    const lookup = promisify(guardedLookup('private')) as unknown as (
      name: string,
      options: object,
    ) => Promise<LookupAddress[]>;
    const [first] = await lookup('localhost', { all: true });
    assert.ok(['127.0.0.1', '::1'].includes(first?.address ?? ''));
  });
});
