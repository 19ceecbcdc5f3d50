import { describe, expect, it } from 'vitest';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { writeStored } from '../../shared/models/stored-artefact.ts';
import { type ForecastState, forecastStateKind } from '../../shared/pipeline/forecast-state.ts';
import { type ShardState, shardStateKind } from '../../shared/pipeline/shard-state.ts';
import { keys } from '../../shared/settings/keys.ts';
import { firing, type Happening, play, Timeline } from './alerts/timeline.ts';

const head = { watch: 'w', shard: 's-0001', periodSeconds: 300 };

/** Detection has consumed this very moment's tick, and knows of nothing that fires. */
const detectionRuns: Happening = async ({ store, time }) => {
  const held = { start: time, series: [] };
  const rest = { timezone: 'UTC', judgedTo: time, model: null, calledNormal: [], warmUpDue: false, entities: [] };
  const state: ShardState = { ...head, ...rest, tick: time, asked: null, held };
  await writeStored({ store, bytes: nodeBytes }, shardStateKind, keys.state('w', 's-0001', 'anomaly'), state);
};

/** Forecasting has, and knows of nothing that is foreseen. */
const forecastingRuns: Happening = async ({ store, time }) => {
  const rest = { consumed: time, fitted: null, series: [], told: [], drifted: [] };
  const state: ForecastState = { ...head, ...rest, tick: time, recent: { start: time, series: [] } };
  await writeStored({ store, bytes: nodeBytes }, forecastStateKind, keys.state('w', 's-0001', 'forecast'), state);
};

const foreseen = firing('web-1', { kind: 'forecast', key: 'forecast:web-1/cpu', source: 'crossing', severity: 'HIGH' });

describe('an incident of what was foreseen, of which nothing is heard any more', () => {
  it.each<[string, readonly Happening[], object | undefined, boolean]>([
    ['stays open while its shard is not forecast', [], undefined, true],
    ['stays open though detection goes on, which knows nothing of it', [detectionRuns], undefined, true],
    ['is closed once forecasting goes on and does not know it', [forecastingRuns], undefined, false],
    ['is closed where forecasts were switched off', [], { w: { forecast: 'off' } }, false],
  ])('%s', async (_title, later, watches, isOpen) => {
    const story = new Timeline(watches === undefined ? {} : { watches: watches as never });
    await play(story, '1h', [['0', foreseen], ...later.map((one) => ['16m', one] as const)]);
    const [incident] = await story.incidents();
    expect(incident).toMatchObject(isOpen ? { status: 'open' } : { status: 'closed', closeReason: 'no-longer-known' });
  });
});
