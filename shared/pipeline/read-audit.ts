import pLimit from 'p-limit';
import type { ObjectStore } from '../ports/object-store.ts';
import { dayOf, keys } from '../settings/keys.ts';
import { type AuditLines, type AuditRecord, parseAudit } from './alert-audit.ts';

const daySeconds = 86_400;
/** A week of a noisy deployment has thousands of them. */
const OBJECTS_AT_ONCE = 16;

export interface AuditQuery {
  /** Epoch seconds, both included. */
  readonly from: number;
  readonly to: number;
  /** Id of the only incident to tell of. @default all */
  readonly incident?: string;
}

/** What was recorded in a stretch of time, each thing once, in order; `unreadable` counts lines that are no records. */
export async function readAudit(store: ObjectStore, query: AuditQuery): Promise<AuditLines> {
  const limit = pLimit(OBJECTS_AT_ONCE);
  const once = new Map<string, AuditRecord>();
  let unreadable = 0;
  const lastDay = dayOf(query.to);
  for (let time = query.from; dayOf(time) <= lastDay; time += daySeconds) {
    const names: string[] = [];
    for await (const key of store.list(keys.auditPrefix(dayOf(time)))) names.push(key);
    for (const found of await limit.map(names, (key) => store.get(key))) {
      if (found === undefined) continue;
      const lines = parseAudit(found.body);
      unreadable += lines.unreadable;
      for (const record of lines.records) {
        if (!isAsked(record, query)) continue;
        const id = record.id ?? `line ${once.size}`;
        const known = once.get(id);
        if (known === undefined || isUncertain(known)) once.set(id, record);
      }
    }
  }
  // Runs overlap: what they wrote is put in order here.
  const records = [...once.values()].sort((a, b) => a.at - b.at);
  return { records, unreadable };
}

/** Written by somebody else, who did not know what became of it. */
const isUncertain = (record: AuditRecord): boolean =>
  record.kind === 'notice' && Object.values(record.channels).every(({ outcome }) => outcome === 'unknown');

const isAsked = (record: AuditRecord, { from, to, incident }: AuditQuery): boolean =>
  record.at >= from && record.at <= to && (incident === undefined || record.incident === incident);
