import type { Bytes } from '../ports/bytes.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { MetricSink } from '../ports/metric-sink.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Settings } from '../settings/settings.ts';

export interface TrainPorts {
  readonly settings: Settings;
  readonly store: ObjectStore;
  readonly bytes: Bytes;
  readonly sink: MetricSink;
  readonly clock: Clock;
  readonly log: Log;
}

export interface TrainRequest {
  /** @default all watches */
  readonly watch?: string;
  /** Epoch seconds: history before it is used. @default now */
  readonly tick?: number;
  /** Who asked, for the model's record. @default 'schedule' */
  readonly by?: string;
  readonly why?: string;
  readonly onProgress?: (step: string, done: number, of: number) => void;
}

/** What was asked of the alert budget and what the watch's own history says it delivers. */
export interface BudgetOutcome {
  readonly asked: string;
  readonly askedPerWeek: number;
  readonly threshold: number;
  /** On the part of history that did not set the threshold. */
  readonly deliveredPerWeek: number;
}

export interface WatchTraining {
  readonly watch: string;
  readonly outcome: 'promoted' | 'kept-champion' | 'not-enough-history' | 'nothing-to-train';
  /** One sentence. */
  readonly reason: string;
  readonly rows: number;
  readonly entities: number;
  readonly model?: { readonly id: string; readonly detector: string; readonly bytes: number };
  /** Backtest with planted faults on history the candidate did not see. */
  readonly quality?: { readonly candidate: number; readonly champion?: number };
  readonly budget?: BudgetOutcome;
}

export interface TrainSummary {
  readonly watches: readonly WatchTraining[];
}

/**
 * History → recipe → candidates (seeded) → backtest with planted faults → artefact → registry → promoted if better.
 *
 * @throws RangeError for a watch that the settings do not have.
 */
export async function trainModels(request: TrainRequest, ports: TrainPorts): Promise<TrainSummary> {
  throw new Error(`trainModels is being built: ${JSON.stringify(request)} ${ports.settings.name}`);
}
