import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './bundle.ts';
import { readManifest } from './stage.ts';
import { packExtension } from './vsix.ts';

// Whoever publishes adds `--publisher NAME`: the one in the manifest stands for nobody.
const path = await packExtension(join(root, 'out'), process.argv.slice(2));
const { name, version } = readManifest(root);
const kilobytes = Math.ceil(statSync(path).size / 1024);
console.log(`${name} ${version}: ${relative(root, path)}, ${kilobytes} KB`);
