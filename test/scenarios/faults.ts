import type { DetectPorts } from '../../shared/pipeline/detect-ports.ts';

/** A crash is a call that never returns: whoever made it is gone, and only what was stored remains. */
export interface Fault {
  /** Number of the port call that dies, from 1. */
  readonly at: number;
  /** `before`: it did nothing; `after`: it did its work, and nobody heard. */
  readonly when: 'before' | 'after';
}

export interface Faulty {
  readonly ports: DetectPorts;
  /** Names of the calls made, in order. */
  readonly calls: readonly string[];
  /** Resolves when the fault strikes. */
  readonly died: Promise<'died'>;
}

const never = new Promise<never>(() => undefined);

/** The same ports, of which one call kills the process that made it. */
export function withFault(ports: DetectPorts, fault: Fault | undefined, pause?: () => Promise<void>): Faulty {
  const calls: string[] = [];
  let dead = false;
  let die: (word: 'died') => void = () => undefined;
  const died = new Promise<'died'>((resolve) => (die = resolve));

  const strike = async (name: string): Promise<'before' | 'after' | undefined> => {
    if (dead) await never;
    calls.push(name);
    if (pause !== undefined) await pause();
    return calls.length === fault?.at ? fault.when : undefined;
  };
  const end = async (): Promise<never> => {
    dead = true;
    die('died');
    return never;
  };
  const guard =
    <A extends readonly unknown[], R>(name: string, call: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      const when = await strike(name);
      if (when === 'before') return end();
      const answer = await call(...given);
      // Another call of the same process may have killed it meanwhile.
      return when === 'after' || dead ? end() : answer;
    };
  const { store, bus, sink, queue } = ports;
  const list = async function* (prefix: string, startAfter?: string): AsyncIterable<string> {
    if ((await strike(`list ${prefix}`)) !== undefined) await end();
    yield* store.list(prefix, startAfter);
  };
  return {
    calls,
    died,
    ports: {
      ...ports,
      store: {
        get: (key) => guard(`get ${key}`, () => store.get(key))(),
        put: (key, body, expected) => guard(`put ${key}`, () => store.put(key, body, expected))(),
        delete: (key) => guard(`delete ${key}`, () => store.delete(key))(),
        list,
      },
      source: (...given) => {
        const source = ports.source(...given);
        return {
          discover: guard('discover', (given) => source.discover(given)),
          read: guard('read', (given, from, to) => source.read(given, from, to)),
        };
      },
      bus: { publish: guard('bus', (signals) => bus.publish(signals)) },
      sink: { publish: guard('sink', (data) => sink.publish(data)) },
      queue: { send: guard('queue', (messages) => queue.send(messages)), backlog: () => queue.backlog() },
    },
  };
}
