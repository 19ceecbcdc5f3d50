import type { Foreseen } from '../alerting/foreseen.ts';
import type { Finding, Signal } from '../alerting/signal.ts';
import type { Series } from '../metrics/series.ts';
import { byImportance, MOST_CHARTS, MOST_FINDINGS, type SignalHead } from './entity-signal.ts';
import { bandLevels, type SeriesForecast } from './forecast-record.ts';
import { RECENT_SLOTS } from './recent-values.ts';
import type { Statement } from './tell-entity.ts';
import type { Told } from './shard-state.ts';

/** What the pictures of an entity's findings are drawn from, by series id. */
export interface Drawn {
  readonly made: SeriesForecast;
  /** Everything known of it up to the newest settled slot. */
  readonly known: Series;
}

/** As many as a chart takes. */
const MOST_POINTS = 200;

/**
 * The signal of one entity's forecasts at one tick; undefined where nothing is to be said. Live as soon as one statement
 * may be told, or was, and then it carries those; all others wait in shadow, as those of detection do.
 *
 * @param shadow the watch asks for silence.
 */
export function forecastSignal(
  head: SignalHead,
  entity: string,
  statements: readonly Statement[],
  told: readonly Told[],
  drawn: ReadonlyMap<string, Drawn>,
  shadow: boolean,
): Signal | undefined {
  if (statements.length === 0) return undefined;
  const live = new Set(told.filter((one) => one.live === true).map(({ finding }) => finding.key));
  const mature = shadow ? [] : statements.filter((one) => live.has(one.key) || isMature(one, drawn));
  const chosen = [...(mature.length > 0 ? mature : statements)].sort(byImportance).slice(0, MOST_FINDINGS);
  const findings = chosen.map((statement, place): Finding => {
    const of = statement.series === undefined ? undefined : drawn.get(statement.series);
    return of === undefined || place >= MOST_CHARTS || statement.status !== 'firing'
      ? statement
      : withChart(statement, of);
  });
  return { version: 1, ...head, entity, mode: mature.length > 0 ? 'live' : 'shadow', findings };
}

/** That a limit which somebody wrote is crossed needs no learning. */
function isMature(statement: Statement, drawn: ReadonlyMap<string, Drawn>): boolean {
  const made = statement.series === undefined ? undefined : drawn.get(statement.series)?.made;
  if (made === undefined) return false;
  return made.isMature || made.outlooks.some((one) => one.isAsked && one.isBeyond);
}

function withChart(statement: Statement, { made, known }: Drawn): Finding {
  const points = historyPoints(known);
  const { forecast } = statement;
  if (forecast === undefined || made.missing !== null || statement.source === 'saturation')
    return { ...statement, points };
  return { ...statement, points, forecast: { ...forecast, course: courseOf(made, known.stepSeconds) } };
}

function historyPoints({ start, stepSeconds, values }: Series): NonNullable<Finding['points']> {
  const from = Math.max(0, values.length - RECENT_SLOTS);
  const first = values.findIndex((value, slot) => slot >= from && !Number.isNaN(value));
  if (first === -1) return [];
  return Array.from(values.subarray(first), (value, k) => [
    start + (first + k) * stepSeconds,
    finite(value),
    null,
    null,
  ]);
}

function courseOf(made: SeriesForecast, stepSeconds: number): NonNullable<Foreseen['course']> {
  const { mean, lower80, upper80, lower95, upper95, start } = made;
  const stride = Math.max(1, Math.ceil(mean.length / MOST_POINTS));
  const points: NonNullable<Foreseen['course']>['points'] = [];
  // The last step is always there: it is how far was looked.
  for (let step = (mean.length - 1) % stride; step < mean.length; step += stride)
    points.push([
      start + step * stepSeconds,
      finite(mean[step]),
      finite(lower80[step]),
      finite(upper80[step]),
      finite(lower95[step]),
      finite(upper95[step]),
    ]);
  return { levels: [bandLevels[0], bandLevels[1]], points };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? Number(value.toPrecision(7)) : null);
