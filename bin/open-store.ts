import { existsSync } from 'node:fs';
import { FileObjectStore } from '../shared/adapters/local/file-object-store.ts';
import type { ObjectStore } from '../shared/ports/object-store.ts';
import { Misuse } from './exit-code.ts';
import { dataFolder } from './local-ports.ts';
import type { Options } from './options.ts';
import { text } from './options.ts';
import type { Terminal } from './terminal.ts';

/**
 * Where a deployment keeps what it knows (`--bucket`), or where this machine does (`--data`).
 *
 * @throws Misuse where both are named, or there is no such folder.
 */
export async function openStore(options: Options, terminal: Terminal): Promise<ObjectStore> {
  const bucket = text(options, 'bucket');
  if (bucket === undefined) {
    const folder = dataFolder(options, terminal);
    if (existsSync(folder)) return new FileObjectStore(folder);
    throw new Misuse(
      `${folder}: there is no such folder; run aiops detect first, or name another with --data, or a deployment with --bucket`,
    );
  }
  if (text(options, 'data') !== undefined) throw new Misuse('--bucket and --data exclude each other: give one');
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw new Misuse(`--bucket ${bucket}: not the name of a bucket; the stack's output BucketName names it`);
  const { S3ObjectStore } = await import('../shared/adapters/aws/s3-object-store.ts');
  const { s3Client } = await import('../shared/adapters/aws/clients.ts');
  return new S3ObjectStore({ bucket, client: s3Client() });
}
