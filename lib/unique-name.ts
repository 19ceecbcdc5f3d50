import { Stack, Token } from 'aws-cdk-lib';
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

/** Where account and region are known only when it is deployed, two stacks may well be for two places. */
function isTwin(one: MonitoringAccess, other: MonitoringAccess): boolean {
  if (one.settings.name !== other.settings.name) return false;
  const [here, there] = [Stack.of(one), Stack.of(other)];
  if (here === there) return true;
  const known = (stack: Stack): boolean => !Token.isUnresolved(stack.account) && !Token.isUnresolved(stack.region);
  return known(here) && known(there) && here.account === there.account && here.region === there.region;
}
