import { describe, expect, it } from 'vitest';
import { cheapestWay, waysToCollect } from '../../bin/cheapest-way.ts';
import { monthlyCost } from '../../bin/monthly-cost.ts';
import { billLines } from '../../shared/settings/bill-lines.ts';
import { deploymentLoad, mostOf } from '../../shared/settings/bill-load.ts';
import { budgetProblem, mostMonthly } from '../../shared/settings/budget-problem.ts';
import { pricesOf } from '../../shared/settings/cost-settings.ts';
import { checkSettings } from '../../shared/settings/load-settings.ts';
import { billParts, monthlyBill } from '../../shared/settings/monthly-bill.ts';
import { listPrices } from '../../shared/settings/prices.ts';
import { type SettingsInput, watchesOf } from '../../shared/settings/settings.ts';
import fc from '../fakes/property.ts';

const settingsOf = (given: Partial<SettingsInput> = {}) =>
  checkSettings({ watches: { servers: { select: 'AWS/EC2', maxSeries: 1000 } }, ...given }, 'test');
const third = { series: 333, everySeconds: 300 };

describe('a thousand metrics every five minutes', () => {
  it('are 8,640 pulls of a cent per thousand', () => {
    const { getMetricData, bill } = monthlyCost(1000, 1000, 300);
    expect(getMetricData).toBeCloseTo(86.4, 9);
    expect(bill.requests).toBeGreaterThan(getMetricData);
  });

  it('cost at most a third of as many anomaly alarms, with everything counted', () => {
    const { total, anomalyAlarms, bill } = monthlyCost(1000, 1000, 300);
    expect(anomalyAlarms).toBe(300);
    expect(total).toBeLessThanOrEqual(anomalyAlarms / 3);
    const counted = billParts.filter((part) => bill[part] > 0);
    expect(counted).toEqual(
      expect.arrayContaining([
        'requests',
        'functions',
        'storage',
        'queues',
        'events',
        'logs',
        'custom metrics',
        'alarms',
        'dashboards',
      ]),
    );
  });

  it('cost some dollars more where a third of them is forecast', () => {
    const more = monthlyCost(1000, 1000, 300, third).total - monthlyCost(1000, 1000, 300).total;
    expect(more).toBeGreaterThan(1);
    expect(more).toBeLessThan(6);
  });
});

describe('a bill', () => {
  const count = fc.integer({ min: 1, max: 100_000 });
  const every = fc.constantFrom(60, 300, 900, 3600);

  it('is the sum of its watches and of what they share, part by part', () => {
    const watch = { select: 'AWS/EC2', forecast: 'off' } as const;
    const bill = mostMonthly(settingsOf({ watches: { a: watch, b: { select: 'AWS/RDS', every: 60, period: 60 } } }));
    for (const part of billParts) {
      const parts = [bill.base, ...bill.watches].map((one) => one.bill[part]);
      expect(bill.bill[part], part).toBeCloseTo(
        parts.reduce((all, one) => all + one, 0),
        9,
      );
    }
    expect(bill.total).toBeCloseTo(bill.base.total + bill.watches[0].total + bill.watches[1].total, 9);
  });

  it('grows with what is looked after, and shrinks with the interval, in every part or not at all', () => {
    fc.assert(
      fc.property(count, every, (metrics, seconds) => {
        const one = monthlyCost(metrics, metrics, seconds);
        const twice = monthlyCost(2 * metrics, 2 * metrics, seconds);
        const slower = monthlyCost(metrics, metrics, 2 * seconds);
        for (const part of billParts) {
          expect(twice.bill[part]).toBeGreaterThanOrEqual(one.bill[part]);
          expect(slower.bill[part]).toBeLessThanOrEqual(one.bill[part]);
          expect(one.bill[part]).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('is by the prices of the settings, where they have some', () => {
    const settings = settingsOf({ prices: { metricRequested: 0, dashboard: 5 } });
    expect(pricesOf(settings)).toEqual({ ...listPrices, metricRequested: 0, dashboard: 5 });
    expect(mostMonthly(settings).bill.requests).toBeLessThan(1);
    expect(mostMonthly(settings).bill.dashboards).toBe(5);
  });

  it('counts each pattern with all that it may match, and each metric of an expression', () => {
    const metric = { namespace: 'A', metric: 'B' };
    const expressions = [{ label: 'rate', expression: 'a / b', metrics: { a: metric, b: metric } }];
    const [watch] = watchesOf(
      settingsOf({ watches: { w: { select: ['A', 'B'], maxSeries: 10, metrics: [metric], expressions } } }),
    );
    expect(mostOf(watch)).toEqual({ metrics: 23, series: 22, forecastSeries: 22 });
  });

  it('is shown with what costs anything, and as one column where watches are many', () => {
    const lines = billLines(mostMonthly(settingsOf()));
    expect(lines[0]).toMatch(/^\$ a month +servers +shared +total$/);
    expect(lines.at(-1)).toBe(
      'as many anomaly alarms of CloudWatch: $300 (us-east-1, October 2026, without free tiers)',
    );
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, k) => [`w${k}`, { select: 'AWS/EC2' }]));
    expect(billLines(mostMonthly(settingsOf({ watches: many })))[0]).toMatch(/^\$ a month +9 watches +shared +total$/);
  });
});

describe('maxMonthlyUsd', () => {
  it('lets pass what cannot cost more', () => {
    expect(budgetProblem(settingsOf())).toBeUndefined();
    expect(budgetProblem(settingsOf({ maxMonthlyUsd: 500 }))).toBeUndefined();
  });

  it('refuses what may cost more, and says what would fit', () => {
    const problem = budgetProblem(settingsOf({ maxMonthlyUsd: 60 }));
    expect(problem).toMatchObject({ path: 'maxMonthlyUsd', got: '60' });
    expect(problem?.message).toMatch(/up to 1,000 series, \$\d+/);
    const [, most] = /maxSeries: (\d+)/.exec(problem?.remedy ?? '') ?? [];
    expect(problem?.remedy).toMatch(/raise it to \d+, or write every: 15m for watch servers, or write maxSeries/);
    const fits = (maxSeries: number) =>
      budgetProblem(settingsOf({ maxMonthlyUsd: 60, watches: { servers: { select: 'AWS/EC2', maxSeries } } }));
    expect(fits(Number(most))).toBeUndefined();
    expect(fits(Number(most) + 1)).toBeDefined();
  });

  it('of a stream says to poll, where that would fit, and nothing that CloudWatch would bill all the same', () => {
    const watches = { servers: { select: 'AWS/EC2', maxSeries: 1000, collect: 'stream' } } as const;
    expect(budgetProblem(settingsOf({ watches, maxMonthlyUsd: 120 }))?.remedy).toMatch(
      /^raise it to \d+, or write collect: poll for watch servers; aiops cost/,
    );
    expect(budgetProblem(settingsOf({ watches, maxMonthlyUsd: 20 }))?.remedy).toMatch(/^raise it to \d+; aiops cost/);
  });

  it('says no more than what would help', () => {
    expect(budgetProblem(settingsOf({ maxMonthlyUsd: 1 }))?.remedy).toMatch(/^raise it to \d+; aiops cost/);
  });
});

describe('a watch that streams', () => {
  const watch = { select: 'AWS/EC2', maxSeries: 990, forecast: 'off', every: 60, period: 60 } as const;
  const billOf = (more: object) => mostMonthly(settingsOf({ watches: { servers: { ...watch, ...more } } }));

  it('pays 13 cents for a metric of every minute, however often it is judged, and no request for its points', () => {
    const quick = billOf({ collect: 'stream' });
    const slow = billOf({ collect: 'stream', every: 300 });
    expect(quick.bill.streams).toBeGreaterThan(990 * 0.1296);
    expect(quick.bill.streams).toBeLessThan(140);
    expect(slow.bill.streams).toBeGreaterThan(990 * 0.1296);
    expect(quick.bill.requests).toBeLessThan(billOf({}).bill.requests / 50);
    expect(billOf({}).bill.streams).toBe(0);
  });

  it('pays for what no stream says as before, and for what watches over the stream', () => {
    const metric = { namespace: 'A', metric: 'B' };
    const expressions = [{ label: 'rate', expression: 'a / b', metrics: { a: metric, b: metric } }];
    const more = billOf({ collect: 'stream', expressions }).bill.requests - billOf({ collect: 'stream' }).bill.requests;
    expect(more).toBeCloseTo(2 * 43_200 * listPrices.metricRequested, 2);
    expect(billOf({ collect: 'stream' }).bill.alarms).toBeCloseTo(billOf({}).bill.alarms + 0.4, 9);
  });
});

describe('the cheapest way to a verdict', () => {
  const settings = settingsOf();
  const load = deploymentLoad(settings);
  const ways = waysToCollect(load, load.watches[0], watchesOf(settings)[0], listPrices);

  it('within so long is the slowest polling that is quick enough', () => {
    expect(cheapestWay(ways, 600)).toMatchObject({ collect: 'poll', everySeconds: 300 });
    expect(cheapestWay(ways, 7200)).toMatchObject({ collect: 'poll', everySeconds: 3600 });
    expect(cheapestWay(ways, 10)).toBeUndefined();
  });

  it('is a stream where polling would have to be as quick, and never where the period is none of streams', () => {
    const minutes = settingsOf({ watches: { servers: { select: 'AWS/EC2', period: 60 } } });
    const waysOf = (of: typeof minutes) => {
      const itsLoad = deploymentLoad(of);
      return waysToCollect(itsLoad, itsLoad.watches[0], of.watches['servers'], listPrices);
    };
    const all = waysOf(minutes);
    const streamed = all.find(({ collect, everySeconds }) => collect === 'stream' && everySeconds === 60);
    expect(streamed?.delaySeconds).toBe(300);
    expect(cheapestWay(all, 300)).toEqual(streamed);
    expect(cheapestWay(all, 900)).toMatchObject({ collect: 'poll' });
    const daily = { select: 'AWS/S3', period: '1d', every: '1h', timezone: 'UTC' };
    const slow = waysOf(settingsOf({ watches: { servers: daily } }));
    expect(slow.filter(({ collect }) => collect === 'stream').map(({ isOffered }) => isOffered)).toEqual([
      false,
      false,
    ]);
  });

  it('names the price of everything, as the bill does', () => {
    expect(ways.find(({ isCurrent }) => isCurrent)?.total).toBeCloseTo(monthlyBill(load, listPrices).total, 9);
  });
});
