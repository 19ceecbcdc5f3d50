import type { Mute } from '../alerting/alert-policy.ts';
import type { Story } from '../alerting/incident.ts';
import type { AlertPorts } from './alert-ports.ts';
import { AlertLedger } from './alert-ledger.ts';
import type { ChannelKinds } from './decide-notice.ts';
import { listMutes } from './open-mute.ts';
import { WatchBooks } from './watch-books.ts';

/** What one batch or one sweep has at hand. */
export interface AlertRun {
  readonly ports: AlertPorts;
  readonly kinds: ChannelKinds;
  readonly ledger: AlertLedger;
  /** Open when the run began, or within the hour before. */
  readonly mutes: readonly Mute[];
  readonly books: WatchBooks;
  /** By watch: incidents that are part of its storm, as this run left them. */
  readonly parts: Map<string, Story[]>;
  /** Who claims, in this run: another name each time, for one group may be advanced twice at once. */
  readonly claimant: () => string;
}

/** @param mutes keys of mutes, where they were listed already. */
export async function startRun(ports: AlertPorts, mutes?: readonly string[]): Promise<AlertRun> {
  let claimants = 0;
  return {
    ports,
    kinds: new Map([...ports.channels].map(([name, { kind }]) => [name, kind])),
    ledger: new AlertLedger(ports),
    mutes: await listMutes(ports, mutes),
    books: new WatchBooks(ports.store, ports.log),
    parts: new Map(),
    claimant: () => `${ports.runId}.${++claimants}`,
  };
}
