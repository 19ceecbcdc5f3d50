import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import type { Finding, Signal } from '../../shared/alerting/signal.ts';
import { readUnusual } from '../../shared/pipeline/read-unusual.ts';
import { keys } from '../../shared/settings/keys.ts';
import { finding, interval, signal, t0 } from '../alerting/told.ts';

const where = { watch: 'web', shard: 's1', entity: 'web-1', series: 'cpu' };
const cpu = (since: number, more: Partial<Finding> = {}): Finding =>
  finding('anomaly:cpu', { series: 'cpu', since, ...more });

let store: CountingStore;
class CountingStore extends MemoryObjectStore {
  gets = 0;
  override get(key: string) {
    this.gets++;
    return super.get(key);
  }
}
beforeEach(() => {
  store = new CountingStore();
});

async function record(
  tick: number,
  findings: readonly Finding[],
  more: Partial<Signal> = {},
  text = '',
): Promise<void> {
  const said = signal(tick, findings, more);
  const body = new TextEncoder().encode(`${text}${JSON.stringify(said)}\n`);
  await store.put(keys.anomalies(tick, said.watch, said.shard), body);
}
const look = (from = t0 - 86_400, to = t0 + 86_400) => readUnusual(store, { ...where, from, to });

describe('when something was unusual', () => {
  it('is one stretch for as long as ticks repeat it, from its first point to the tick that said so last', async () => {
    for (let k = 0; k < 5; k++) await record(t0 + k * interval, [cpu(t0 - 60)]);
    await record(t0 + 50 * interval, [cpu(t0 + 49 * interval)]);
    expect((await look()).own).toEqual([
      [t0 - 60, t0 + 4 * interval],
      [t0 + 49 * interval, t0 + 50 * interval],
    ]);
  });

  it('is told apart from what all metrics of the entity were together', async () => {
    const whole = finding('anomaly:web-1', { source: 'entity', since: t0 });
    delete whole.series;
    await record(t0 + interval, [whole]);
    expect(await look()).toMatchObject({ own: [], together: [[t0, t0 + interval]] });
  });

  it.each([
    ['another entity', {}, { entity: 'web-2' }],
    ['another watch whose keys begin alike', {}, { watch: 'web-s1', shard: 's1' }],
    ['another series', { series: 'memory' }, {}],
    ['a forecast: nothing has happened', { kind: 'forecast' }, {}],
    ['what is over', { status: 'normal' }, {}],
  ] as const)('is not when it was %s', async (_, of, by) => {
    await record(t0, [cpu(t0 - 60, of)], by);
    expect(await look()).toMatchObject({ own: [], together: [] });
  });

  it('passes over lines that are no signals', async () => {
    await record(t0, [cpu(t0 - 60)], {}, '{"version":9}\nnot json\n\n');
    expect((await look()).own).toEqual([[t0 - 60, t0]]);
  });

  it('is looked up in eighty objects at most, the newest among them, and says that it was', async () => {
    for (let k = 0; k < 400; k++) await record(t0 + k * interval, [cpu(t0)]);
    store.gets = 0;
    const found = await look(t0, t0 + 400 * interval);
    expect([store.gets, found.isSampled]).toEqual([80, true]);
    expect(found.own).toEqual([[t0, t0 + 399 * interval]]);
  });

  it('is of the time that was asked for', async () => {
    await record(t0, [cpu(t0 - 60)]);
    expect((await look(t0 + 1, t0 + 86_400)).own).toEqual([]);
    expect((await look(t0 - 86_400, t0)).own).toHaveLength(1);
  });
});
