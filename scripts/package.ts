import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './bundle.ts';
import { doAsked, exitCodes } from './do-asked.ts';
import { packageUsage, readPackageRequest } from './release/package-request.ts';
import { publicFaults } from './release/public-faults.ts';
import { packStaged, stageExtension } from './vsix.ts';

/** Exit code for a public package that is not ready. */
const notReady = 1;

const words = process.argv.slice(2);
process.exitCode = await doAsked(
  readPackageRequest(words),
  { name: 'package', usage: packageUsage },
  async (request) => {
    const folder = join(root, 'out');
    const staged = await stageExtension(folder, request);
    const faults = request.isPublic ? await publicFaults(root, staged, request.version) : [];
    if (faults.length > 0) {
      console.error(faults.join('\n'));
      return notReady;
    }
    const path = await packStaged(folder, staged);
    console.log(`${relative(root, path)}, ${Math.ceil(statSync(path).size / 1024)} KB`);
    return exitCodes.success;
  },
);
