import { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';

/** Where signals go. Anyone in the account may put a rule on it. */
export class SignalBus extends Construct {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { description: 'Signals of AIOps monitoring: what fires, entity by entity.' });
  }
}
