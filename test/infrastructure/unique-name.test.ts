import { Stack, type App, type Environment } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { AnomalyMonitoring } from '../../lib/index.ts';
import { fastApp, oneWatch } from './synthesise.ts';

const ireland = { account: '111111111111', region: 'eu-west-1' };

/** An app with a deployment in each of these stacks, by their names and places. */
function appOf(...deployments: readonly (readonly [string, Environment | undefined])[]): App {
  const app = fastApp();
  deployments.forEach(([deploymentName, env], k) => {
    const stack = new Stack(app, `Stack${k}`, env === undefined ? {} : { env });
    new AnomalyMonitoring(stack, 'Monitoring', { watches: oneWatch, selfAlarms: 'nobody', deploymentName });
  });
  return app;
}

/** What synth asks of everything in the app before it synthesises any of it. */
const refusals = (app: App): readonly string[] => app.node.findAll().flatMap((one) => one.node.validate());

describe('two deployments of one app', () => {
  it('of one name in one place are refused, once, with the remedy', () => {
    expect(() => appOf(['shop', ireland], ['shop', ireland]).synth()).toThrow(
      /\[Stack1\/Monitoring\] deploymentName: Stack0\/Monitoring is called "shop", too.*another deploymentName$/,
    );
  });

  it('of one name in one stack are refused, wherever it is for', () => {
    const app = fastApp();
    const stack = new Stack(app, 'Both');
    for (const id of ['One', 'Other']) new AnomalyMonitoring(stack, id, { watches: oneWatch, selfAlarms: 'nobody' });
    expect(refusals(app)).toEqual([expect.stringMatching(/deploymentName: Both\/One is called "aiops"/)]);
  });

  it.each<[string, (readonly [string, Environment | undefined])[]]>([
    [
      'of two names',
      [
        ['shop', ireland],
        ['bank', ireland],
      ],
    ],
    [
      'in two regions',
      [
        ['shop', ireland],
        ['shop', { ...ireland, region: 'us-east-1' }],
      ],
    ],
    [
      'in places that are known only when deployed',
      [
        ['shop', undefined],
        ['shop', undefined],
      ],
    ],
  ])('%s are none of our business', (_, deployments) => {
    expect(refusals(appOf(...deployments))).toEqual([]);
  });
});
