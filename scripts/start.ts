import { bundle, handlerBundle } from './bundle.ts';

// The handler as it ships, with the example configuration unless another one is given.
await bundle(handlerBundle);
const given = process.argv.slice(2);
const usual = ['serve', '--config', 'handler.example.yaml', '--log', 'text'];
const words = given.length > 0 ? given : usual;
process.argv.splice(2, Infinity, handlerBundle.outfile, ...words);
await import('./on-node-24.ts');
