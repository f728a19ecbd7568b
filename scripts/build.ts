import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { bundleAll, bundles, root } from './bundle.ts';

await bundleAll();
for (const { outfile } of bundles) {
  console.log(`${relative(root, outfile)}  ${Math.ceil(statSync(outfile).size / 1024)} KB`);
}
