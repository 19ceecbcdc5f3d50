import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AnomalyMonitoring, type AnomalyMonitoringProps } from '../../lib/index.ts';

/** An app that bundles nothing and leaves the template unchecked: 0.1 s instead of seconds. One test synthesises fully. */
export const fastApp = (): App =>
  new App({
    context: { 'aws:cdk:bundling-stacks': [] },
    analyticsReporting: false,
    ...({ builtinCloudFormationValidation: false } as object),
  });

export const oneWatch = { servers: { select: 'AWS/EC2' } } as const;

/** The construct in a stack of its own; `make` may need the stack, for constructs of its own. */
export function synthesise(
  make: AnomalyMonitoringProps | ((stack: Stack) => AnomalyMonitoringProps) = { watches: oneWatch },
) {
  const stack = new Stack(fastApp(), 'Test');
  const monitoring = new AnomalyMonitoring(stack, 'Monitoring', typeof make === 'function' ? make(stack) : make);
  return { stack, monitoring, template: Template.fromStack(stack) };
}
