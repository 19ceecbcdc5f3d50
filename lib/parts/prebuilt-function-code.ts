import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { FunctionName } from './function-bundles.ts';

/**
 * The code of one function as the package brings it: whoever uses the package has neither our sources nor a bundler.
 *
 * @throws Error where the package came without it.
 */
export function functionCode(name: FunctionName): Code {
  const folder = join(import.meta.dirname, 'functions', name);
  if (!existsSync(join(folder, 'index.mjs'))) {
    throw new Error(`the function "${name}" is missing from ${folder} → install aiops-monitoring again`);
  }
  return Code.fromAsset(folder);
}
