import { Token, type Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { budgetProblem } from '../shared/settings/budget-problem.ts';
import { checkSettings } from '../shared/settings/load-settings.ts';
import type { Settings, SettingsInput } from '../shared/settings/settings.ts';
import { SettingsError, type SettingsProblem } from '../shared/settings/settings-error.ts';
import { mergedAlerts, withTokens } from './merged-alerts.ts';
import { fromMetric } from './metric-settings.ts';
import type { ChannelSettingsInput } from './notification-channel.ts';
import { placeOf, type SecretPlace } from './parts/alert-secrets.ts';
import { gather, refuse } from './refuse.ts';
import type { WatchProps } from './watch-props.ts';

export interface ToSettings {
  readonly settings: Settings | undefined;
  readonly name: string | undefined;
  readonly retention: Duration | undefined;
  readonly quotaShare: number | undefined;
  readonly alerts: SettingsInput['alerts'];
  /** Of the app's own, by name. */
  readonly channels: Readonly<Record<string, ChannelSettingsInput>>;
  readonly selfAlarms: SettingsInput['selfAlarms'];
  readonly alertTestEvery: SettingsInput['alertTestEvery'];
  readonly dashboard: SettingsInput['dashboard'];
  readonly watches: Readonly<Record<string, WatchProps>>;
}

const secondsPerDay = 86_400;

/**
 * Props and `aiops.yaml` become one `Settings`, complete with defaults. Names may be tokens; numbers may not, since
 * schedules, lifecycle rules and checks need them now.
 *
 * @throws SettingsError that lists everything that is wrong, with value and remedy.
 */
export function toSettings(scope: Construct, given: ToSettings): Settings {
  const problems: SettingsProblem[] = [];
  const watches: Record<string, unknown> = { ...given.settings?.watches };
  for (const [name, props] of Object.entries(given.watches)) {
    const path = `watches.${name}`;
    if (Token.isUnresolved(name)) {
      problems.push({ path: 'watches', message: 'the name of a watch is a token', remedy: 'give it a literal name' });
    } else if (watches[name] !== undefined) {
      problems.push({ path, message: 'is in `settings` and in `watches`', remedy: 'rename one of the two' });
    } else {
      watches[name] = gather(problems, () => watchInput(scope, path, props));
    }
  }
  const retention = gather(problems, () => seconds('retention', given.retention));
  gather(problems, () => refuseTokenNumbers('quotaShare', given.quotaShare));
  gather(problems, () => refuseTokenNumbers('alerts', given.alerts));
  const alerts = gather(problems, () => mergedAlerts(given.alerts ?? given.settings?.alerts, given.channels));
  if (problems.length > 0) throw new SettingsError('AnomalyMonitoring', problems);

  const checked = checkSettings(
    {
      ...given.settings,
      ...(given.name === undefined ? {} : { name: given.name }),
      ...(retention === undefined ? {} : { retention }),
      ...(given.quotaShare === undefined ? {} : { quotaShare: given.quotaShare }),
      ...(alerts === undefined ? {} : { alerts: alerts.input }),
      ...(given.selfAlarms === undefined ? {} : { selfAlarms: given.selfAlarms }),
      ...(given.alertTestEvery === undefined ? {} : { alertTestEvery: given.alertTestEvery }),
      ...(given.dashboard === undefined ? {} : { dashboard: given.dashboard }),
      watches,
    },
    'AnomalyMonitoring',
  );
  const settings = withTokens(checked, alerts?.addresses ?? new Map());
  problems.push(...undeployable(settings));
  const dear = budgetProblem(settings);
  if (dear !== undefined) problems.push(dear);
  if (problems.length > 0) throw new SettingsError('AnomalyMonitoring', problems);
  return settings;
}

function watchInput(scope: Construct, path: string, props: WatchProps): Record<string, unknown> {
  refuseTokenNumbers(path, props);
  const { metrics: given = [], select, every, discoverEvery, period, settle, timezone, ...rest } = props;
  const metrics = given.map((metric: IMetric, index) => fromMetric(scope, `${path}.metrics[${index}]`, metric));
  const periods = [...new Set(metrics.map(({ periodSeconds }) => periodSeconds))];
  if (period === undefined && periods.length > 1) {
    refuse(
      `${path}.metrics`,
      'their periods differ, and a watch has one',
      'give the watch a `period`, or make two watches',
      periods.map((one) => `${one} s`).join(', '),
    );
  }
  const stated = {
    every: seconds(`${path}.every`, every),
    discoverEvery: seconds(`${path}.discoverEvery`, discoverEvery),
    period: seconds(`${path}.period`, period) ?? periods[0],
    settle: seconds(`${path}.settle`, settle),
    timezone: timezone?.timezoneName,
    select,
  };
  return {
    ...rest,
    ...Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined)),
    metrics: metrics.flatMap((one) => ('metric' in one ? [one.metric] : [])),
    expressions: metrics.flatMap((one) => ('expression' in one ? [one.expression] : [])),
  };
}

/** What runs on a laptop and cannot run in an account. */
function undeployable(settings: Settings): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  if (settings.retention < secondsPerDay) {
    problems.push({
      path: 'retention',
      message: 'S3 expires objects by the day',
      got: `${settings.retention} s`,
      remedy: 'keep history for at least 1d',
    });
  }
  problems.push(...unreachable(settings));
  if (settings.alertTestEvery !== 'off' && settings.alertTestEvery.every % 60 !== 0) {
    problems.push({
      path: 'alertTestEvery',
      message: 'EventBridge Scheduler counts whole minutes',
      got: `${settings.alertTestEvery.every} s`,
      remedy: 'write 1d or any number of minutes',
    });
  }
  for (const [name, watch] of Object.entries(settings.watches)) {
    const path = `watches.${name}`;
    if (watch.source.kind !== 'cloudwatch') {
      problems.push({
        path: `${path}.source`,
        message: `the source "${watch.source.kind}" is read on this machine only, an account cannot reach it`,
        got: watch.source.kind,
        remedy: 'deploy watches of CloudWatch, and run this one with `npx aiops detect`',
      });
    }
    if (watch.every % 60 !== 0) {
      problems.push({
        path: `${path}.every`,
        message: 'EventBridge Scheduler counts whole minutes',
        got: `${watch.every} s`,
        remedy: 'write 1m, 5m or any number of minutes',
      });
    }
    if (watch.collect === 'stream') problems.push(...unstreamable(path, watch));
    if (watch.discoverEvery % 60 !== 0) {
      problems.push({
        path: `${path}.discoverEvery`,
        message: 'EventBridge Scheduler counts whole minutes',
        got: `${watch.discoverEvery} s`,
        remedy: 'write 1h or any number of minutes',
      });
    }
    if (watch.forecast !== 'off' && watch.forecast.every !== undefined && watch.forecast.every % 60 !== 0) {
      problems.push({
        path: `${path}.forecast.every`,
        message: 'EventBridge Scheduler counts whole minutes',
        got: `${watch.forecast.every} s`,
        remedy: 'write 5m or any number of minutes',
      });
    }
  }
  return problems;
}

/** What no metric stream can be asked for. */
function unstreamable(path: string, { select, metrics }: Settings['watches'][string]): SettingsProblem[] {
  const here = select.filter(({ region }) => region === undefined);
  const globs = here.filter(({ namespace }) => /[*?]/.test(namespace));
  if (here.length > 0 || metrics.some(({ region }) => region === undefined))
    return globs.map(({ namespace }) => ({
      path: `${path}.select`,
      message: 'a metric stream takes namespaces by their names, not by patterns',
      got: namespace,
      remedy: 'name each namespace, or write collect: poll',
    }));
  return [
    {
      path: `${path}.collect`,
      message: 'there is nothing that a metric stream brings: expressions and metrics of other regions are asked for',
      got: 'stream',
      remedy: 'write collect: poll',
    },
  ];
}

/** Channels and secrets that only this machine has. */
function unreachable({ alerts, heartbeatUrl }: Settings): SettingsProblem[] {
  const refuseVariable = (path: string, place: SecretPlace): SettingsProblem[] =>
    'variable' in place
      ? [
          {
            path,
            message: 'an environment variable of this machine is not there in an account',
            got: place.variable,
            remedy: 'store it in Secrets Manager and write { secret: name }, or in SSM and write { parameter: /path }',
          },
        ]
      : [];
  const channels = Object.entries(alerts.channels).flatMap(([name, channel]): SettingsProblem[] => {
    const path = `alerts.channels.${name}`;
    const found = placeOf(channel);
    if (found !== undefined) return refuseVariable(`${path}.${found.field}`, found.place);
    if (channel.kind === 'lambda') return [];
    return [
      { path, message: 'there is no terminal in an account', got: channel.kind, remedy: 'deploy without this channel' },
    ];
  });
  return [
    ...channels,
    ...(alerts.actions === 'off' ? [] : refuseVariable('alerts.actions.secret', alerts.actions.secret)),
    ...(heartbeatUrl === undefined ? [] : refuseVariable('heartbeatUrl', heartbeatUrl)),
  ];
}

function seconds(path: string, given: Duration | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (given.isUnresolved()) {
    refuse(path, 'is known only when it is deployed', 'give a literal Duration such as Duration.minutes(5)');
  }
  return given.toSeconds();
}

/** A number token looks like a huge negative number and would pass, or fail, for the wrong reason. */
function refuseTokenNumbers(path: string, value: unknown): void {
  if (typeof value === 'number' && Token.isUnresolved(value)) {
    refuse(path, 'is a number that is known only when it is deployed', 'write the number itself');
  }
  if (Array.isArray(value)) value.forEach((one, index) => refuseTokenNumbers(`${path}[${index}]`, one));
  else if (isPlainObject(value)) {
    for (const [key, one] of Object.entries(value)) refuseTokenNumbers(`${path}.${key}`, one);
  }
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
