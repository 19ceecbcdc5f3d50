/** Progress that is told to somebody who may end everything by throwing. */
export interface StoppableProgress<A extends readonly unknown[]> {
  readonly tell: (...told: A) => void;
  /** @throws what `tell` threw, if it did: whoever passes over faults must not pass over this. */
  readonly throwIfStopped: () => void;
}

export function stoppable<A extends readonly unknown[]>(
  onProgress: ((...told: A) => void) | undefined,
): StoppableProgress<A> {
  let thrown: { readonly error: unknown } | undefined;
  return {
    tell: (...told) => {
      try {
        onProgress?.(...told);
      } catch (error) {
        thrown = { error };
        throw error;
      }
    },
    throwIfStopped: () => {
      if (thrown !== undefined) throw thrown.error;
    },
  };
}
