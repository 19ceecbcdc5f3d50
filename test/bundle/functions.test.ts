import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploy, type Deployment } from './deployment.ts';

const now = 1_767_225_600;
let deployed: Deployment;
beforeAll(async () => {
  const metric = new Metric({
    namespace: 'Shop',
    metricName: 'Latency',
    dimensionsMap: { Service: 'cart' },
    period: Duration.minutes(5),
  });
  deployed = await deploy({ watches: { shop: { metrics: [metric] } } }, now);
});
afterAll(() => deployed.stop());

describe('the train function, as deployed', () => {
  it('answers {} with a summary of every watch', async () => {
    const { payload, functionError } = await deployed.invoke('Train', {});
    expect(functionError).toBeUndefined();
    expect(payload).toMatchObject({ watches: [{ watch: 'shop', outcome: 'not-enough-history' }] });
  });

  it('refuses a misspelt payload and says what may stand in it', async () => {
    const { payload, functionError } = await deployed.invoke('Train', { wathc: 'shop' });
    expect(functionError).toBe('Unhandled');
    expect(payload).toMatchObject({ errorMessage: expect.stringMatching(/wathc.*"scheduledTime"/) as string });
  });

  it('refuses a watch that the settings do not have, naming those they have', async () => {
    const { payload } = await deployed.invoke('Train', { watch: 'shpo' });
    expect(payload).toMatchObject({
      errorType: 'RangeError',
      errorMessage: expect.stringMatching(/shpo.*shop/) as string,
    });
  });
});
