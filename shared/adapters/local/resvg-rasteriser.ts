import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { encodePng } from './png.ts';

/** What pictures are made with: the bytes of `@resvg/resvg-wasm`'s module and of fonts (TrueType), read when needed. */
export interface RasteriserParts {
  readonly wasm: () => Promise<Uint8Array>;
  readonly fonts: () => Promise<readonly Uint8Array[]>;
}

/** An SVG image as PNG of this width in pixels, the same bytes each time. */
export type Rasterise = (svg: string, width: number) => Promise<Uint8Array>;

/** What the bundled font has no shape for would be left out without a trace. See `lambdas/chart/font/make-font.sh`. */
const unknown =
  /[^\t\n\r\u0020-\u007e\u00a0-\u0148\u014a-\u017f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122\u2190-\u2193\u2212\u2248\u2260\u2264\u2265]/gu;

let started: Promise<void> | undefined;

/** The module can be started once a process; whoever comes later takes what is there. */
function startOnce(wasm: () => Promise<Uint8Array>): Promise<void> {
  started ??= wasm()
    .then((bytes) => initWasm(bytes as Uint8Array<ArrayBuffer>))
    .catch((error: unknown) => {
      started = undefined;
      throw new Error('could not start what turns charts into pictures', { cause: error });
    });
  return started;
}

/**
 * Pictures in this process, in WebAssembly: no native module, no browser, no fonts of the machine.
 *
 * Characters that the bundled font does not have become □.
 *
 * @returns a function that throws Error where the parts cannot be read or the SVG is none.
 */
export function resvgRasteriser(parts: RasteriserParts): Rasterise {
  let fonts: Promise<readonly Uint8Array[]> | undefined;
  return async (svg, width) => {
    fonts ??= parts.fonts().catch((error: unknown) => {
      fonts = undefined;
      throw error;
    });
    const [fontBuffers] = await Promise.all([fonts, startOnce(parts.wasm)]);
    const drawing = new Resvg(svg.replace(unknown, '□'), {
      background: '#ffffff',
      fitTo: { mode: 'width', value: width },
      font: { fontBuffers: [...fontBuffers], defaultFontFamily: 'Inter', sansSerifFamily: 'Inter' },
    });
    // Memory of the module is not the garbage collector's.
    try {
      const image = drawing.render();
      try {
        return encodePng(image.pixels, image.width, image.height);
      } finally {
        image.free();
      }
    } finally {
      drawing.free();
    }
  };
}
