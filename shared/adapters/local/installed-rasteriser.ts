import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { resvgRasteriser, type Rasterise } from './resvg-rasteriser.ts';

const fonts = new URL('../../../lambdas/chart/font/', import.meta.url);

/** Pictures with what is installed beside this source. */
export const installedRasteriser = (): Rasterise =>
  resvgRasteriser({
    wasm: () => readFile(createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm')),
    fonts: () => Promise.all(['chart-font.ttf', 'chart-font-bold.ttf'].map((name) => readFile(new URL(name, fonts)))),
  });
