import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { AnomalyMonitoring } from '../../lib/index.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { type EventPattern, matchesPattern } from '../fakes/aws/event-pattern.ts';
import { fastApp, oneWatch, synthesise } from './synthesise.ts';

const account = '111111111111';
const arn = `arn:aws:events:eu-west-1:${account}:event-bus/main`;
const nobody = { watches: oneWatch, selfAlarms: 'nobody' } as const;

/** A main deployment, and one of another region that hands its signals on to it. */
function twoRegions(deploymentName: string) {
  const app = fastApp();
  const here = new Stack(app, 'Main', { env: { account, region: 'eu-west-1' } });
  const there = new Stack(app, 'Other', { env: { account, region: 'us-east-1' } });
  const main = new AnomalyMonitoring(here, 'Monitoring', { ...nobody, deploymentName: 'shop' });
  new AnomalyMonitoring(there, 'Monitoring', { ...nobody, deploymentName, signalsTo: main.bus });
  return { app, here, there };
}

const named = twoRegions('shop-us');
const [mainTemplate, otherTemplate] = [Template.fromStack(named.here), Template.fromStack(named.there)];

describe('signals to the router of another deployment', () => {
  it('go to its bus by a role that may do just that, and what cannot be handed on is put aside', () => {
    const settings = settingsSchema.parse({ name: 'shop-us', watches: oneWatch, signalsTo: arn });
    const { template, stack } = synthesise({ settings });
    template.hasResourceProperties('AWS::Events::Rule', {
      Description: 'Signals to the router of another deployment',
      EventPattern: {
        source: ['aiops.monitoring'],
        'detail-type': ['Signal'],
        // Found here, so that two that name each other send nothing to and fro.
        account: [{ Ref: 'AWS::AccountId' }],
        region: [{ Ref: 'AWS::Region' }],
      },
      Targets: [
        Match.objectLike({
          Arn: arn,
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('UndeliveredSignals'), 'Arn'] } },
        }),
      ],
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [{ Action: 'events:PutEvents', Effect: 'Allow', Resource: arn }] },
    });
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('nobody is told'));
  });

  it('are handed on nowhere else', () => {
    expect(JSON.stringify(mainTemplate.toJSON())).not.toContain('Signals to the router of another');
  });

  it('of another region of the app go to the bus by its name, which it is given for that', () => {
    const [bus] = Object.values(mainTemplate.findResources('AWS::Events::EventBus'));
    const { Name } = bus['Properties'] as { Name: string };
    expect(typeof Name).toBe('string');
    otherTemplate.hasResourceProperties('AWS::Events::Rule', {
      Targets: [
        Match.objectLike({
          Arn: {
            'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:events:eu-west-1:${account}:event-bus/${Name}`]],
          },
        }),
      ],
    });
  });

  it('are those that were found there, and not what was heard: two that name each other send nothing to and fro', () => {
    const rules = Object.values(otherTemplate.findResources('AWS::Events::Rule'));
    const handingOn = rules
      .map((one) => one['Properties'] as { Description?: string; EventPattern: EventPattern })
      .filter(({ Description }) => Description === 'Signals to the router of another deployment');
    const signal = { source: 'aiops.monitoring', 'detail-type': 'Signal', account, region: 'us-east-1', detail: {} };
    const isHandedOn = (more: object): boolean =>
      handingOn.some(({ EventPattern: pattern }) => matchesPattern(pattern, { ...signal, ...more }));
    expect(isHandedOn({})).toBe(true);
    for (const other of [
      { region: 'eu-west-1' },
      { account: '222222222222' },
      { 'detail-type': 'Mute' },
      { source: 'x' },
    ])
      expect(isHandedOn(other), JSON.stringify(other)).toBe(false);
  });

  it('are refused where both deployments have one name: nobody could tell their watches apart', () => {
    expect(() => twoRegions('shop').app.synth()).toThrow(
      /deploymentName: Main\/Monitoring, whose router hears these signals, is called "shop", too.*another deploymentName/,
    );
    expect(() => named.app.synth()).not.toThrow();
  });

  it('are refused where a file names what is no bus, with what to write', () => {
    expect(() => settingsSchema.parse({ watches: oneWatch, signalsTo: 'main' })).toThrow(
      /is not the ARN of an event bus.*event-bus\/NAME/,
    );
  });
});
