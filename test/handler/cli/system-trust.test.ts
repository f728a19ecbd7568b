import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readFileSync } from 'node:fs';

const file = new URL('../../fixtures/tls/ca.pem', import.meta.url).pathname;

describe('The CA certificates of the handler', () => {
  it('are those of the operating system and of Node', async () => {
    const script = `
      import tls from 'node:tls';
      const { trustSystemAuthorities } = await import('./src/handler/cli/system-trust.ts');
      const before = tls.getCACertificates('default');
      trustSystemAuthorities();
      process.stdout.write(JSON.stringify({ before, after: tls.getCACertificates('default') }));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', script],
      {
        // This variable of OpenSSL selects the operating system's store.
        env: { ...process.env, SSL_CERT_FILE: file },
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    const { before, after } = JSON.parse(stdout) as Record<'before' | 'after', readonly string[]>;
    const bare = (pem: string) => pem.replace(/\s/g, '');
    const [own, held] = [bare(readFileSync(file, 'utf8')), new Set(after.map(bare))];
    const has = (list: readonly string[]) => list.some((pem) => own.includes(bare(pem)));
    assert.deepEqual([has(before), has(after)], [false, true]);
    assert.ok(before.every((pem) => held.has(bare(pem))));
  });
});
