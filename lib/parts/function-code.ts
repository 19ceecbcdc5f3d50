import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { bundleFunctions, type FunctionName } from './function-bundles.ts';

const lambdas = fileURLToPath(new URL('../../lambdas/', import.meta.url));

/**
 * The code of one function. Bundled here and offline: no container is ever started. In the package
 * `prebuilt-function-code.ts` takes this module's place.
 */
export function functionCode(name: FunctionName): Code {
  return Code.fromAsset(join(lambdas, name), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('not-used-because-bundling-is-local'),
      local: {
        tryBundle: (folder) => {
          mkdirSync(folder, { recursive: true });
          for (const file of bundleFunctions().get(name) ?? []) writeFileSync(join(folder, file.name), file.contents);
          return true;
        },
      },
    },
  });
}
