import { loggedRun } from '../../shared/pipeline/logged-run.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { chartPicture } from '../../shared/presentation/chart-picture.ts';
import { readChartRequest } from '../../shared/presentation/chart-request.ts';
import type { ChartSpec } from '../../shared/presentation/chart-spec.ts';
import { keys } from '../../shared/settings/keys.ts';

export interface ChartPorts {
  readonly store: Pick<ObjectStore, 'put'>;
  readonly rasterise: (svg: string, width: number) => Promise<Uint8Array>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A picture: what the router asks for when it tells people. The same request stores the same bytes. */
export const createHandler =
  ({ store, rasterise, ...run }: ChartPorts) =>
  async (event: unknown): Promise<{ readonly key: string }> =>
    loggedRun('picture', run, async () => {
      const { name, chart, theme, timezone } = readChartRequest(event);
      const key = keys.chart(name);
      await store.put(key, await chartPicture(chart as ChartSpec, { theme, timezone }, rasterise));
      return { key };
    });
