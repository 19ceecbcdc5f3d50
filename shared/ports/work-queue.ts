/** One unit of work: a shard of a watch at a tick. */
export interface ShardMessage {
  readonly watch: string;
  readonly shard: string;
  /** The tick's scheduled time in epoch seconds. */
  readonly tick: number;
  /** Seconds until the next one, where polling is stretched. @default as often as the watch asks */
  readonly every?: number;
}

/** Hands work to workers, at least once. Resolves only when every message was accepted; throws otherwise. */
export interface WorkQueue {
  send(messages: readonly ShardMessage[]): Promise<void>;
  /** About how many messages wait that nobody works on yet. */
  backlog(): Promise<number>;
}
