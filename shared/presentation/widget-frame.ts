import { chartColours } from './chart-colours.ts';
import type { ChartTheme } from './chart-spec.ts';
import { escapeMarkup } from './escape-markup.ts';
import type { WidgetStyle } from './widget-request.ts';

/** Text on its ground has a contrast above 4.5: https://www.w3.org/TR/WCAG21/#contrast-minimum */
const severityColours = {
  light: { CRITICAL: '#a50e1c', HIGH: '#b8242f', MEDIUM: '#8f4a00', LOW: '#6b5a00', INFO: '#2559ad' },
  dark: { CRITICAL: '#ff8088', HIGH: '#ff8f95', MEDIUM: '#f5b25c', LOW: '#dcc85a', INFO: '#8dbdff' },
} as const;

/** The console may put several widgets on one page: nothing here applies outside of ours, nor to the other theme. */
function styleSheet(theme: ChartTheme): string {
  const { ground, text, dim, grid, line, limit } = chartColours[theme];
  const own = `.aiops-${theme}`;
  const edge = theme === 'light' ? '#7c8694' : '#7a8594';
  const severities = Object.entries(severityColours[theme]).map(
    ([name, colour]) => `.${name}{color:${colour};border-color:${colour}}`,
  );
  const rules = [
    `{box-sizing:border-box;width:100%;padding:8px 12px;background:${ground};color:${text};font:13px/1.45 "Amazon Ember",Inter,"Segoe UI",Helvetica,Arial,sans-serif;overflow-wrap:anywhere}`,
    ' *{box-sizing:border-box}',
    ' p{margin:0 0 6px}',
    ` .dim{color:${dim}}`,
    ` th.num,${own} td.num{text-align:right;white-space:nowrap;padding-right:20px}`,
    ' .key{white-space:nowrap}',
    ' h3{margin:10px 0 4px;font-size:14px;line-height:1.3}',
    ' h3:first-child{margin-top:0}',
    ` article{margin:0 0 8px;padding:6px 0 6px 10px;border-left:4px solid ${grid}}`,
    ' article p{margin:0 0 4px}',
    ' b.sign{border-left:0}',
    ...severities.map((one) => ` ${one}`),
    ` article.CRITICAL,${own} article.HIGH,${own} article.MEDIUM,${own} article.LOW,${own} article.INFO{color:${text}}`,
    ` form,${own} .row{display:flex;flex-wrap:wrap;gap:6px 10px;align-items:center;margin:0 0 8px}`,
    ` label{display:flex;gap:5px;align-items:center;color:${dim};max-width:100%}`,
    ` select,${own} input{min-width:0;max-width:240px;padding:4px 6px;font:inherit;color:${text};background:${ground};border:1px solid ${edge};border-radius:4px}`,
    ` a.btn{display:inline-block;padding:3px 10px;font:inherit;font-weight:600;line-height:1.5;color:${line};background:${ground};border:1px solid ${line};border-radius:4px;cursor:pointer;text-decoration:none;white-space:nowrap}`,
    ' table{width:100%;margin:0 0 8px;border-collapse:collapse;font:inherit}',
    ` th{padding:4px 8px 4px 0;text-align:left;font-weight:600;color:${dim};border-bottom:1px solid ${edge};vertical-align:bottom;overflow-wrap:normal}`,
    ` td{padding:4px 8px 4px 0;border-bottom:1px solid ${grid};vertical-align:top}`,
    ` .say{padding:6px 10px;border-left:4px solid ${line};margin:0 0 8px}`,
    ` .warn{color:${limit}}`,
    ' svg{display:block;max-width:100%}',
  ];
  return rules.map((rule) => own + rule).join('\n');
}

/** A sentence that stands above what a widget shows. */
export interface WidgetSaying {
  readonly heading: string;
  readonly what: string;
}

/** A widget as CloudWatch is answered: HTML without script or anything from elsewhere. @param body HTML, escaped. */
export function widgetFrame({ theme }: WidgetStyle, body: string, says?: WidgetSaying): string {
  const said =
    says === undefined ? '' : `<p class="say"><b>${escapeMarkup(says.heading)}.</b> ${escapeMarkup(says.what)}</p>`;
  return `<style>${styleSheet(theme)}</style><div class="aiops-${theme}">${said}${body}</div>`;
}

/** Width in pixels that is left for what is drawn. */
export const innerWidth = ({ width }: WidgetStyle): number => Math.max(80, width - 24);
