import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { bundle, handlerBundle, root, taskBundles } from './bundle.ts';

const bundles = [...taskBundles, handlerBundle];
await Promise.all(bundles.map(bundle));
for (const { outfile } of bundles) {
  console.log(`${relative(root, outfile)}  ${Math.ceil(statSync(outfile).size / 1024)} KB`);
}
