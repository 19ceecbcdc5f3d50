import * as z from 'zod';
import { isTimeZone } from '../metrics/time-zone.ts';

const number = z.number().nullable();
const time = z.number();
const band = [number, number] as const;

/** As a notice's chart is bounded: more would be no clearer, and is nobody's who means well. */
const mostPoints = 200;

const chart = z.object({
  title: z.string().max(1000),
  unit: z.string().max(100),
  points: z.array(z.tuple([time, number, ...band])).max(mostPoints),
  since: time.optional(),
  until: time.optional(),
  limit: z.number().optional(),
  forecast: z
    .object({
      points: z.array(z.tuple([time, number, ...band, ...band])).max(mostPoints),
      levels: z.tuple([z.number().min(0).max(100), z.number().min(0).max(100)]),
      peak: z.object({ time, value: z.number() }).optional(),
    })
    .optional(),
});

/** What the chart function is asked for: a picture of a chart under a name that is unique to what it shows. */
export const chartRequestSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9._~-]{1,80}$/, '1 to 80 of A-Z, a-z, 0-9 and . _ ~ -'),
  theme: z.enum(['light', 'dark']).default('light'),
  timezone: z.string().refine(isTimeZone, 'an IANA name such as Europe/Berlin').default('UTC'),
  chart,
});

export type ChartRequest = z.infer<typeof chartRequestSchema>;

/** @throws RangeError that names each place that is wrong, and what to send instead. */
export function readChartRequest(event: unknown): ChartRequest {
  const parsed = chartRequestSchema.safeParse(event);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'as a whole'}: ${issue.message}`);
  throw new RangeError(
    `chart request: ${places.join('; ')} → send { "name", "chart": { "title", "unit", "points": [[time, value, lower, upper], …] ` +
      `at most ${mostPoints} }, "theme"?: "light" or "dark", "timezone"? }`,
  );
}
