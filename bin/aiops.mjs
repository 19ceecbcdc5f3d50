#!/usr/bin/env node
// The sources are TypeScript and run as they are: this registers the loader, from wherever it was started.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('./aiops.ts');
await main();
