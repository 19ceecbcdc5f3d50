import { Names } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';

/** Where signals go. Anyone in the account may put a rule on it. */
export class SignalBus extends Construct {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      description: 'Signals of AIOps monitoring: what fires, entity by entity.',
      eventBusName: this.nameOf('Bus'),
    });
  }

  /**
   * The name that the CDK would give to a child. It does so only while it synthesises, and what stacks of other regions
   * refer to has to be known before.
   */
  private nameOf(child: string): string {
    const name = Names.uniqueId(new Construct(this, child));
    this.node.tryRemoveChild(child);
    return name;
  }
}
