import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ForecastSummary } from '../../shared/pipeline/forecast-metrics.ts';
import type { TickSummary } from '../../shared/pipeline/detect-anomalies.ts';
import { botoAgainst } from './boto.ts';
import { lookAt, type Heard } from './deployed.ts';
import { startEmulatedAccount, type EmulatedAccount } from './emulated-account.ts';
import { writeSettings } from './settings.ts';
import { measured, publish } from './shop.ts';
import { eventually, Timeline } from './timeline.ts';

// One story, each test a chapter: the account is one, and what happens in it happens once.
const day = 86_400;
const story = new Timeline();
let account: EmulatedAccount;
let cdk: Awaited<ReturnType<EmulatedAccount['deployer']>>;
let seen: ReturnType<typeof lookAt>;
let settings: ReturnType<typeof writeSettings>;

/** For people; an empty line ends it. */
const say = (...lines: readonly string[]): void => console.log([...lines, ''].join('\n'));
const logged = (): string => account.ministack.log().slice(-6000);
const epoch = (): number => Date.now() / 1000;
const iso = (seconds: number): string => new Date(Math.floor(seconds) * 1000).toISOString();
const tick = async (seconds: number): Promise<TickSummary> => {
  const { error, payload } = await seen.invoke('AnomalyFunctionName', { watch: 'shop', scheduledTime: iso(seconds) });
  expect(error, JSON.stringify(payload)).toBeUndefined();
  return payload as TickSummary;
};

beforeAll(async () => {
  account = await startEmulatedAccount();
  settings = writeSettings(account.folder);
}, 900_000);
afterAll(() => account.stop());

describe('a deployment, from nothing', () => {
  it('comes about by bootstrap and deploy, as people type them, by one who may do nothing else, IAM enforced', async () => {
    await account.ministack.ask({ enforce: true });
    const bootstrap = await account.bootstrap();
    cdk = await account.deployer();
    seen = lookAt(account, cdk.outputs);
    const deploy = await cdk.deploy(settings.first);
    const resources = await seen.resources();
    const byType = new Map<string, number>();
    for (const { type } of resources) byType.set(type, (byType.get(type) ?? 0) + 1);
    say(
      `bootstrap ${bootstrap.seconds.toFixed(0)} s, deploy ${deploy.seconds.toFixed(0)} s (synth and bundling included), ${resources.length} resources:`,
      ...[...byType].sort().map(([type, count]) => `  ${String(count).padStart(3)} ${type}`),
    );
    expect(resources.filter(({ status }) => status !== 'CREATE_COMPLETE')).toEqual([]);
    expect(byType.get('AWS::Lambda::Function')).toBeGreaterThanOrEqual(9);
    expect(await seen.objects('settings/')).toHaveLength(1);
    expect(await seen.settingsKeys()).toEqual(new Set((await seen.objects('settings/')).map(({ key }) => key)));
  });

  it('is all that who deployed it may do: the account shows that person nothing directly', async () => {
    const asDeployer = botoAgainst(account.python, account.ministack.url, cdk.key);
    await expect(asDeployer('s3', 'list_objects_v2', { Bucket: seen.bucket() })).rejects.toThrow(/AccessDenied/);
    await expect(asDeployer('lambda', 'list_functions')).rejects.toThrow(/AccessDenied|not authorized/);
  });

  it('has its bucket refuse whoever speaks without TLS', async () => {
    await account.ministack.ask({ tls: false });
    const { error, payload } = await seen.invoke('AnomalyFunctionName', { watch: 'shop' });
    await account.ministack.ask({ tls: true });
    expect(error).toBe('Unhandled');
    expect(JSON.stringify(payload)).toMatch(/s3:GetObject.*explicit deny in a resource-based policy/);
  });

  it('has a schedule for each thing of each watch, with a dead-letter queue and an event that its function takes', async () => {
    const at = Math.floor(epoch() / 60) * 60;
    const schedules = await seen.schedules(at);
    const found = schedules.map(({ expression, state, functionName, event }) => ({
      expression,
      state,
      role: /(Anomaly|Discovery|Backfill|Forecast|Train|Sweep)/.exec(functionName.replace('AiopsMonitoring-', ''))?.[1],
      event,
    }));
    const scheduledTime = iso(at).replace('.000Z', 'Z');
    const watch = 'shop';
    expect(found).toHaveLength(6);
    expect(found).toEqual(
      expect.arrayContaining([
        { expression: 'rate(1 minute)', state: 'ENABLED', role: 'Anomaly', event: { watch, scheduledTime } },
        { expression: 'rate(1 hour)', state: 'ENABLED', role: 'Discovery', event: { watch, scheduledTime } },
        expect.objectContaining({ state: 'ENABLED', role: 'Backfill', event: { scheduledTime } }),
        { expression: 'rate(5 minutes)', state: 'ENABLED', role: 'Forecast', event: { watch, scheduledTime } },
        { expression: 'rate(1 day)', state: 'ENABLED', role: 'Train', event: { watch, scheduledTime } },
        { expression: 'rate(1 minute)', state: 'ENABLED', role: 'Sweep', event: { scheduledTime } },
      ]),
    );
    expect(schedules.filter(({ deadLetters }) => !deadLetters?.includes('UndeliveredRuns'))).toEqual([]);
  });
});

let incident: Record<string, unknown>;

describe('one anomaly, from CloudWatch to people', () => {
  it('is preceded by what was usual: two ticks, invoked as the schedule would have, learn it from five days', async () => {
    const now = Math.floor(epoch() / 60) * 60;
    const uploaded = await publish(account.clients.cloudWatch, measured(now - 5 * day, now - 420));
    const first = await tick(now - 840);
    expect(first.watches[0]).toMatchObject({ watch: 'shop', series: 2, discovered: true });
    const second = await tick(now - 600);
    expect(second.watches[0].ran[0]).toMatchObject({ outcome: 'judged', firing: 0 });
    say(`uploaded ${uploaded} values; history in ${(await seen.objects('history/')).length} objects`);
  });

  it('is found at a tick that the schedule fires, crosses bus, queue and router, and is told to Slack and PagerDuty', async () => {
    const listener = await seen.listen();
    const since = Math.floor(epoch() / 60) * 60 - 420;
    const fault = measured(since, since + 5400, { service: 'cart', since });
    await publish(account.clients.cloudWatch, fault);
    story.note('metric: the first slow minute begins', since * 1000);
    story.note('CloudWatch: has the metric');
    const asked = account.cloudWatch.cloudwatch.gets.length;
    const within = { seconds: 200, hint: logged };
    const waiting = {
      asked: eventually('a tick asks CloudWatch', () => account.cloudWatch.cloudwatch.gets[asked], within).then(() =>
        story.note('anomaly function: asks CloudWatch, at a tick of the schedule'),
      ),
      heard: eventually<Heard>('a signal on the bus', async () => (await listener.heard())[0], within),
      slack: eventually('Slack hears of it', () => account.slack.shown[0], within).then((message) => {
        story.note('Slack: has the notice');
        return message;
      }),
      pager: eventually('PagerDuty hears of it', () => account.pagerDuty.events[0], within).then((event) => {
        story.note('PagerDuty: has the page, over TLS');
        return event;
      }),
    };
    await waiting.asked;
    const signal = await waiting.heard;
    story.note('bus: the signal (whole seconds)', signal.onBus);
    story.note('queue: the signal', signal.inQueue);
    const [message, page] = await Promise.all([waiting.slack, waiting.pager]);
    await listener.stop();
    // Both have it before the router has remembered that they do.
    incident = await eventually(
      'the router remembers what it told',
      async () => {
        const [open] = await seen.openIncidents();
        const channels = Object.values(open['channels'] as Record<string, { readonly delivered: number }>);
        return channels.length === 2 && channels.every(({ delivered }) => delivered === 1) ? open : undefined;
      },
      within,
    );
    for (const line of await eventually(
      'the audit',
      async () => {
        const lines = await seen.audit();
        return lines.some(({ kind }) => kind === 'notice') ? lines : undefined;
      },
      within,
    )) {
      const { kind, reason } = line as { kind: string; reason?: string };
      story.note(`router: ${kind}${reason === undefined ? '' : `, ${reason}`}`, Number(line['at']) * 1000);
    }
    say('one anomaly, hop by hop (UTC):', story.toString());
    expect(signal.detail).toMatchObject({ watch: 'shop' });
    expect(message.text).toMatch(/Service=cart Latency \d+, usual \d+ to \d+/);
    expect(page).toMatchObject({ event_action: 'trigger', payload: { source: expect.any(String) as string } });
    expect(JSON.stringify([account.slack.shown, account.pagerDuty.events])).not.toContain('search');
    expect(account.pagerDuty.pages()).toBe(1);
  }, 300_000);

  it('is acknowledged by its link: opening it changes nothing, its button does, and PagerDuty hears of it', async () => {
    const links = [...JSON.stringify(account.slack.shown[0]).matchAll(/<(http[^|>]+\/a\/[^|>]+)\|/g)].map(
      ([, url]) => url,
    );
    expect(links).toHaveLength(3);
    const opened = await seen.browse('GET', links[0]);
    expect([opened.status, opened.body]).toEqual([200, expect.stringMatching(/<form[^>]*method="?post/i)]);
    expect((await seen.openIncidents())[0]).toMatchObject({ number: incident['number'], acknowledged: null });
    const done = await seen.browse('POST', links[0], 'who=Ada');
    expect([done.status, done.body]).toEqual([200, expect.stringContaining('Acknowledged')]);
    expect(JSON.stringify(await seen.openIncidents())).toContain('Ada');
    const forged = await seen.browse('GET', links[0].replace(/.{8}$/, 'AAAAAAAA'));
    expect(forged.status).toBeGreaterThanOrEqual(400);
  });

  it('is forecast like the rest: the function answers what the schedule would send it, and stores what it says', async () => {
    const schedules = await seen.schedules(epoch());
    const event = schedules.find(({ name }) => name.includes('Forecast'))?.event;
    const { error, payload } = await seen.invoke('ForecastFunctionName', event);
    expect(error, JSON.stringify(payload)).toBeUndefined();
    expect((payload as ForecastSummary).watches[0]).toMatchObject({ watch: 'shop', shards: 1, series: 2 });
    expect((await seen.objects('state/shop/')).map(({ key }) => key)).toContain('state/shop/s-0001/forecast');
  });
});

describe('the deployment, later', () => {
  /** What must outlive every deployment, as it lies in the bucket. */
  const remembered = async (): Promise<string[]> => {
    const kept = (await seen.objects()).filter(({ key }) => /^(inventory|models|feedback|incidents\/open)\//.test(key));
    return kept.map(({ key }) => key);
  };
  let firstKey: string;

  it('takes changed settings without losing history, inventory or incidents, and tells nobody again', async () => {
    [firstKey] = await seen.settingsKeys();
    const before = {
      remembered: await remembered(),
      history: await seen.objects('history/'),
      told: account.slack.shown.length,
    };
    const { seconds } = await cdk.deploy(settings.second);
    const [key, ...others] = await seen.settingsKeys();
    expect([key, others]).toEqual([expect.not.stringMatching(firstKey), []]);
    expect((await seen.objects('settings/')).map((one) => one.key)).toEqual(expect.arrayContaining([firstKey, key]));
    expect(await remembered()).toEqual(expect.arrayContaining(before.remembered));
    // Ticks go on while it is deployed; whatever was stored before is there, unchanged.
    expect(await seen.objects('history/')).toEqual(expect.arrayContaining(before.history));
    expect((await seen.schedules(epoch())).map(({ name }) => /Schedules(Tick|Training)stock/.exec(name)?.[1])).toEqual(
      expect.arrayContaining(['Tick', 'Training']),
    );
    const { watches } = await tick(epoch());
    expect(watches[0].ran[0]).toMatchObject({
      outcome: expect.stringMatching(/^(judged|too-old)$/) as string,
      began: 0,
    });
    const [open] = await seen.openIncidents();
    expect([open['id'], open['number']]).toEqual([incident['id'], incident['number']]);
    expect(account.slack.shown.slice(before.told).map(({ text }) => text)).not.toContain(account.slack.shown[0].text);
    say(`update with changed settings: ${seconds.toFixed(0)} s`);
  });

  it('goes back by itself where a deployment fails half-way, and ticks go on with the settings from before', async () => {
    const [key] = await seen.settingsKeys();
    // A resource of the new watch; by then others are changed.
    await account.ministack.ask({ refuse: 'SchedulesTickorders' });
    const failed = await cdk.tryToDeploy(settings.third);
    expect(failed.code).not.toBe(0);
    expect(failed.output).toContain('is refused, as the test asked for');
    expect(await seen.stackStatus()).toBe('UPDATE_ROLLBACK_COMPLETE');
    await account.ministack.ask({ refuse: null });
    expect([...(await seen.settingsKeys())]).toEqual([key]);
  });

  it('goes back to former settings where a person deploys them again: one object in the bucket is all that they are', async () => {
    await cdk.deploy(settings.first);
    expect([...(await seen.settingsKeys())]).toEqual([firstKey]);
    const { watches } = await tick(epoch());
    expect(watches[0].ran[0]).toMatchObject({ began: 0 });
    expect((await seen.openIncidents())[0]['id']).toBe(incident['id']);
  });

  it('has put nothing aside on the whole way', async () => {
    expect(await seen.putAside()).toEqual({});
  });

  it('is removed by destroy, but for its bucket with everything in it', async () => {
    const bucket = seen.bucket();
    const before = await seen.objects();
    const { seconds } = await cdk.destroy(settings.first);
    const left = {
      functions: (await account.boto<{ Functions: { FunctionName: string }[] }>('lambda', 'list_functions')).Functions,
      schedules: await seen.schedules(epoch()),
      queues: (await account.boto<{ QueueUrls?: string[] }>('sqs', 'list_queues')).QueueUrls ?? [],
      buses: (await account.boto<{ EventBuses: { Name: string }[] }>('events', 'list_event_buses')).EventBuses.filter(
        ({ Name }) => Name !== 'default',
      ),
      alarms: (await account.boto<{ MetricAlarms: unknown[] }>('cloudwatch', 'describe_alarms')).MetricAlarms,
      topics: (await account.boto<{ Topics: unknown[] }>('sns', 'list_topics')).Topics,
      apis: (await account.boto<{ Items: unknown[] }>('apigatewayv2', 'get_apis')).Items,
      logGroups: (
        await account.boto<{ logGroups: { logGroupName: string }[] }>('logs', 'describe_log_groups')
      ).logGroups
        .map(({ logGroupName }) => logGroupName)
        .filter((name) => !name.startsWith('/aws/lambda/')),
    };
    expect(left).toEqual({
      functions: [],
      schedules: [],
      queues: [],
      buses: [],
      alarms: [],
      topics: [],
      apis: [],
      logGroups: [],
    });
    expect((await seen.objects()).length).toBeGreaterThanOrEqual(before.length);
    say(`destroyed in ${seconds.toFixed(0)} s; ${bucket} is kept with ${before.length} objects`);
  });
});
