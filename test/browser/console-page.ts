/** One widget as it is put onto a page: what the function answered, and the place there is for it. */
export interface PlacedWidget {
  readonly html: string;
  readonly theme: 'light' | 'dark';
  readonly width: number;
  readonly height: number;
}

/**
 * What the console takes out of a widget before it shows it: scripts, frames, references, whatever runs or loads
 * something. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_about.html
 */
const removed = /<(script|iframe|use|object|embed|link|meta|base|frame|applet)\b[^>]*>(?:[^]*?<\/\1>)?/gi;
const handlers = /\s(?:on[a-z]+|srcdoc)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)/gi;

export const sanitised = (html: string): string => html.replace(removed, '').replace(handlers, '');

/** No script, nothing from elsewhere: what the console's own policy leaves a widget. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** The console's own styles meet those of the widget. */
const consoleStyle = `
body{margin:0;padding:16px;background:#eaeded;font:14px/1.5 "Amazon Ember",Helvetica,Arial,sans-serif;color:#16191f}
main{display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start}
figure{margin:0}
figcaption{margin:0 0 4px;font-size:12px;color:#414d5c}
.place{overflow:auto;box-sizing:border-box;border:0;background:#fff}
.place.dark{background:#171b22;color:#d1d5db}
.place table{border-spacing:0}
.place th,.place td{font-size:14px}
.place a{color:#0972d3}
cwdb-action{display:none}
`;

/** A page that shows widgets as a dashboard of the console would. */
export function consolePage(widgets: readonly PlacedWidget[]): string {
  const figures = widgets.map(
    ({ html, theme, width, height }) =>
      `<figure><figcaption>${theme}, ${width} × ${height}</figcaption>` +
      `<div class="place ${theme}" style="width:${width}px;height:${height}px">${sanitised(html)}</div></figure>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><title>Dashboard</title><style>${consoleStyle}</style></head><body><main>${figures.join('\n')}</main></body></html>`;
}
