import { Stack, Token } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { MonitoringAccess } from './monitoring-access.ts';

/**
 * Refuses, when everything of the app is there, a second deployment of the same name in the same account and region:
 * their metrics would mix, alarms would answer for each other, and one would resolve the pages of the other.
 */
export function refuseSameName(one: MonitoringAccess): void {
  one.node.addValidation({
    validate: () =>
      one.node.root.node
        .findAll()
        .filter((other) => other instanceof MonitoringAccess && other !== one && isTwin(one, other))
        // Of two, one says it.
        .filter((other) => other.node.path < one.node.path)
        .map(
          (other) =>
            `deploymentName: ${other.node.path} is called "${one.settings.name}", too, and their metrics, alarms and pages ` +
            'would mix → give one of them another deploymentName',
        ),
  });
}

/**
 * Refuses, when everything of the app is there, a deployment that hands its signals on to one of its own name: people
 * could not tell the watches of the two apart.
 */
export function refuseNameOfMain(one: MonitoringAccess, signalsTo: IEventBus | undefined): void {
  if (signalsTo === undefined) return;
  one.node.addValidation({
    validate: () =>
      one.node.root.node
        .findAll()
        .filter((other) => other instanceof MonitoringAccess)
        .filter(({ bus, settings }) => bus === signalsTo && settings.name === one.settings.name)
        .map(
          (main) =>
            `deploymentName: ${main.node.path}, whose router hears these signals, is called "${one.settings.name}", too → ` +
            'give this deployment another deploymentName, such as one with its region',
        ),
  });
}

/** Where account and region are known only when it is deployed, two stacks may well be for two places. */
function isTwin(one: MonitoringAccess, other: MonitoringAccess): boolean {
  if (one.settings.name !== other.settings.name) return false;
  const [here, there] = [Stack.of(one), Stack.of(other)];
  if (here === there) return true;
  const known = (stack: Stack): boolean => !Token.isUnresolved(stack.account) && !Token.isUnresolved(stack.region);
  return known(here) && known(there) && here.account === there.account && here.region === there.region;
}
