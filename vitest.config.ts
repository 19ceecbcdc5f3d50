import { defineConfig } from 'vitest/config';

/** One project per tier; `npm test` runs all that need nothing but Node. */
const tier = (
  name: string,
  include: string[],
  more: {
    readonly isolate?: boolean;
    readonly testTimeout?: number;
    readonly hookTimeout?: number;
    readonly exclude?: string[];
  } = {},
) => ({
  test: { name, include, testTimeout: 60_000, hookTimeout: 60_000, environment: 'node' as const, ...more },
});
/** They put another module in the place of one, which no other file may meet. */
const alone = 'test/**/*.alone.test.ts';
/** Loading every module anew for every file took a third of the time; none of these leaves anything behind. */
const together = { isolate: false, exclude: [alone] };

export default defineConfig({
  test: {
    // Otherwise one processor is left idle: of two, that is half of what there is.
    maxWorkers: '100%',
    projects: [
      tier(
        'unit',
        [
          'test/{numeric,metrics,features,detectors,forecasters,evaluation,models,alerting,settings,pipeline,presentation,adapters,bin}/**/*.test.ts',
        ],
        together,
      ),
      tier('contracts', ['test/contracts/**/*.test.ts'], together),
      tier('scenarios', ['test/scenarios/**/*.test.ts'], together),
      tier('infrastructure', ['test/infrastructure/**/*.test.ts'], together),
      tier('alone', [alone]),
      tier('wire', ['test/wire/**/*.test.ts'], together),
      tier('bundle', ['test/bundle/**/*.test.ts'], { ...together, testTimeout: 120_000 }),
      tier('package', ['test/package/**/*.test.ts']),
      tier('browser', ['test/browser/**/*.test.ts'], { testTimeout: 120_000 }),
      // Not part of `npm test`: needs Python, and minutes.
      tier('emulator', ['test/emulator/**/*.test.ts'], { testTimeout: 600_000, hookTimeout: 900_000 }),
    ],
  },
});
