import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { MonitoringFunction, type Surroundings } from './monitoring-function.ts';

/** Turns a chart into a picture that Slack can fetch. A function of its own: what draws is large, and may be late. */
export class ChartFunction extends Construct {
  readonly chart: MonitoringFunction;

  constructor(scope: Construct, id: string, props: { readonly surroundings: Surroundings }) {
    super(scope, id);
    this.chart = new MonitoringFunction(this, 'Chart', {
      surroundings: props.surroundings,
      bundle: 'chart',
      handler: 'handler',
      description: 'Paints the chart of a notice; given two seconds, then the notice goes without.',
      // One whole core: drawing is arithmetic, and somebody waits for it.
      memorySize: 1769,
      timeout: Duration.seconds(10),
      maxEventAge: Duration.minutes(1),
      access: { read: [], write: ['charts'], delete: [] },
    });
  }

  /** By hand: the function's own grant covers every version of it, which nothing here calls. */
  grantPaint(painting: MonitoringFunction): void {
    const invoke = new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.chart.functionArn] });
    (painting as IGrantable).grantPrincipal.addToPrincipalPolicy(invoke);
    painting.addEnvironment('AIOPS_CHART_FUNCTION', this.chart.functionName);
  }
}
