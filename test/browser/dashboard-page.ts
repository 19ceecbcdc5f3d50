import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AnomalyMonitoring } from '../../lib/index.ts';
import { escapeMarkup } from '../../shared/presentation/escape-markup.ts';
import { sanitised } from './console-page.ts';
import { widgetContext, type widgetFunction } from './widget-scene.ts';

interface Placed {
  readonly type: 'text' | 'metric' | 'custom' | 'alarm';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly params?: Readonly<Record<string, unknown>>;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

const unit = 50;

/** The dashboard's body as CloudWatch gets it, with a word in place of whatever is known only when it is deployed. */
export function dashboardBody(): readonly Placed[] {
  const outdir = mkdtempSync(join(tmpdir(), 'aiops-dashboard-'));
  try {
    const quick = { context: { 'aws:cdk:bundling-stacks': [] }, analyticsReporting: false, outdir };
    const stack = new Stack(new App({ ...quick, ...({ builtinCloudFormationValidation: false } as object) }), 'Shown');
    const watches = { servers: { select: 'AWS/EC2' }, databases: { select: 'AWS/RDS' } };
    new AnomalyMonitoring(stack, 'Monitoring', { selfAlarms: 'nobody', watches });
    return bodyIn(Template.fromStack(stack));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

function bodyIn(template: Template): readonly Placed[] {
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard')) as {
    readonly Properties: { readonly DashboardBody: { readonly 'Fn::Join': [string, unknown[]] } };
  }[];
  const [, parts] = dashboard.Properties.DashboardBody['Fn::Join'];
  const text = parts.map((part) => (typeof part === 'string' ? part : 'deployed')).join('');
  return (JSON.parse(text) as { readonly widgets: readonly Placed[] }).widgets;
}

/** The dashboard as far as it can be shown without the console: our own widgets as they are, a frame for its graphs. */
export async function dashboardPage(ask: ReturnType<typeof widgetFunction>): Promise<string> {
  const boxes: string[] = [];
  const body = dashboardBody();
  for (const { type, x, y, width, height, properties } of body) {
    const place = `left:${x * unit}px;top:${y * unit}px;width:${width * unit - 8}px;height:${height * unit - 8}px`;
    const title = properties.title === undefined ? '' : `<h2>${escapeMarkup(properties.title)}</h2>`;
    boxes.push(`<section class="${type}" style="${place}">${title}${await inside()}</section>`);

    async function inside(): Promise<string> {
      if (type === 'text') return `<p>${escapeMarkup(properties.markdown ?? '').replaceAll('\n', '<br>')}</p>`;
      if (type === 'alarm') return `<p>${properties.alarms?.length ?? 0} alarms</p>`;
      if (type === 'metric') return `<div class="graph"></div>`;
      const size = { width: width * unit - 24, height: height * unit - 52 };
      return sanitised(
        await ask({ ...properties.params, widgetContext: widgetContext({ ...size, params: properties.params }) }),
      );
    }
  }
  const bottom = Math.max(...body.map(({ y, height }) => y + height)) * unit;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Dashboard</title><style>
body{margin:12px;background:#eaeded;font:13px/1.45 "Amazon Ember",Helvetica,Arial,sans-serif;color:#16191f}
main{position:relative;width:${24 * unit}px;height:${bottom}px}
section{position:absolute;box-sizing:border-box;overflow:hidden;background:#fff;border:1px solid #d5dbdb;border-radius:6px;padding:6px}
section.text{background:none;border:0}
h2{margin:2px 4px 6px;font-size:14px}
.graph{height:calc(100% - 34px);background:repeating-linear-gradient(#fff,#fff 38px,#e9ecef 39px)}
cwdb-action{display:none}
</style></head><body><main>${boxes.join('\n')}</main></body></html>`;
}
