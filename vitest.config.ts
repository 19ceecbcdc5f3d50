import { defineConfig } from 'vitest/config';

/** One project per tier; `npm test` runs all that need nothing but Node. */
const tier = (name: string, include: string[], testTimeout = 20_000) => ({
  test: { name, include, testTimeout, hookTimeout: 60_000, environment: 'node' as const },
});

export default defineConfig({
  test: {
    // Otherwise one processor is left idle: of two, that is half of what there is.
    maxWorkers: '100%',
    projects: [
      tier('unit', [
        'test/{numeric,metrics,features,detectors,forecasters,evaluation,models,alerting,settings,pipeline,presentation,adapters,bin}/**/*.test.ts',
      ]),
      tier('contracts', ['test/contracts/**/*.test.ts']),
      tier('scenarios', ['test/scenarios/**/*.test.ts'], 60_000),
      tier('infrastructure', ['test/infrastructure/**/*.test.ts'], 60_000),
      tier('wire', ['test/wire/**/*.test.ts'], 60_000),
      tier('bundle', ['test/bundle/**/*.test.ts'], 120_000),
    ],
  },
});
