import { describe, expect, it } from 'vitest';
import { isBeyond, limitsOf, type LimitRule } from '../../shared/forecasters/limits.ts';
import { forecasters } from '../../shared/forecasters/catalogue.ts';
import { severities } from '../../shared/alerting/severities.ts';
import { recommendations } from '../../shared/forecasters/outlook.ts';
import { recommendationDefaults, severityOfRecommendation } from '../../shared/forecasters/recommendation.ts';
import { foreseenSchema } from '../../shared/alerting/foreseen.ts';
import type { MetricNature, SeriesDescription, Statistic } from '../../shared/metrics/metric.ts';
import { describeSeries, natureOf } from '../../shared/metrics/known-metrics.ts';
import {
  forecastEvery,
  forecastHorizon,
  forecasterNames,
  forecastProblems,
} from '../../shared/settings/forecast-settings.ts';
import { settingsSchema } from '../../shared/settings/settings.ts';
import fc from '../fakes/property.ts';

const utilisation: MetricNature = { unit: 'Percent', lowest: 0, highest: 100, bad: 'up', gap: 'gap' };
const of = (label: string, nature: MetricNature = utilisation): SeriesDescription => ({
  id: `x/${label}`,
  entity: 'x',
  label,
  metric: { namespace: 'Test', name: label, dimensions: {}, statistic: 'Average' },
  periodSeconds: 300,
  nature,
});
const usual = [{ value: 80, side: 'above', isAsked: false }];

describe('what a series is not to cross', () => {
  it.each<[string, MetricNature, readonly LimitRule[], unknown]>([
    ['is 80 for a percentage of which high values are bad', utilisation, [], usual],
    ['is 80 also where the unit is written as a sign', { ...utilisation, unit: '%' }, [], usual],
    ['is nothing for a percentage of which low values are bad', { ...utilisation, bad: 'down' }, [], []],
    ['is nothing for a percentage that may exceed 100', { unit: 'Percent', bad: 'up', gap: 'gap' }, [], []],
    ['is nothing for a number of bytes', { unit: 'Bytes', bad: 'up', gap: 'gap', highest: 100 }, [], []],
    [
      'is what was written in place of 80',
      utilisation,
      [{ metric: 'c*', above: 60, severity: 'HIGH' }],
      [{ value: 60, side: 'above', isAsked: true, severity: 'HIGH' }],
    ],
    [
      'is 80 beside what was written for the other side',
      utilisation,
      [{ metric: 'cpu', below: 3 }],
      [...usual, { value: 3, side: 'below', isAsked: true }],
    ],
    ['is nothing where it was switched off', utilisation, [{ metric: 'cpu', above: 'off' }], []],
    [
      'is what was written last of all that names it',
      utilisation,
      [
        { metric: '*', above: 50 },
        { metric: 'cpu', above: 70 },
        { metric: 'memory', above: 90 },
      ],
      [{ value: 70, side: 'above', isAsked: true }],
    ],
    [
      'is the last one of each side by itself',
      utilisation,
      [
        { metric: '*', above: 50, below: 10 },
        { metric: 'cpu', below: 5 },
      ],
      [
        { value: 50, side: 'above', isAsked: true },
        { value: 5, side: 'below', isAsked: true },
      ],
    ],
  ])('%s', (_title, nature, given, limits) => {
    expect(limitsOf(of('cpu', nature), given)).toEqual(limits);
  });

  it('is known for processors and disks of AWS, and not for credits', () => {
    expect(limitsOf(of('CPUUtilization', natureOf('AWS/EC2', 'CPUUtilization')), [])).toEqual(usual);
    expect(limitsOf(of('BurstBalance', natureOf('AWS/EBS', 'BurstBalance')), [])).toEqual([]);
  });

  const known = (namespace: string, name: string, statistic: Statistic = 'Average'): SeriesDescription =>
    describeSeries(
      { namespace, name, statistic, dimensions: { X: 'x' } },
      { period: 60, entityBy: ['X'], natures: {} },
    );

  it.each<[string, SeriesDescription, number | undefined]>([
    ['80 of a container service, which may use more than 100 %', known('AWS/ECS', 'CPUUtilization'), 80],
    ['80 of its memory, too', known('AWS/ECS', 'MemoryUtilization', 'Maximum'), 80],
    ['.8 of what is a share of 1', known('AWS/Lambda', 'ProvisionedConcurrencyUtilization', 'Maximum'), 0.8],
    ['nothing of a sum of shares', known('AWS/Lambda', 'ProvisionedConcurrencyUtilization', 'Sum'), undefined],
    ['nothing of a sum of percentages', known('AWS/ECS', 'CPUUtilization', 'Sum'), undefined],
    ['nothing of a count of samples', known('AWS/ECS', 'CPUUtilization', 'SampleCount'), undefined],
    ['nothing of what has no end', known('AWS/Lambda', 'ConcurrentExecutions', 'Maximum'), undefined],
  ])('is %s', (_title, description, value) => {
    expect(limitsOf(description, []).map((limit) => limit.value)).toEqual(value === undefined ? [] : [value]);
  });

  it('begins, where nobody wrote it, where the settings begin to recommend', () => {
    expect(limitsOf(of('cpu'), [], 60)).toEqual([{ value: 60, side: 'above', isAsked: false }]);
    expect(limitsOf(known('AWS/Lambda', 'ProvisionedConcurrencyUtilization', 'Maximum'), [], 60)[0].value).toBe(0.6);
    expect(limitsOf(of('cpu'), [{ metric: 'cpu', above: 75 }], 60)[0].value).toBe(75);
  });

  it.each([Number.NaN, Infinity])('cannot be %s', (above) => {
    expect(() => limitsOf(of('cpu'), [{ metric: 'cpu', above }])).toThrow(
      /limit above for 'cpu'.*finite number, or off/,
    );
  });

  it('is crossed beyond the line and not on it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (value, line) => {
        const above = isBeyond(value, { value: line, side: 'above' });
        expect(above).toBe(isBeyond(-value, { value: -line, side: 'below' }));
        if (value === line) expect(above).toBe(false);
      }),
    );
    expect(isBeyond(Number.NaN, { value: 0, side: 'below' })).toBe(false);
  });
});

describe('words that are written in two places, because one may not know the other', () => {
  it('name the same forecasters in settings as in the catalogue, but for the network', () => {
    const inCatalogue = Object.keys(forecasters).filter((name) => name !== 'lstm');
    expect([...forecasterNames].sort()).toEqual(inCatalogue.sort());
  });

  it('name the same recommendations in signals as in outlooks, each as grave as a severity', () => {
    expect(foreseenSchema.shape.recommendation.options).toEqual([...recommendations]);
    expect(recommendations.map((one) => severityOfRecommendation[one])).toEqual([...severities]);
  });

  it('have the same defaults in settings as in code', () => {
    const { forecast } = settingsSchema.parse({ watches: { w: { select: 'Test' } } }).watches['w'];
    expect(forecast === 'off' ? undefined : forecast.recommendations).toEqual(recommendationDefaults);
  });
});

describe('how often and how far is looked ahead', () => {
  it('never makes a watch impossible by its defaults, whatever its period and ticks', () => {
    const seconds = fc.integer({ min: 1, max: 86_400 });
    fc.assert(
      fc.property(seconds, seconds, (every, period) => {
        const timing = { every, period, forecast: { every: undefined, horizon: undefined } };
        const written = { every: forecastEvery(timing), horizon: forecastHorizon(timing) };
        expect(forecastProblems({ every, period, forecast: written })).toEqual([]);
      }),
    );
  });
});
