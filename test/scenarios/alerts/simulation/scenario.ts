import type { Severity } from '../../../../shared/alerting/severities.ts';
import { createRandom, type Random } from '../../../../shared/numeric/random.ts';

/** An entity fires, or cannot be judged, from minute to minute; in between it is normal. */
export interface Stretch {
  readonly entity: string;
  readonly status: 'firing' | 'unknown';
  readonly from: number;
  readonly to: number;
  readonly severity: Severity;
}

/** Ends a process at the given port call of all that are made, or of those that tell people, or lets that call fail. */
export interface Fault {
  readonly of: 'all' | 'tells';
  readonly call: number;
  /** `dies`: a call that never returns; `fails`: it throws. Each before or after the work was done. */
  readonly how: 'dies-before' | 'dies-after' | 'fails-before' | 'fails-after';
}

/** What a channel answers from minute to minute. `flaky` loses every other answer. */
export interface Trouble {
  readonly channel: 'slack' | 'pager';
  readonly from: number;
  readonly to: number;
  readonly answer: 'down' | 'lost' | 'flaky' | 'refused' | 'busy';
}

export interface Act {
  readonly minute: number;
  readonly entity: string;
  readonly action: 'acknowledge' | 'snooze' | 'close';
}

/** A story with its mishaps, all of it data: whatever is left out, it is a story still. */
export interface Scenario {
  /** Of who goes on when, and how long each call takes. */
  readonly seed: number;
  readonly entities: readonly string[];
  readonly stretches: readonly Stretch[];
  readonly faults: readonly Fault[];
  readonly troubles: readonly Trouble[];
  readonly acts: readonly Act[];
  /** Numbers of messages that are delivered twice, and of ticks that no shard ran. */
  readonly doubled: readonly number[];
  readonly lostTicks: readonly number[];
  /** Seconds by which the message of that number comes late. */
  readonly delays: Readonly<Record<string, number>>;
  /** Minutes in which two sweeps run at once, and in which none does. */
  readonly doubleSweeps: readonly number[];
  readonly missedSweeps: readonly number[];
  readonly policy: {
    readonly intervalSeconds: number;
    readonly groupWait: number;
    readonly resolveAfter: number;
    readonly storm: { readonly entities: number; readonly ticks: number } | 'off';
    readonly flapping: { readonly starts: number; readonly within: number } | 'off';
    readonly pagesPerDay: number | 'off';
  };
}

/** Minutes in which things go wrong; afterwards everything works, so that what is owed can be told. */
export const TROUBLED_MINUTES = 25;

const severities: readonly Severity[] = ['LOW', 'MEDIUM', 'HIGH', 'HIGH', 'CRITICAL'];

/** The same seed draws the same scenario. */
export function drawScenario(seed: number): Scenario {
  const random = createRandom(seed);
  const minute = (): number => random.integer(TROUBLED_MINUTES);
  const some = <T>(most: number, one: () => T): readonly T[] => Array.from({ length: random.integer(most + 1) }, one);
  const entities = Array.from({ length: 1 + random.integer(chance(random, 0.15) ? 6 : 3) }, (_, k) => `e${k + 1}`);
  const isWild = chance(random, 0.7);
  return {
    seed,
    entities,
    stretches: entities.flatMap((entity) => drawStretches(random, entity, pick(random, severities))),
    faults: some(isWild ? 8 : 0, () => ({
      ...(chance(random, 0.5)
        ? { of: 'all' as const, call: 1 + random.integer(600) }
        : { of: 'tells' as const, call: 1 + random.integer(12) }),
      how: pick(random, ['dies-before', 'dies-after', 'dies-after', 'fails-before', 'fails-after'] as const),
    })),
    troubles: some(isWild ? 4 : 0, () => {
      const from = minute();
      const answer = pick(random, [
        'down',
        'down',
        'lost',
        'flaky',
        'busy',
        chance(random, 0.2) ? 'refused' : 'down',
      ] as const);
      return { channel: pick(random, ['slack', 'pager'] as const), from, to: from + 1 + random.integer(12), answer };
    }),
    acts: some(chance(random, 0.4) ? 2 : 0, () => ({
      minute: minute(),
      entity: pick(random, entities),
      action: pick(random, ['acknowledge', 'acknowledge', 'acknowledge', 'snooze', 'close'] as const),
    })),
    doubled: some(6, () => random.integer(80)),
    lostTicks: some(3, () => random.integer(TROUBLED_MINUTES)),
    delays: Object.fromEntries(some(6, () => [String(random.integer(80)), random.integer(1200)])),
    doubleSweeps: some(8, minute),
    missedSweeps: some(6, minute),
    policy: {
      intervalSeconds: pick(random, [60, 60, 120, 300]),
      groupWait: pick(random, [1, 30, 30, 90]),
      resolveAfter: pick(random, [60, 120, 300]),
      storm: chance(random, 0.3) ? { entities: 1 + random.integer(3), ticks: 2 } : 'off',
      flapping: chance(random, 0.3) ? { starts: 2 + random.integer(2), within: 600 } : 'off',
      pagesPerDay: chance(random, 0.2) ? 1 + random.integer(2) : 'off',
    },
  };
}

function drawStretches(random: Random, entity: string, usual: Severity): readonly Stretch[] {
  const found: Stretch[] = [];
  let at = random.integer(8);
  while (at < TROUBLED_MINUTES && found.length < 6) {
    const isGap = found.length > 0 && chance(random, 0.2);
    const to = at + 1 + random.integer(10);
    // What still fires at the end fires on.
    const isLasting = to >= TROUBLED_MINUTES && !isGap;
    const severity = chance(random, 0.3) ? pick(random, severities) : usual;
    found.push({ entity, status: isGap ? 'unknown' : 'firing', from: at, to: isLasting ? Infinity : to, severity });
    // Often it goes on at once, graver or milder.
    at = to + Math.max(0, random.integer(12) - 3);
  }
  return found;
}

const chance = (random: Random, probability: number): boolean => random.next() < probability;
const pick = <T>(random: Random, from: readonly T[]): T => from[random.integer(from.length)];
