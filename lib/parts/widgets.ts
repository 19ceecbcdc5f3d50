import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { MonitoringFunction, type Surroundings } from './monitoring-function.ts';

/** What draws the dashboard's own widgets, and does what their buttons ask for. */
export class Widgets extends Construct {
  readonly widget: MonitoringFunction;

  constructor(scope: Construct, id: string, props: { readonly surroundings: Surroundings }) {
    super(scope, id);
    this.widget = new MonitoringFunction(this, 'Widget', {
      surroundings: props.surroundings,
      bundle: 'widget',
      handler: 'handler',
      description: 'Draws the widgets of the dashboard from the bucket; acknowledge, snooze, this is normal.',
      // One whole core: it unpacks and draws, and somebody waits for it.
      memorySize: 1769,
      timeout: Duration.seconds(20),
      maxEventAge: Duration.minutes(1),
      access: {
        read: [
          'settings',
          'inventory',
          'history',
          'models',
          'state',
          'anomalies',
          'forecasts',
          'incidents',
          'feedback',
          'meter',
        ],
        write: ['incidents', 'audit', 'feedback'],
        delete: [],
      },
    });
  }

  /** By hand: the function's own grant covers every version of it, which no dashboard calls. */
  grantView(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.widget.functionArn] }),
    );
  }
}
