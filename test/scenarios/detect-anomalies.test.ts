import { describe, expect, it } from 'vitest';
import { readStored } from '../../shared/models/stored-artefact.ts';
import { detectAnomalies } from '../../shared/pipeline/detect-anomalies.ts';
import { shardStateKind } from '../../shared/pipeline/shard-state.ts';
import { keys } from '../../shared/settings/keys.ts';
import { series, usual, world } from './world.ts';

const start = Date.parse('2026-03-02T00:00:00Z') / 1000;
const day = 86_400;

describe('a tick', () => {
  it('judges what has settled, once, and remembers it', async () => {
    const w = world([series('a', 'cpu'), series('b', 'cpu')], usual, {}, { retention: '2d' });
    w.clock.time = start;
    const first = await detectAnomalies({ tick: start }, w.ports);
    expect(first.watches[0]).toMatchObject({ shards: 1, series: 2, discovered: true });
    expect(first.watches[0]?.ran[0]).toMatchObject({ outcome: 'judged', points: 4, entities: 2, billedMetrics: 2 });
    const again = await detectAnomalies({ tick: start }, w.ports);
    expect(again.watches[0]?.ran[0]).toMatchObject({ outcome: 'already-judged' });
    for (let tick = start + 300; tick <= start + 3600; tick += 300) {
      w.clock.time = tick;
      const summary = await detectAnomalies({ tick }, w.ports);
      expect(summary.watches[0]?.ran[0]).toMatchObject({ outcome: 'judged', points: 2 });
    }
    const state = await readStored(w.ports, shardStateKind, keys.state('w', '1', 'anomaly'));
    console.log(
      w.logged.slice(-3),
      state?.value.entities.map((e) => [e.judged.entity, e.warm, e.judged.series[0]?.judged]),
    );
  });
  it('speed', async () => {
    const w = world(
      [series('a', 'cpu'), series('b', 'cpu')],
      (s, t) => usual(s, t) + (s.entity === 'a' && t >= start + 3 * day && t < start + 3 * day + 1800 ? 100 : 0),
      {},
      { retention: '10d' },
    );
    for (let tick = start; tick <= start + 4 * day; tick += 300) {
      w.clock.time = tick;
      await detectAnomalies({ tick }, w.ports);
    }
    console.log(
      w.bus.published.map((s) =>
        [
          s.evaluatedAt - start,
          s.entity,
          s.mode,
          s.findings.map((f) => [f.key, f.status, f.since - start, f.explanation]),
        ]
          .flat()
          .join(' '),
      ),
    );
  });
});
