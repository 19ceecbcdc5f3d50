import { expect, it } from 'vitest';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { type AuditRecord, auditHead, writeAudit } from '../../shared/pipeline/alert-audit.ts';
import { AuditWriter } from '../../shared/pipeline/audit-writer.ts';
import { readAudit } from '../../shared/pipeline/read-audit.ts';
import { finding, heard, signal, t0 } from '../alerting/told.ts';

const incident = heard([signal(t0, [finding('cpu')])]);
const line = (what: string): AuditRecord => ({ ...auditHead(incident, what, t0), kind: 'opened' });
const slack = (outcome: 'delivered' | 'unknown'): AuditRecord => ({
  ...auditHead(incident, 'told/run-1.1', t0),
  kind: 'notice',
  notice: 1,
  reason: 'first-notice',
  again: false,
  channels: { slack: { kind: 'slack', reason: 'first-notice', outcome, detail: '', page: false } },
});

/** A store that notes what is put, and fails as it is told, before or after the work is done. */
function world() {
  const store = new MemoryObjectStore();
  const puts: string[] = [];
  const failing: ('before' | 'after')[] = [];
  const writer = new AuditWriter({
    store: {
      get: (key) => store.get(key),
      list: (prefix) => store.list(prefix),
      delete: (key) => store.delete(key),
      put: async (key, body) => {
        const failure = failing.shift();
        if (failure !== 'before') await store.put(key, body);
        if (failure !== undefined) throw new Error(`disk full ${failure}`);
        puts.push(key);
        return 'stored';
      },
    },
    clock: { now: () => t0 },
    runId: 'run-1',
  });
  const read = async (): Promise<readonly (string | undefined)[]> =>
    (await readAudit(store, { from: t0, to: t0 })).records.map(({ id }) => id?.split('/')[1]);
  return { store, writer, puts, failing, read };
}

it('what is recorded while a write is under way goes with the next one, and whoever asked finds it written', async () => {
  const { writer, puts, read } = world();
  const names = Array.from({ length: 100 }, (_, k) => `n${k}`);
  await Promise.all(
    names.map(async (name) => {
      writer.record(line(name));
      await writer.flush();
      expect(await read()).toContain(name);
    }),
  );
  expect(puts.length).toBeLessThan(5);
  expect(new Set(puts).size).toBe(puts.length);
  expect([...(await read())].sort()).toEqual([...names].sort());
});

it('nothing recorded is nothing written', async () => {
  const { writer, puts } = world();
  await writer.flush();
  expect(puts).toEqual([]);
});

it.each(['before', 'after'] as const)(
  'what the store fails %s it has it is said, kept, and read once',
  async (when) => {
    const { writer, failing, read } = world();
    failing.push(when);
    writer.record(line('a'));
    await expect(writer.flush()).rejects.toThrow('disk full');
    writer.record(line('b'));
    await writer.flush();
    expect(await read()).toEqual(['a', 'b']);
  },
);

it('a failure is that of who asked, and no reason for the next not to be written', async () => {
  const { writer, failing, read } = world();
  failing.push('before');
  writer.record(line('a'));
  const first = writer.flush();
  writer.record(line('b'));
  const second = writer.flush();
  await expect(first).rejects.toThrow('disk full');
  await second;
  expect(await read()).toEqual(['a', 'b']);
});

it.each([
  ['after', ['unknown', 'delivered']],
  ['before', ['delivered', 'unknown']],
] as const)(
  'whoever knows what became of a notice is believed, also where it is written %s who does not',
  async (_, order) => {
    const { store } = world();
    for (const [k, outcome] of order.entries()) await writeAudit(store, [slack(outcome)], t0 + k, `run-${k}`);
    const { records } = await readAudit(store, { from: t0, to: t0 });
    expect(records).toEqual([slack('delivered')]);
  },
);

it('lines of earlier releases have no names, and none of them is lost', async () => {
  const { store } = world();
  const nameless = { ...line('x') };
  delete nameless.id;
  await writeAudit(store, [nameless, nameless], t0, 'old');
  await writeAudit(store, [nameless], t0, 'older');
  expect((await readAudit(store, { from: t0, to: t0 })).records).toHaveLength(3);
});
