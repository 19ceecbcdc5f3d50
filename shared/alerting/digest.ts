import * as z from 'zod';
import { severities } from './severities.ts';

const count = z.int().nonnegative();

/** What was told, and what was not, from `from` to `until` (epoch seconds, `until` not included). */
export const digestSchema = z.object({
  version: z.literal(1),
  deployment: z.string(),
  every: z.enum(['day', 'week']),
  from: z.number(),
  until: z.number(),
  /** In which its days are counted, and its times are said. */
  timezone: z.string(),
  /** Incidents that people were told of for the first time, by the severity they then had. */
  incidents: z.record(z.enum(severities), count),
  /** Notices of all kinds: reminders, ends and what got worse included. */
  notices: count,
  /** Watches with the most incidents, the noisiest first; `more` watches are left out. */
  noisiest: z.object({ watches: z.array(z.object({ watch: z.string(), incidents: count })), more: count }),
  /** Incidents that watches in shadow would have told. */
  shadow: z.array(z.object({ watch: z.string(), incidents: count })),
  /** What a watch was allowed beside what it told; `promised` is of this period, and need not be whole. */
  budgets: z.array(z.object({ watch: z.string(), setting: z.string(), promised: z.number(), delivered: count })),
  /** Why people were left in peace, the most frequent reason first: incidents, each counted once per reason. */
  silences: z.array(z.object({ reason: z.string(), incidents: count })),
  /** What could not be delivered at once, and what a channel refused for good. */
  deliveries: z.object({ delivered: count, owed: count, rejected: count }),
  /** Records of the audit that could not be read: the counts above lack them. */
  unreadable: count,
});

/** What a period came to, for people who want to know whether alerting is worth its noise. */
export type Digest = z.infer<typeof digestSchema>;
