import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { NoticeChart } from '../../alerting/notice.ts';
import type { ChartPainter } from '../../ports/chart-painter.ts';
import type { Log } from '../../ports/log.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { chartPicture } from '../../presentation/chart-picture.ts';
import type { ChartTheme } from '../../presentation/chart-spec.ts';
import { keys } from '../../settings/keys.ts';
import { resvgRasteriser, type Rasterise } from './resvg-rasteriser.ts';

export interface LocalChartPainterOptions {
  readonly store: Pick<ObjectStore, 'put'>;
  /** Where the store keeps its objects: the address of a picture is a file's below it. */
  readonly folder: string;
  readonly log: Log;
  /** @default light */
  readonly theme?: ChartTheme;
  /** @default UTC */
  readonly timezone?: string;
  /** @default in this process, with the packages of this checkout */
  readonly rasterise?: Rasterise;
}

const fonts = new URL('../../../lambdas/chart/font/', import.meta.url);

/** Pictures with what is installed beside this source. */
export const installedRasteriser = (): Rasterise =>
  resvgRasteriser({
    wasm: () => readFile(createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm')),
    fonts: () => Promise.all(['chart-font.ttf', 'chart-font-bold.ttf'].map((name) => readFile(new URL(name, fonts)))),
  });

/** Pictures as files beside the data, under the keys that they would have in a bucket. */
export class LocalChartPainter implements ChartPainter {
  readonly #options: LocalChartPainterOptions;
  readonly #rasterise: Rasterise;

  constructor(options: LocalChartPainterOptions) {
    this.#options = options;
    this.#rasterise = options.rasterise ?? installedRasteriser();
  }

  /** @returns the file's address (`file://…`), undefined where no picture came about; the log says why. */
  async paint(name: string, chart: NoticeChart): Promise<string | undefined> {
    const { store, folder, log, theme = 'light', timezone = 'UTC' } = this.#options;
    try {
      const key = keys.chart(name);
      await store.put(key, await chartPicture(chart, { theme, timezone }, this.#rasterise));
      return pathToFileURL(join(folder, ...key.split('/'))).href;
    } catch (error) {
      log.warn('a notice goes without its picture', { chart: name, error });
      return undefined;
    }
  }
}
