import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmStatusWidget,
  CustomWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  Metric,
  PeriodOverride,
  TextWidget,
  TextWidgetBackground,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { metricsNamespace } from '../../shared/settings/environment.ts';
import { watchesOf, type Settings, type Watch } from '../../shared/settings/settings.ts';
import { watchGraphs, type WatchGraph } from '../../shared/settings/watch-graphs.ts';

export interface DashboardProps {
  readonly settings: Settings;
  /** Draws what CloudWatch cannot. */
  readonly widget: IFunction;
  /** Where alarms on ourselves are made: whatever is in it is shown. */
  readonly alarms: Construct;
  /** Whose errors and times are shown. */
  readonly functions: readonly IFunction[];
}

/** Side by side, from left to right. */
type Row = readonly IWidget[];

const five = Duration.minutes(5);
/** A dashboard is this wide: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const whole = 24;

/**
 * One page: how it stands, what happened, what comes, how we are ourselves, and the metrics of each watch. Ranges and
 * forecasts lie in the bucket, and are drawn by widgets of our own; as metrics each would cost money every month.
 */
export class Dashboard extends Construct {
  readonly dashboard: CloudWatchDashboard;

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const { settings, widget, alarms, functions } = props;
    const own = new OwnMetrics(settings.name);
    const custom = (name: string, title: string, width: number, height: number): CustomWidget =>
      new CustomWidget({ title, functionArn: widget.functionArn, params: { widget: name }, width, height });
    const isForeseen = watchesOf(settings).some(({ forecast }) => forecast !== 'off');
    const rows: Row[] = [
      [header(settings)],
      [statusOf(alarms)],
      [custom('incidents', 'Open incidents', 12, 10), ...overTime(own)],
      [custom('explorer', 'Metric explorer', whole, 10)],
      ...(isForeseen ? [[custom('capacity', 'Capacity outlook', whole, 8)], accuracy(own)] : []),
      [custom('models', 'Models', 12, 8), custom('coverage', 'Cost and coverage', 12, 8)],
      [heading('## How the monitoring itself is')],
      ...health(own, functions),
      ...watchesOf(settings).flatMap(rowsOf),
    ];
    this.dashboard = new CloudWatchDashboard(this, 'Dashboard', {
      defaultInterval: Duration.hours(8),
      periodOverride: PeriodOverride.AUTO,
      widgets: rows.map((row) => [...row]),
    });
  }
}

/** Metrics of our own, one line per watch or severity: searched for, so that none need be named before it is published. */
class OwnMetrics {
  readonly #deployment: string;

  constructor(deployment: string) {
    this.#deployment = deployment;
  }

  /** Of each value of a dimension, named by it. */
  by(dimension: string, metricName: string, statistic: string, label = ''): IMetric {
    const search = `{${metricsNamespace},Deployment,${dimension}} MetricName="${metricName}" Deployment="${this.#deployment}"`;
    return new MathExpression({
      expression: `SEARCH('${search}', '${statistic}', ${five.toSeconds()})`,
      label: label === '' ? `\${PROP('Dim.${dimension}')}` : `${label} \${PROP('Dim.${dimension}')}`,
      usingMetrics: {},
      period: five,
    });
  }

  /** Of the deployment as a whole. */
  one(metricName: string, statistic: string): IMetric {
    return new Metric({
      namespace: metricsNamespace,
      metricName,
      dimensionsMap: { Deployment: this.#deployment },
      statistic,
      period: five,
    });
  }
}

const heading = (markdown: string): TextWidget =>
  new TextWidget({ markdown, width: whole, height: 1, background: TextWidgetBackground.TRANSPARENT });

function header(settings: Settings): TextWidget {
  const watches = watchesOf(settings).map(({ name }) => name);
  const shown = watches.slice(0, 8).map(plainMarkdown).join(', ');
  const rest = watches.length > 8 ? ` and ${watches.length - 8} more` : '';
  return new TextWidget({
    markdown:
      `# ${plainMarkdown(settings.name)}\n` +
      `Anomalies, forecasts and incidents of ${shown}${rest}. Red below is trouble of the monitoring itself: each alarm says which heading of the runbook to read.`,
    width: whole,
    height: 2,
  });
}

/** Names stand in Markdown as they are. */
const plainMarkdown = (text: string): string => text.replace(/[\\`*_{}[\]()<>#|!~]/g, '\\$&');

function statusOf(alarms: Construct): AlarmStatusWidget {
  const all = alarms.node.findAll().filter((one) => one instanceof Alarm);
  return new AlarmStatusWidget({ title: 'Alarms of the monitoring itself', alarms: all, width: whole, height: 4 });
}

const overTime = (own: OwnMetrics): readonly IWidget[] => [
  new GraphWidget({
    title: 'Anomalies that began, and alerts that were told',
    left: [own.by('Watch', 'AnomaliesDetected', 'Sum', 'began in')],
    right: [own.by('Severity', 'AlertsGenerated', 'Sum', 'told')],
    leftYAxis: { min: 0, label: 'anomalies', showUnits: false },
    rightYAxis: { min: 0, label: 'alerts', showUnits: false },
    width: 6,
    height: 10,
  }),
  new GraphWidget({
    title: 'Things that fire, and things that cannot be judged',
    left: [own.by('Watch', 'EntitiesFiring', 'Maximum', 'fires in')],
    right: [own.by('Watch', 'EntitiesUnknown', 'Maximum', 'unknown in')],
    leftYAxis: { min: 0, showUnits: false },
    rightYAxis: { min: 0, showUnits: false },
    width: 6,
    height: 10,
  }),
];

const accuracy = (own: OwnMetrics): readonly IWidget[] => [
  new GraphWidget({
    title: 'Forecasts half an hour ahead: percent right',
    left: [own.by('Watch', 'PredictionAccuracy', 'Average')],
    leftYAxis: { min: 0, max: 100, showUnits: false },
    width: 8,
    height: 6,
  }),
  new GraphWidget({
    title: 'Their skill: above 0 is better than the last value',
    left: [own.by('Watch', 'PredictionSkill', 'Average')],
    leftYAxis: { showUnits: false },
    leftAnnotations: [{ value: 0, label: 'as good as the last value' }],
    width: 8,
    height: 6,
  }),
  new GraphWidget({
    title: 'Values within the ranges of 80 and 95 %',
    left: [
      own.by('Watch', 'BandCoverage80', 'Average', '80 %,'),
      own.by('Watch', 'BandCoverage95', 'Average', '95 %,'),
    ],
    leftYAxis: { min: 0, max: 100, showUnits: false },
    leftAnnotations: [{ value: 80 }, { value: 95 }],
    width: 8,
    height: 6,
  }),
];

function health(own: OwnMetrics, functions: readonly IFunction[]): readonly Row[] {
  const third = { width: 8, height: 6 } as const;
  const label = (one: IFunction): string => one.node.id;
  return [
    [
      new GraphWidget({
        title: 'Age of the oldest verdict',
        left: [own.by('Watch', 'OldestVerdictAge', 'Maximum')],
        leftYAxis: { min: 0, label: 'seconds', showUnits: false },
        ...third,
      }),
      new GraphWidget({
        title: 'Series that nobody judges, that are silent, or could not be read',
        left: [
          own.by('Watch', 'SeriesOverdue', 'Maximum', 'not judged in'),
          own.by('Watch', 'ForecastsOverdue', 'Maximum', 'not forecast in'),
          own.by('Watch', 'SeriesSilent', 'Maximum', 'silent in'),
          own.by('Watch', 'ReadProblems', 'Maximum', 'not read in'),
        ],
        leftYAxis: { min: 0, showUnits: false },
        ...third,
      }),
      new GraphWidget({
        title: 'Metrics that CloudWatch billed',
        left: [own.by('Watch', 'MetricsBilled', 'Sum')],
        leftYAxis: { min: 0, showUnits: false },
        ...third,
      }),
    ],
    [
      new GraphWidget({
        title: 'Errors of the functions',
        left: functions.map((one) => one.metricErrors({ label: label(one), period: five, statistic: 'Sum' })),
        leftYAxis: { min: 0, showUnits: false },
        ...third,
      }),
      new GraphWidget({
        title: 'Longest runs of the functions',
        left: functions.map((one) => one.metricDuration({ label: label(one), period: five, statistic: 'Maximum' })),
        leftYAxis: { min: 0, label: 'milliseconds', showUnits: false },
        ...third,
      }),
      new GraphWidget({
        title: 'Deliveries that failed, and pages that are owed',
        left: [own.by('Channel', 'DeliveryFailures', 'Sum')],
        right: [own.one('OwedPageSeconds', 'Maximum')],
        leftYAxis: { min: 0, label: 'failed', showUnits: false },
        rightYAxis: { min: 0, label: 'seconds owed', showUnits: false },
        ...third,
      }),
    ],
  ];
}

/** What a watch looks after, by CloudWatch itself. */
function rowsOf(watch: Watch): readonly Row[] {
  const { graphs, leftOut } = watchGraphs(watch);
  const words = [`## ${plainMarkdown(watch.name)}`, ...leftOut.map(plainMarkdown)];
  const title = new TextWidget({
    markdown: words.join('\n\n'),
    width: whole,
    height: leftOut.length > 0 ? 2 : 1,
    background: TextWidgetBackground.TRANSPARENT,
  });
  return [[title], graphs.map(graphOf)];
}

function graphOf({ title, region, periodSeconds, draws }: WatchGraph): GraphWidget {
  const period = Duration.seconds(periodSeconds);
  const place = region === undefined ? {} : { region };
  const metricOf = (one: Watch['metrics'][number]): Metric =>
    new Metric({
      namespace: one.namespace,
      metricName: one.metric,
      dimensionsMap: one.dimensions,
      statistic: one.statistic,
      period,
      ...(one.account === undefined ? {} : { account: one.account }),
      ...(one.region === undefined ? {} : { region: one.region }),
    });
  const left =
    'search' in draws
      ? [new MathExpression({ expression: draws.search, label: '', usingMetrics: {}, period })]
      : 'metrics' in draws
        ? draws.metrics.map(metricOf)
        : [
            new MathExpression({
              expression: draws.expression.expression,
              label: draws.expression.label,
              usingMetrics: Object.fromEntries(
                Object.entries(draws.expression.metrics).map(([name, one]) => [name, metricOf(one)]),
              ),
              period,
            }),
          ];
  return new GraphWidget({ title, left, width: 8, height: 6, ...place });
}
