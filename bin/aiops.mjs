#!/usr/bin/env node
// The sources are TypeScript and run as they are: this registers the loader, from wherever it was started.
import { register } from 'tsx/esm/api';

// The AWS SDK announces the end of its Node 20 support to whoever runs a command; it still works there.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
register();
const { main } = await import('./aiops.ts');
await main();
