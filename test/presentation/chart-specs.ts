import type { ChartSpec } from '../../shared/presentation/chart-spec.ts';

/** 2026-11-21T08:00:00Z */
export const morning = 1_795_248_000;

/** Twelve quiet five minutes with a usual range, then three far above it. */
export const spike: ChartSpec = {
  title: 'CPUUtilization of web-1',
  unit: 'Percent',
  points: Array.from({ length: 15 }, (_, index) => [
    morning + index * 300,
    index < 12 ? 30 + (index % 3) : 80 + index,
    25,
    36,
  ]),
  since: morning + 12 * 300,
  limit: 90,
};

/** A disk that fills, with a forecast. */
export const filling: ChartSpec = {
  title: 'disk_used_percent of db-1',
  unit: 'Percent',
  points: Array.from({ length: 10 }, (_, index) => [morning + index * 300, 70 + index, null, null]),
  limit: 95,
  forecast: {
    levels: [80, 95],
    points: Array.from({ length: 6 }, (_, index) => {
      const mean = 80 + 2 * index;
      return [morning + (10 + index) * 300, mean, mean - index, mean + index, mean - 2 * index, mean + 2 * index];
    }),
    peak: { time: morning + 15 * 300, value: 90 },
  },
};
