import type { Severity } from '../alerting/severities.ts';
import type { Signal } from '../alerting/signal.ts';
import { createRandom } from '../numeric/random.ts';

export interface ExampleOptions {
  readonly deployment: string;
  readonly watch: string;
  readonly entity: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly severity: Severity;
  /** Epoch seconds: the tick, and when it began. */
  readonly now: number;
  readonly since: number;
  readonly status: 'firing' | 'normal';
  readonly explanation: string;
}

const minute = 60;
const day = 86_400;

/** A signal as the anomaly function publishes it, of something that does not exist: for tests and previews of notices. */
export function exampleSignal(options: ExampleOptions): Signal {
  const { deployment, watch, entity, labels, severity, now, since, status, explanation } = options;
  const isFiring = status === 'firing';
  return {
    version: 1,
    deployment,
    watch,
    shard: 'example',
    entity,
    labels: { ...labels },
    evaluatedAt: now,
    intervalSeconds: 5 * minute,
    mode: 'live',
    findings: [
      {
        key: 'anomaly:example',
        kind: 'anomaly',
        source: 'series',
        series: 'example',
        label: 'CPUUtilization',
        unit: 'Percent',
        status,
        since,
        observed: isFiring ? 97.3 : 31.2,
        expected: 31.2,
        lower: 20,
        upper: 45,
        score: isFiring ? 0.99 : 0,
        severity,
        rarity: { onceInSeconds: 43 * day, evidenceSeconds: 60 * day, unseen: false },
        shares: [],
        explanation: isFiring ? explanation : '',
        points: examplePoints(now, isFiring ? since : now),
      },
    ],
  };
}

function examplePoints(now: number, since: number): NonNullable<Signal['findings'][number]['points']> {
  const random = createRandom(1);
  return Array.from({ length: 120 }, (_, index) => {
    const time = now - (119 - index) * minute;
    const usual = 31.2 + 4 * Math.sin(index / 20);
    return [time, time < since ? usual + random.normal() : 96 + random.normal(), usual - 12, usual + 12];
  });
}
