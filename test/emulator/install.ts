import { installEmulators } from './python-packages.ts';

// For .ci/run: tells a machine that cannot install them from one on which they fail.
try {
  console.log(installEmulators());
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
