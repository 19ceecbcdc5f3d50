import { entityDetector } from '../../shared/detectors/entity-detector.ts';
import { createRandom } from '../../shared/numeric/random.ts';

type Row = Record<string, string | number>;

const days = 10;
const perDay = 288;

/** Ten days of an entity of so many metrics, one row after the other. */
function entity(columns: number): Row {
  const random = createRandom(1);
  const rows = Array.from({ length: days * perDay }, (_, row) =>
    Float64Array.from({ length: columns }, () => 50 + 10 * Math.sin((2 * Math.PI * row) / perDay) + random.normal()),
  );
  const pass = () => {
    const state = entityDetector.start(entityDetector.defaults, columns, 300);
    const before = process.cpuUsage();
    for (const row of rows) entityDetector.step(state, row);
    const { user, system } = process.cpuUsage(before);
    return { microseconds: (user + system) / rows.length, state };
  };
  pass();
  const passes = Array.from({ length: 5 }, pass).sort((a, b) => a.microseconds - b.microseconds);
  const { state } = passes[0];
  const microseconds = passes[2].microseconds;
  return {
    columns,
    microsecondsPerRow: Number(microseconds.toPrecision(3)),
    microsecondsPerSeries: Number((microseconds / columns).toPrecision(3)),
    stateKilobytes: Number(
      ((state.fields.byteLength + state.ring.byteLength + state.counters.byteLength) / 1000).toPrecision(3),
    ),
  };
}

export const bench = { name: 'entity detector', run: async (): Promise<Row[]> => [1, 4, 20, 38].map(entity) };
