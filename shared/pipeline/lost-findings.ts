import { isElsewhere } from '../alerting/elsewhere.ts';
import { close } from '../alerting/incident-end.ts';
import { FRESH_INTERVALS } from '../alerting/incident-hear.ts';
import type { Incident, Member } from '../alerting/incident.ts';
import { standingOf } from '../alerting/standing.ts';
import type { Settings } from '../settings/settings.ts';
import type { Change } from './advance-incident.ts';
import type { ShardLiveness } from './shard-liveness.ts';

/** A sweep comes every minute: a shard is looked at in the one in which another interval has passed. */
const SWEEP_SECONDS = 60;
/** So many intervals after it was told last, a shard that does not tell it any more has forgotten it. */
const LOST_INTERVALS = 2;

/**
 * What of an incident nobody tells any more: heard of last three intervals ago or longer, while its shard went on and does
 * not know it as firing. While the shard is not scored, nothing is lost; a watch that is not looked after any more knows
 * nothing at all.
 *
 * @param now epoch seconds.
 * @returns by key, the tick that spoke of it last.
 */
export async function lostFindings(
  incident: Incident,
  settings: Settings,
  liveness: ShardLiveness,
  now: number,
): Promise<ReadonlyMap<string, number>> {
  const lost = new Map<string, number>();
  if (incident.status !== 'open' || incident.groupedBy === 'storm' || incident.groupedBy === 'pages') return lost;
  for (const [key, member] of Object.entries(incident.members)) {
    if (!goesOn(member) || !isDue(member, now)) continue;
    if (await isLost(member, settings, liveness)) lost.set(key, member.evaluatedAt);
  }
  return lost;
}

const goesOn = ({ firedAt, finding }: Member): boolean => firedAt !== null && finding.status !== 'normal';

function isDue({ evaluatedAt, intervalSeconds }: Member, now: number): boolean {
  const silent = now - evaluatedAt;
  if (silent <= FRESH_INTERVALS * intervalSeconds) return false;
  return Math.floor(silent / intervalSeconds) !== Math.floor((silent - SWEEP_SECONDS) / intervalSeconds);
}

async function isLost(member: Member, { watches }: Settings, liveness: ShardLiveness): Promise<boolean> {
  const { watch, shard, evaluatedAt, intervalSeconds, finding } = member;
  // Of another deployment: its shards are in a bucket of its own, and its outage resolves nothing here.
  if (isElsewhere(watch)) return false;
  if (!Object.hasOwn(watches, watch)) return true;
  // What others than ticks tell is in no state of a shard.
  if (finding.kind === 'batch') return false;
  const isForecast = finding.kind === 'forecast';
  if (isForecast && watches[watch].forecast === 'off') return true;
  const view = await liveness(watch, shard, isForecast ? 'forecast' : 'anomaly');
  if (view === undefined || view.tick < evaluatedAt + LOST_INTERVALS * intervalSeconds) return false;
  return !view.firing.has(finding.key);
}

/** Takes what is lost for over, unless it was heard of since; where nothing else goes on, the incident is closed. */
export const losing =
  (lost: ReadonlyMap<string, number>): Change =>
  (record, now) => {
    if (record?.status !== 'open') return record;
    const isGone = (key: string, member: Member): boolean => goesOn(member) && lost.get(key) === member.evaluatedAt;
    const all = Object.entries(record.members);
    if (!all.some(([key, member]) => isGone(key, member))) return record;
    const members = Object.fromEntries(all.map(([key, member]) => [key, isGone(key, member) ? over(member) : member]));
    const { firing, unknown } = standingOf({ members });
    const after: Incident = { ...record, members };
    return firing.length + unknown.length > 0 ? after : close({ ...after, calmSince: now }, 'no-longer-known', now);
  };

const over = (member: Member): Member => ({
  ...member,
  finding: { ...member.finding, status: 'normal', explanation: 'Its shard does not know it any more.' },
});
