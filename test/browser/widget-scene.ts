import { actOnIncident } from '../../shared/pipeline/act-on-incident.ts';
import { createHandler } from '../../lambdas/widget/handler.ts';
import type { WidgetPorts } from '../../lambdas/widget/widget-ports.ts';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { groupOf } from '../../shared/alerting/grouping.ts';
import { hear } from '../../shared/alerting/incident-hear.ts';
import type { Incident } from '../../shared/alerting/incident.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import { detectAnomalies } from '../../shared/pipeline/detect-anomalies.ts';
import { forecastMetrics } from '../../shared/pipeline/forecast-metrics.ts';
import { saveIncident } from '../../shared/pipeline/incident-store.ts';
import { trainForecasters } from '../../shared/pipeline/train-forecasters.ts';
import { trainModels } from '../../shared/pipeline/train-models.ts';
import { MemoryLog } from '../wire/aws-under-test.ts';
import { hearPolicy } from '../alerting/told.ts';
import { noise, series, type Signalling, world } from '../scenarios/world.ts';

const day = 86_400;
const every = 300;
/** A Friday, half past ten. */
export const sceneNow = Date.parse('2026-11-20T10:30:00Z') / 1000;
export const functionArn = 'arn:aws:lambda:eu-west-1:111111111111:function:monitoring-widget';

const percent = { unit: 'Percent', lowest: 0, highest: 100, bad: 'up' } as const;
const things = ['db-1', 'web-1', 'web-2'].map((name) => `InstanceId=${name}`);
const members = [
  ...things.flatMap((entity) => [
    series(entity, 'CPUUtilization', percent),
    series(entity, 'NetworkIn', { unit: 'Bytes', lowest: 0 }),
  ]),
  series('InstanceId=db-1', 'disk_used_percent', percent),
];

/** The usual days of a small fleet; in the last hour web-1 is busy for no reason, and db-1 fills up. */
const value: Signalling = ({ entity, label }, time) => {
  const daily = Math.sin((2 * Math.PI * (time - 9 * 3600)) / day);
  const small = noise(entity, label, time) - 0.5;
  if (label === 'disk_used_percent') return 86 + ((time - sceneNow) / day) * 1.9 + 0.25 * small;
  if (label === 'NetworkIn') return Math.max(0, 4e6 + 2.4e6 * daily + 4e5 * small);
  const cpu = (entity.endsWith('db-1') ? 52 : 38) + 18 * daily + 3 * small;
  const isBusy = entity.endsWith('web-1') && time >= sceneNow - 3000;
  const wasBusy = entity.endsWith('web-1') && Math.abs(time - (sceneNow - 5 * 3600)) < 1200;
  return isBusy || wasBusy ? 93 + 4 * small : cpu;
};

/** Prices at which seven series are worth a meter. */
const bill = { maxMonthlyUsd: 60, prices: { metricRequested: 0.002 } };

/** What a deployment of a few days has stored, made by the pipeline itself. */
export async function widgetScene(): Promise<MemoryObjectStore> {
  const store = new MemoryObjectStore();
  const w = world(
    members,
    value,
    { every, forecast: { forecaster: 'seasonal-naive' }, forest: { trees: 10 } },
    { retention: '7d', ...bill },
    store,
  );
  const records = new Map<string, Incident>();
  let told = 0;
  const listen = (): void => {
    for (const signal of w.bus.published.slice(told)) {
      const group = groupOf(signal, 'entity');
      const after = hear(records.get(group.group), { signal, group, now: signal.evaluatedAt + 20 }, hearPolicy);
      if (after !== undefined) records.set(group.group, after);
    }
    told = w.bus.published.length;
  };
  const first = sceneNow - 6.5 * 3600;
  for (let tick = first; tick <= sceneNow; tick += every) {
    w.clock.time = tick + 4;
    await detectAnomalies({ tick }, w.ports);
    if (tick === first + 3 * every) {
      await trainModels({ tick }, w.ports);
      await trainForecasters({ tick }, w.ports);
    }
    if (tick > sceneNow - 5400) await forecastMetrics({ tick }, w.ports);
    listen();
  }
  for (const record of records.values()) if (record.status === 'open') await saveIncident(store, record, 'absent');
  return store;
}

/** The function over such a store, as `lambdas/widget/index.ts` composes it. */
export function widgetFunction(store: MemoryObjectStore, log = new MemoryLog()) {
  const clock = { now: () => sceneNow + 40 };
  let acts = 0;
  const ports: WidgetPorts = {
    settings: settingsSchema.parse({ watches: { w: { select: 'Test', every } }, ...bill }),
    store,
    bytes: world([], value).ports.bytes,
    clock,
    log,
    act: (request) => actOnIncident(request, { store, clock, runId: `act-${acts++}` }),
  };
  const handler = createHandler(() => Promise.resolve(ports), clock.now);
  return (event: unknown) => handler(event, { invokedFunctionArn: functionArn });
}

/** What CloudWatch sends beside the parameters of a widget. */
export const widgetContext = (more: Readonly<Record<string, unknown>> = {}) => ({
  dashboardName: 'Monitoring',
  widgetId: 'widget-1',
  domain: 'https://eu-west-1.console.aws.amazon.com',
  accountId: '111111111111',
  locale: 'en',
  timezone: { label: 'UTC', offsetISO: '+00:00', offsetInMinutes: 0 },
  period: 300,
  isAutoPeriod: true,
  timeRange: { mode: 'relative', start: (sceneNow - 8 * 3600) * 1000, end: sceneNow * 1000, relativeStart: 28_800_000 },
  theme: 'light',
  linkCharts: true,
  title: '',
  forms: { all: {} },
  params: {},
  width: 900,
  height: 400,
  ...more,
});
