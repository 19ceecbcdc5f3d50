import { expect, it } from 'vitest';
import { MemoryEventBus } from '../../shared/adapters/local/memory-event-bus.ts';
import { eventBusSuite, signalOf } from './suites/event-bus-suite.ts';

eventBusSuite('the bus in memory', async () => {
  const bus = new MemoryEventBus();
  return { bus, received: async () => bus.published };
});

it('the bus in memory refuses what is no signal, and then publishes none of them', async () => {
  const heard: string[] = [];
  const bus = new MemoryEventBus(({ entity }) => heard.push(entity));
  const broken = signalOf('i-2', { evaluatedAt: NaN });
  await expect(bus.publish([signalOf('i-1'), broken])).rejects.toThrow(/signal 1 is not one/);
  expect(heard).toEqual([]);
  await bus.publish([signalOf('i-3')]);
  expect(heard).toEqual(['i-3']);
});
