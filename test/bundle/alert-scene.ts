import type { AnomalyMonitoringProps } from '../../lib/index.ts';
import type { TickSummary } from '../../shared/pipeline/detect-anomalies.ts';
import { startFakePagerDuty, type FakePagerDuty } from '../fakes/http/pagerduty.ts';
import { startFakeSlack, type FakeSlack } from '../fakes/http/slack.ts';
import type { Invocation } from '../fakes/lambda/sandbox.ts';
import { deploy, type Deployment } from './deployment.ts';

/** Somebody was told something. */
export interface Told {
  /** Epoch seconds of the minute in which it was sent. */
  readonly at: number;
  readonly by: 'slack' | 'pagerduty';
  /** First line of a message; what a PagerDuty event does, and its summary. */
  readonly words: string;
}

/** Everything between CloudWatch and people: the deployment on fakes, with Slack and PagerDuty on loop-back. */
export interface AlertScene {
  readonly deployed: Deployment;
  readonly slack: FakeSlack;
  readonly pagerDuty: FakePagerDuty;
  /** In the order in which it was sent. */
  readonly told: readonly Told[];
  /**
   * Lets time pass, minute by minute: ticks of the watch where they are due, the queue to the router, a sweep.
   *
   * @throws Error where a function fails.
   */
  play(from: number, to: number): Promise<void>;
  stop(): Promise<void>;
}

export interface SceneOptions {
  readonly watch: string;
  readonly everySeconds: number;
  readonly now: number;
  readonly apiEndpoint?: string;
}

/** Names of secrets that hold what the stand-ins take. */
export const channels = {
  slack: { kind: 'slack', webhook: { secret: 'ops/slack' } },
  pager: { kind: 'pagerduty', key: { parameter: '/ops/pagerduty' } },
} as const;
export const actions = { secret: { secret: 'ops/links', field: 'key' } } as const;

/** @param props with {@link channels} and {@link actions} in `alerts`, or without. */
export async function startScene(props: AnomalyMonitoringProps, options: SceneOptions): Promise<AlertScene> {
  const { watch, everySeconds, now, apiEndpoint } = options;
  const slack = await startFakeSlack();
  const pagerDuty = await startFakePagerDuty();
  const deployed = await deploy(props, now, {
    platform: { AIOPS_PAGERDUTY_SERVER: pagerDuty.host, NODE_EXTRA_CA_CERTS: pagerDuty.authorityFile },
    ...(apiEndpoint === undefined ? {} : { apiEndpoint }),
  });
  // A cold start takes a second or more where every processor is busy, and then a notice goes without its picture.
  await deployed.invoke('Chart', { name: 'warm', chart: { title: '', unit: 'None', points: [], since: now } });
  deployed.aws.secrets.store('ops/slack', slack.webhook);
  deployed.aws.parameters.store('/ops/pagerduty', pagerDuty.routingKey);
  deployed.aws.secrets.store('ops/links', JSON.stringify({ key: 'k'.repeat(40) }));

  const told: Told[] = [];
  const note = (at: number): void => {
    const heard = (by: Told['by']): number => told.filter((one) => one.by === by).length;
    for (const { text } of slack.shown.slice(heard('slack'))) told.push({ at, by: 'slack', words: firstLine(text) });
    for (const event of pagerDuty.events.slice(heard('pagerduty'))) {
      const summary = 'payload' in event ? ` ${event.payload.summary}` : '';
      told.push({ at, by: 'pagerduty', words: `${event.event_action}${summary}` });
    }
  };
  const run = async (what: string, running: Promise<Invocation>): Promise<unknown> => {
    const { payload, functionError } = await running;
    if (functionError !== undefined) throw new Error(`${what}: ${JSON.stringify(payload)}`);
    return payload;
  };

  return {
    deployed,
    slack,
    pagerDuty,
    told,
    async play(from, to) {
      for (let minute = from; minute < to; minute += 60) {
        deployed.setNow(minute + 2);
        if (minute % everySeconds === 0) {
          const event = deployed.scheduled('Tick', watch, minute);
          const { watches } = (await run(`tick ${minute}`, deployed.invoke('Anomaly', event))) as TickSummary;
          const outcomes = watches[0].ran.map(({ outcome }) => outcome);
          if (outcomes.some((one) => one !== 'judged' && one !== 'empty'))
            throw new Error(`tick ${minute}: ${outcomes.join()}`);
          deployed.setNow(minute + 8);
          for (const one of await deployed.route()) await run(`router at ${minute}`, Promise.resolve(one));
        }
        await run(`sweep ${minute}`, deployed.invoke('Sweep', deployed.sweepAt(minute)));
        note(minute);
      }
    },
    async stop() {
      await deployed.stop();
      await slack.stop();
      await pagerDuty.stop();
    },
  };
}

const firstLine = (text: string | undefined): string => (text ?? '').split('\n')[0];
