#!/usr/bin/env node
import { existsSync } from 'node:fs';

// The AWS SDK announces the end of its Node 20 support to whoever runs a command; it still works there.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
// In a clone the sources are TypeScript and run as they are, from wherever it was started; a package has none.
const source = new URL('./aiops.ts', import.meta.url);
const isClone = existsSync(source);
if (isClone) (await import('tsx/esm/api')).register();
const { main } = await import(isClone ? source.href : '../dist/cli/aiops.mjs');
await main();
