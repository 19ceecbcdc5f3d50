import type { ChartTheme } from './chart-spec.ts';

/** Contrast of text on ground is above 4.5, of lines above 3: https://www.w3.org/TR/WCAG21/#contrast-minimum */
export interface ChartColours {
  readonly ground: string;
  readonly text: string;
  readonly dim: string;
  readonly grid: string;
  readonly line: string;
  readonly unusual: string;
  readonly limit: string;
  readonly forecast: string;
  /** Opacity of the usual range. */
  readonly band: number;
}

export const chartColours: Readonly<Record<ChartTheme, ChartColours>> = {
  light: {
    ground: '#ffffff',
    text: '#1b2330',
    dim: '#5b6574',
    grid: '#e6e9ee',
    line: '#2563c9',
    unusual: '#d11f2f',
    limit: '#a15c00',
    forecast: '#7a3fc4',
    band: 0.16,
  },
  dark: {
    ground: '#171b22',
    text: '#eef1f5',
    dim: '#a3adba',
    grid: '#2c333e',
    line: '#6aa8ff',
    unusual: '#ff6b70',
    limit: '#f2b24a',
    forecast: '#c39bff',
    band: 0.2,
  },
};
