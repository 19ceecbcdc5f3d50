/** When objects were written last: whoever stopped writing is noticed without anything of theirs being read. */
export interface WrittenTimes {
  /** Keys below `prefix` in ascending order, each with the epoch seconds of its last write. */
  written(prefix: string): AsyncIterable<{ readonly key: string; readonly writtenAt: number }>;
}
