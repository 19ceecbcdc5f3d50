import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MonitoringFunction, type Surroundings } from './monitoring-function.ts';

/** Fits models on history and promotes what is better. */
export class Training extends Construct {
  readonly train: MonitoringFunction;

  constructor(scope: Construct, id: string, props: { readonly surroundings: Surroundings }) {
    super(scope, id);
    this.train = new MonitoringFunction(this, 'Train', {
      surroundings: props.surroundings,
      bundle: 'train',
      handler: 'handler',
      description: 'Fits the models of a watch on its history; the better one becomes champion.',
      // One whole core: fitting and backtests are arithmetic, and are billed by the product of both.
      memorySize: 1769,
      timeout: Duration.minutes(15),
      maxEventAge: Duration.hours(6),
      access: {
        read: ['settings', 'inventory', 'history', 'models', 'state'],
        write: ['models'],
        delete: [],
      },
    });
    this.train.publishOwnMetrics();
  }
}
