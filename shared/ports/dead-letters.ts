/** What could not be handled, and why: for a person, and to be handled again once that is mended. */
export interface DeadLetter {
  /** One sentence: what is wrong, and with what. */
  readonly why: string;
  /** What else a person wants to see; goes into the message beside `why`, as JSON. */
  readonly content: Readonly<Record<string, unknown>>;
}

/** Where that is put aside, at least once. Resolves only when it was accepted; throws otherwise. */
export interface DeadLetters {
  put(letter: DeadLetter): Promise<void>;
}
