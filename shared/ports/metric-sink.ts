/** One value of one of our own metrics. NaN and infinities are refused by throwing. */
export interface MetricDatum {
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  readonly unit: 'Count' | 'Percent' | 'Milliseconds' | 'Seconds' | 'Bytes' | 'None';
  /** Epoch seconds. */
  readonly time: number;
}

/** Where our own metrics go. Publishing the same datum twice counts twice: only the winner of a tick publishes. */
export interface MetricSink {
  publish(data: readonly MetricDatum[]): Promise<void>;
}
