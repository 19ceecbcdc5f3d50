import { escapeMarkup } from './escape-markup.ts';
import { cut, plainText } from './plain-text.ts';

/** Widths of the bundled font in thousandths of its size, rounded up; whoever has another font gets one that is close. */
const narrow = /[iljtfrI.,:;|!'"`()[\]{}/\\ \-·]/;
const wide = /[mwMW@%—…]/;
const usual = /[\p{Script=Latin}\p{Script=Greek}\p{N}\p{P}\p{S}]/u;
const capital = /\p{Lu}/u;

function widthOf(character: string): number {
  if (narrow.test(character)) return 0.36;
  if (wide.test(character)) return 0.95;
  if (!usual.test(character)) return 1.05;
  return capital.test(character) ? 0.74 : 0.62;
}

/** Pixels that a text takes at most, in the bundled font at this size; never less than it really does by much. */
export function textWidth(text: string, size: number): number {
  let sum = 0;
  for (const character of text) sum += widthOf(character);
  return sum * size;
}

/** As much of a text as fits, on one line, harmless, ending in "…" where something was cut. Not escaped. */
export function fitText(text: string, size: number, width: number): string {
  let plain = plainText(text, Math.max(1, Math.floor(width / (size * 0.3))));
  while (plain.length > 1 && textWidth(plain, size) > width) {
    plain = cut(
      plain,
      Math.min(plain.length - 1, Math.max(1, Math.floor((plain.length * width) / textWidth(plain, size)))),
    );
  }
  return textWidth(plain, size) > width ? '' : plain;
}

export interface TextStyle {
  readonly size: number;
  readonly fill: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly bold?: boolean;
  /** Colour of a rim that keeps the text readable above lines. */
  readonly rim?: string;
}

/** A number of the drawing: pixels to a tenth. */
export const px = (value: number): string => String(Math.round(value * 10) / 10);

/** One line of text; escaped here, and nowhere else. */
export function svgText(text: string, x: number, y: number, style: TextStyle): string {
  if (text === '' || style.size <= 0) return '';
  const anchor = style.anchor === undefined || style.anchor === 'start' ? '' : ` text-anchor="${style.anchor}"`;
  const weight = style.bold === true ? ' font-weight="600"' : '';
  const rim =
    style.rim === undefined
      ? ''
      : ` stroke="${style.rim}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"`;
  return `<text x="${px(x)}" y="${px(y)}" font-size="${px(style.size)}" fill="${style.fill}"${anchor}${weight}${rim}>${escapeMarkup(plainText(text, 500))}</text>`;
}
