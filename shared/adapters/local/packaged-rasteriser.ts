import { readFile } from 'node:fs/promises';
import { resvgRasteriser, type Rasterise } from './resvg-rasteriser.ts';

const chart = new URL('../functions/chart/', import.meta.url);

/** Pictures with what the chart function of the package brings; in the package it stands for `installed-rasteriser.ts`. */
export const installedRasteriser = (): Rasterise =>
  resvgRasteriser({
    wasm: () => readFile(new URL('resvg.wasm', chart)),
    fonts: () => Promise.all(['chart-font.ttf', 'chart-font-bold.ttf'].map((name) => readFile(new URL(name, chart)))),
  });
