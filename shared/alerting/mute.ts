import * as z from 'zod';
import type { Mute } from './alert-policy.ts';
import { type MatchFacts, matches } from './matches.ts';
import { severities } from './severities.ts';

const globs = z.array(z.string().min(1).max(255)).min(1).max(100);
const severity = z.enum(severities);

/** As it is stored. A time of day is for windows that come again: a mute has a beginning and an end. */
export const muteSchema: z.ZodType<Mute> = z.strictObject({
  version: z.literal(1),
  id: z.string().min(1).max(255),
  why: z.string().max(1000),
  by: z.string().max(1000),
  from: z.number(),
  until: z.number(),
  match: z.strictObject({
    severity: z.strictObject({ atLeast: severity, atMost: severity }).optional(),
    watch: globs.optional(),
    entity: globs.optional(),
    labels: z.record(z.string().min(1).max(255), globs).optional(),
  }),
});

/** The first mute that holds for something at `now` (epoch seconds); from `from` on, and no more at `until`. */
export const openMute = (mutes: readonly Mute[], facts: MatchFacts, now: number): Mute | undefined =>
  mutes.find((mute) => now >= mute.from && now < mute.until && matches(mute.match, facts, now));
