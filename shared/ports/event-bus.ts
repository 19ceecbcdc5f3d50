import type { Signal } from '../alerting/signal.ts';

/** Carries signals to whoever subscribes, at least once. Resolves only when every signal was accepted; throws otherwise. */
export interface EventBus {
  publish(signals: readonly Signal[]): Promise<void>;
}
