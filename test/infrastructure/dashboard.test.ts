import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { widgetNames } from '../../shared/presentation/widget-request.ts';
import { AnomalyMonitoring } from '../../lib/index.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { fastApp, oneWatch, synthesise } from './synthesise.ts';

interface Placed {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly endpoint?: string;
    readonly params?: { readonly widget?: string };
    readonly updateOn?: Readonly<Record<string, boolean>>;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

/** The dashboard's body; what is known only when it is deployed is `<Logical>`. */
function bodyOf(template: Template): readonly Placed[] {
  const [{ Properties }] = Object.values(template.findResources('AWS::CloudWatch::Dashboard')) as {
    readonly Properties: { readonly DashboardBody: { readonly 'Fn::Join': [string, unknown[]] } };
  }[];
  const [, parts] = Properties.DashboardBody['Fn::Join'];
  const flat = (part: unknown): string => {
    if (typeof part === 'string') return part;
    const [name] = Object.values(part as Record<string, string | readonly string[]>).flat();
    return `<${name.replace(/^Monitoring/, '').replace(/[0-9A-F]{8}$/, '')}>`;
  };
  return (JSON.parse(parts.map(flat).join('')) as { readonly widgets: readonly Placed[] }).widgets;
}

const { template } = synthesise();
const body = bodyOf(template);
const titled = (title: string): Placed => {
  const found = body.find(({ properties }) => properties.title === title);
  if (found === undefined)
    throw new Error(`no ${title} among ${body.map(({ properties }) => properties.title).join()}`);
  return found;
};

describe('the dashboard', () => {
  it('is one, and lays nothing over anything else', () => {
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
    for (const [index, one] of body.entries()) {
      expect(one.x + one.width).toBeLessThanOrEqual(24);
      for (const other of body.slice(index + 1)) {
        const across = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
        const down = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
        expect(across > 0 && down > 0, `${one.properties.title} and ${other.properties.title}`).toBe(false);
      }
    }
  });

  it('has each widget of our own, drawn by the function, anew with every refresh, size and time', () => {
    const own = body.filter(({ type }) => type === 'custom');
    expect(own.map(({ properties }) => properties.params?.widget).sort()).toEqual([...widgetNames].sort());
    for (const { properties } of own) {
      expect(properties.endpoint).toBe('<WidgetsWidget>');
      expect(properties.updateOn).toEqual({ refresh: true, resize: true, timeRange: true });
    }
  });

  it('never acts by being looked at', () => {
    expect(JSON.stringify(body)).not.toContain('"act"');
  });

  it('begins with every alarm there is on the monitoring itself', () => {
    const alarms = Object.keys(template.findResources('AWS::CloudWatch::Alarm'));
    expect(titled('Alarms of the monitoring itself').properties.alarms).toHaveLength(alarms.length);
  });

  it.each([
    ['Anomalies that began, and alerts that were told', ['AnomaliesDetected', 'AlertsGenerated']],
    ['Forecasts half an hour ahead: percent right', ['PredictionAccuracy']],
    ['Their skill: above 0 is better than the last value', ['PredictionSkill']],
    ['Metrics that CloudWatch billed', ['MetricsBilled']],
    ['Age of the oldest verdict', ['OldestVerdictAge']],
    [
      'Series that nobody judges, that are silent, or could not be read',
      ['SeriesOverdue', 'SeriesSilent', 'ReadProblems'],
    ],
  ])('shows %s, of this deployment alone', (title, names) => {
    const text = JSON.stringify(titled(title).properties.metrics);
    for (const name of names)
      expect(text).toMatch(
        new RegExp(`SEARCH\\('\\{AIOps/Monitoring,Deployment,\\w+\\} MetricName=.+${name}.+Deployment=.+aiops`),
      );
  });

  it('shows the metrics of each watch, found when it is looked at', () => {
    expect(JSON.stringify(titled('AWS/EC2 CPUUtilization').properties.metrics)).toContain('SLICE(SORT(SEARCH(');
  });

  it('shows metrics of other constructs by their names, also those known only when it is deployed', () => {
    const other = synthesise((stack: Stack) => {
      const dimensionsMap = { Queue: new Role(stack, 'Any', { assumedBy: new AccountRootPrincipal() }).roleName };
      return { watches: { own: { metrics: [new Metric({ namespace: 'My', metricName: 'Depth', dimensionsMap })] } } };
    });
    const depth = bodyOf(other.template).find(({ properties }) => properties.title === 'My Depth');
    expect(JSON.stringify(depth?.properties.metrics)).toContain('"My","Depth","Queue","<Any');
  });

  it('has no forecasts where nothing is forecast', () => {
    const none = synthesise({ watches: { off: { select: 'AWS/EC2', forecast: 'off' } } });
    expect(JSON.stringify(bodyOf(none.template))).not.toMatch(/capacity|PredictionAccuracy/);
  });

  it('stays far below what CloudWatch takes, with fifty watches', () => {
    const watches = Object.fromEntries(
      Array.from({ length: 50 }, (_, k) => [`watch-${k}`, { select: ['AWS/EC2', 'AWS/RDS', 'AWS/SQS'] }]),
    );
    const large = bodyOf(synthesise({ watches }).template);
    expect(large.length).toBeLessThan(600);
    expect(JSON.stringify(large).length).toBeLessThan(1_000_000);
  });

  it.each([
    ['props', { watches: oneWatch, dashboard: 'off' as const }],
    ['settings', { settings: settingsSchema.parse({ watches: oneWatch, dashboard: 'off' }) }],
  ])('is not there, nor what draws it, where it is off: %s', (_, props) => {
    const off = synthesise(props);
    off.template.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
    expect(JSON.stringify(off.template.toJSON())).not.toContain('Widget');
    expect([off.monitoring.dashboard, off.monitoring.widgetFunction]).toEqual([undefined, undefined]);
    const stack = new Stack();
    const viewer = new Role(stack, 'Viewer', { assumedBy: new AccountRootPrincipal() });
    expect(() => off.monitoring.grantView(viewer)).toThrow(/dashboard is 'off'/);
  });
});

describe('grantView', () => {
  it('lets somebody invoke the function that draws, and nothing else', () => {
    const stack = new Stack(fastApp(), 'Viewed');
    const viewer = new Role(stack, 'Viewer', { assumedBy: new AccountRootPrincipal() });
    new AnomalyMonitoring(stack, 'Monitoring', { selfAlarms: 'nobody', watches: oneWatch }).grantView(viewer);
    const policies = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
    const own = policies.filter(([id]) => id.startsWith('Viewer')).map(([, { Properties }]) => Properties as unknown);
    const drawing = { 'Fn::GetAtt': [expect.stringMatching(/WidgetsWidget/) as string, 'Arn'] };
    const statement = { Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: drawing };
    expect(own).toEqual([
      expect.objectContaining({ PolicyDocument: { Statement: [statement], Version: '2012-10-17' } }),
    ]);
  });
});
