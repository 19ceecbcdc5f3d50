import { readFile } from 'node:fs/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { s3Client } from '../../shared/adapters/aws/clients.ts';
import { S3ObjectStore } from '../../shared/adapters/aws/s3-object-store.ts';
import { resvgRasteriser } from '../../shared/adapters/local/resvg-rasteriser.ts';
import { powertoolsLog } from '../../shared/adapters/aws/powertools-log.ts';
import { showSources } from '../../shared/adapters/local/source-stacks.ts';
import { systemClock } from '../../shared/adapters/local/system-clock.ts';
import { readEnvironment } from '../../shared/settings/environment.ts';
import { createHandler } from './handler.ts';

showSources(import.meta.url);
const { bucket } = readEnvironment(process.env);
const store = new S3ObjectStore({ bucket, client: s3Client() });
// Laid beside the bundle, see `lib/parts/function-bundles.ts`.
const beside = (name: string) => readFile(new URL(name, import.meta.url));
const rasterise = resvgRasteriser({
  wasm: () => beside('resvg.wasm'),
  fonts: () => Promise.all([beside('chart-font.ttf'), beside('chart-font-bold.ttf')]),
});

const log = powertoolsLog(new Logger({ serviceName: 'chart' }));
export const handler = createHandler({ store, rasterise, clock: systemClock, log });
