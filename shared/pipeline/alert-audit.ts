import * as z from 'zod';
import { silenceReasons, speakReasons } from '../alerting/notice-reason.ts';
import type { Story } from '../alerting/incident.ts';
import { severities } from '../alerting/severities.ts';
import { findingSchema } from '../alerting/signal.ts';
import { standingOf } from '../alerting/standing.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { keys } from '../settings/keys.ts';

const head = {
  version: z.literal(1),
  /** The same wherever the same thing is written twice; lines of earlier releases have none. */
  id: z.string().optional(),
  /** Epoch seconds. */
  at: z.number(),
  /** Id, group, number and title of the incident. */
  incident: z.string(),
  group: z.string(),
  number: z.int(),
  title: z.string(),
  watches: z.array(z.string()),
  /** Kinds of what took part; lines of earlier releases have none. */
  kinds: z.array(findingSchema.shape.kind).optional(),
  severity: z.enum(severities),
};

const auditRecord = z.discriminatedUnion('kind', [
  /** People were told, or it was tried. */
  z.object({
    ...head,
    kind: z.literal('notice'),
    notice: z.int(),
    reason: z.enum(speakReasons),
    /** Tried before: the notice was owed, or whoever told it went missing. */
    again: z.boolean(),
    channels: z.record(
      z.string(),
      z.object({
        kind: z.string(),
        /** What the channel was told; may differ from the decision's reason. */
        reason: z.enum(speakReasons),
        /** Number of what the channel was told, where that is older than the newest decision. */
        notice: z.int().optional(),
        /** `unknown`: whoever was telling it never said what became of it; it may have arrived, and is told again. */
        outcome: z.enum(['delivered', 'owed', 'rejected', 'given-up', 'withheld', 'unknown']),
        /** What the service answered, or why not. */
        detail: z.string(),
        page: z.boolean(),
      }),
    ),
  }),
  /** Nobody is told, from now on, for this reason; said when the reason changes. */
  z.object({ ...head, kind: z.literal('silence'), reason: z.enum(silenceReasons) }),
  z.object({ ...head, kind: z.literal('opened') }),
  z.object({ ...head, kind: z.literal('closed'), reason: z.string() }),
  /** A scheduled test of ourselves: of no incident, and nothing that a digest counts. */
  z.object({
    ...head,
    kind: z.literal('test'),
    channels: z.record(
      z.string(),
      z.object({
        kind: z.string(),
        outcome: z.enum(['delivered', 'retryable', 'rejected']),
        /** What the service answered, or why not. */
        detail: z.string(),
      }),
    ),
  }),
  z.object({
    ...head,
    kind: z.literal('action'),
    action: z.enum(['acknowledge', 'snooze', 'close', 'normal']),
    by: z.string(),
    /** Of a snooze, and of what is normal for a while only; epoch seconds. */
    until: z.number().nullable(),
  }),
]);

/** One thing that happened to an incident. */
export type AuditRecord = z.infer<typeof auditRecord>;

/** @param what happened, in a word that nothing else that happens to the incident has. @param at epoch seconds. */
export function auditHead(story: Story, what: string, at: number): z.infer<z.ZodObject<typeof head>> {
  const { fired, severity } = standingOf(story);
  const members = fired.length > 0 ? fired.map(([, member]) => member) : Object.values(story.members);
  const watches = new Set(members.map(({ watch }) => watch));
  const kinds = new Set(members.map(({ finding }) => finding.kind));
  const { id, group, number, title } = story;
  return {
    version: 1,
    id: `${id}/${what}`,
    at,
    incident: id,
    group,
    number,
    title,
    watches: [...watches],
    kinds: [...kinds],
    severity,
  };
}

/**
 * Writes what a batch, a sweep or an action has to say as one object of JSON lines; nothing where there is nothing.
 *
 * @param run unique to who writes: two runs never share an object.
 */
export async function writeAudit(
  store: ObjectStore,
  records: readonly AuditRecord[],
  now: number,
  run: string,
): Promise<void> {
  if (records.length === 0) return;
  const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  await store.put(keys.audit(now, auditName(now, run)), new TextEncoder().encode(lines));
}

/** Ascending in time within a day. */
const auditName = (now: number, run: string): string => `${new Date(now * 1000).toISOString().slice(11, 23)}-${run}`;

export interface AuditLines {
  readonly records: readonly AuditRecord[];
  /** Lines that are no records of this release: counted, never guessed at. */
  readonly unreadable: number;
}

/** The records of one object of the audit, in the order in which they were written. */
export function parseAudit(body: Uint8Array): AuditLines {
  const records: AuditRecord[] = [];
  let unreadable = 0;
  for (const line of new TextDecoder().decode(body).split('\n')) {
    if (line.trim() === '') continue;
    const record = parseLine(line);
    if (record === undefined) unreadable++;
    else records.push(record);
  }
  return { records, unreadable };
}

function parseLine(line: string): AuditRecord | undefined {
  try {
    return auditRecord.parse(JSON.parse(line));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}
