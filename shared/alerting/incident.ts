import * as z from 'zod';
import { askedSilences, silenceReasons, speakReasons } from './notice-reason.ts';
import { severities } from './severities.ts';
import { findingSchema } from './signal.ts';

/** All times are epoch seconds. `…At` of what a shard says is the tick's scheduled time; all others are the clock's. */
const time = z.number();
const severity = z.enum(severities);

/** What was last said of one thing (see `Finding.key`), and what is remembered of it for as long as the group is. */
const member = z.object({
  /** With chart points only for the gravest few. */
  finding: findingSchema,
  watch: z.string(),
  shard: z.string(),
  entity: z.string(),
  labels: z.record(z.string(), z.string()),
  mode: z.enum(['live', 'shadow']),
  intervalSeconds: z.number(),
  /** The newest tick that spoke of it. */
  evaluatedAt: time,
  /** The newest tick that called it firing or normal: what is not newer is ignored. A gap decides nothing. */
  decidedAt: time.nullable(),
  severity,
  /** The gravest it was in this incident. */
  worst: severity,
  /** Ticks at which it fired first and last in this incident; null where it did not. */
  firedAt: time.nullable(),
  lastFiredAt: time.nullable(),
});

/** What one channel knows of the incident. */
const channelMemory = z.object({
  /** Number of the last notice that it took; 0 for none. */
  delivered: z.int().nonnegative(),
  deliveredAt: time.nullable(),
  /** A trigger may have reached it: it must hear of the end, even where its answer was lost. */
  mayBeOpen: z.boolean(),
  /** What it is still to be told. Replaced by a newer notice. */
  owed: z
    .object({
      notice: z.int(),
      /** What it is to be told; may differ from the decision's: who never heard of a beginning is told of no reminder. */
      reason: z.enum(speakReasons),
      since: time,
      attempts: z.int(),
      nextAt: time,
      /** It gets somebody out of bed. */
      page: z.boolean(),
      error: z.string(),
      /** Whoever holds the claim is telling it; where the claim has lapsed, it may have arrived. */
      inFlight: z.boolean(),
      /** Number of the notice that somebody took it up, which a pager is told once this one has arrived. */
      followedBy: z.int().optional(),
    })
    .nullable(),
  /** Why it refused for good, where it did. */
  rejected: z.string().nullable(),
  /** The other channels were told that it did. */
  refusalTold: z.boolean().optional(),
});

const decision = z.object({
  /** 1, 2, 3… within the incident. */
  number: z.int().positive(),
  reason: z.enum(speakReasons),
  /** The gravest that people were told of in this incident, this notice included. */
  severity,
  at: time,
  /** When everybody was told last: reminders count from it, and not from what only pagers hear. */
  remindFrom: time,
  /** Keys that people were told of in this incident. */
  keys: z.array(z.string()),
  /** Channels that are to hear it. */
  channels: z.array(z.string()),
  /** Until then only who wrote the decision delivers it; afterwards anybody takes over what is not remembered. */
  claimedUntil: time,
  claimedBy: z.string(),
});

/** One story of a group, from its first firing tick on. */
const story = z.object({
  version: z.literal(1),
  deployment: z.string(),
  /** Names the group; one record per group, under `incidents/open/`. */
  group: z.string(),
  groupedBy: z.enum(['entity', 'watch', 'label', 'all', 'storm', 'pages']),
  /** What people read: the entity, the watch, the label's value. */
  title: z.string(),
  /** The tick that opened it: never used twice by a group, even after its record was forgotten. */
  number: z.int(),
  /** Short, for people and links; from deployment, group and number. */
  id: z.string(),
  status: z.enum(['open', 'closed']),
  /** The tick of the first firing signal, and when we heard of it. */
  openedAt: time,
  heardAt: time,
  /** A firing signal arrived within three intervals of its tick: it may speak. */
  fresh: z.boolean(),
  /** Since when nothing fires and nothing is unknown; null while something does. */
  calmSince: time.nullable(),
  closedAt: time.nullable(),
  closeReason: z.enum(['recovered', 'entity-gone', 'no-longer-known', 'by-person', 'joined-storm']).nullable(),
  /** Who closed it, where a person did. */
  closedBy: z.string().optional(),
  /** By watch and key. */
  members: z.record(z.string(), member),
  /** Times at which it began to fire, across incidents of the group, within the flapping window. */
  starts: z.array(time),
  /** Notices of this incident: the newest decision; earlier ones are in the audit. */
  told: decision.nullable(),
  /** Whether a decision to speak was ever taken in this incident. */
  announced: z.boolean(),
  flappingTold: z.boolean(),
  channels: z.record(z.string(), channelMemory),
  /** `told`: it was decided whom to tell that somebody took it up. */
  acknowledged: z.object({ by: z.string(), at: time, told: z.boolean().optional() }).nullable(),
  snoozed: z.object({ by: z.string(), until: time }).nullable(),
  /** Group of the storm that tells this incident's story. */
  storm: z.string().nullable(),
  /** The last named silence: it is recorded when it changes, not every minute. */
  silence: z.enum(silenceReasons).nullable(),
  /** Why nobody was to be told whenever it fired, up to its tick `firedAt`; null once people were to be. See `notePeace`. */
  peace: z.object({ firedAt: time, asked: z.enum(askedSilences).nullable() }).optional(),
});

export const incidentSchema = story.extend({
  /** Earlier incidents of the group, closed, of whose end a channel is still to be told. */
  endings: z.array(story).optional(),
  /** The record is being deleted: until then nobody writes it. */
  forgottenUntil: time.optional(),
});

/** The open story of a group, and what must be remembered after its end. Stored under compare-and-swap. */
export type Incident = z.infer<typeof incidentSchema>;
/** An incident without what its record keeps of others. */
export type Story = z.infer<typeof story>;
export type Member = z.infer<typeof member>;
export type ChannelMemory = z.infer<typeof channelMemory>;
export type Decision = z.infer<typeof decision>;
