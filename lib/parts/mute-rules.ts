import { EventField, Rule, RuleTargetInput, type EventPattern } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { refuse } from '../refuse.ts';

/** Events, such as deployments, during which nobody is to be told. */
export interface MuteDuring {
  /** Events on the account's default bus; `source` at least. */
  readonly pattern: EventPattern;

  /** How long from the event on: a second to 7 days. */
  readonly for: Duration;

  /**
   * Watches that are muted; globs allowed.
   *
   * @default - all
   */
  readonly watch?: string | readonly string[];

  /**
   * Entities that are muted; globs allowed.
   *
   * @default - all
   */
  readonly entity?: string | readonly string[];

  /**
   * Labels that what is muted must have; globs allowed.
   *
   * @default - whatever they are
   */
  readonly labels?: Readonly<Record<string, string | readonly string[]>>;

  /**
   * What people read as the reason.
   *
   * @default - the detail type of the event
   */
  readonly why?: string;
}

const longest = Duration.days(7);

/** Turns events of the account into mutes, on the same way that signals take. */
export class MuteRules extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly muteDuring: readonly MuteDuring[];
      readonly queue: IQueue;
      readonly undelivered: IQueue;
      readonly maxEventAge: Duration;
    },
  ) {
    super(scope, id);
    const { queue, undelivered, maxEventAge } = props;
    props.muteDuring.forEach(({ pattern, for: duration, why, ...match }, index) => {
      const detail = { for: duration.toSeconds(), why: why ?? EventField.detailType, by: EventField.source, ...match };
      const message = RuleTargetInput.fromObject({
        id: EventField.eventId,
        'detail-type': 'Mute',
        time: EventField.time,
        detail,
      });
      new Rule(this, `Mute${index + 1}`, {
        description: `Nobody is told for ${duration.toHumanString()} after these events`,
        eventPattern: pattern,
        targets: [new SqsQueue(queue, { message, deadLetterQueue: undelivered, maxEventAge })],
      });
    });
  }
}

/** @throws SettingsError with place, value and remedy. */
export function checkMuteDuring(given: readonly MuteDuring[]): void {
  given.forEach(({ pattern, for: duration }, index) => {
    const path = `muteDuring[${index}]`;
    if (duration.isUnresolved()) refuse(`${path}.for`, 'is known only when it is deployed', 'give a literal Duration');
    const seconds = duration.toMilliseconds() / 1000;
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > longest.toSeconds()) {
      refuse(`${path}.for`, 'is not between a second and 7 days', 'write Duration.minutes(30)', `${seconds} s`);
    }
    if ((pattern.source ?? []).length === 0) {
      refuse(`${path}.pattern`, 'names no source, and would mute at every event', "write source: ['aws.codedeploy']");
    }
  });
}
