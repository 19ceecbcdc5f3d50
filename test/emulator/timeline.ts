/** When something was seen to happen, for people to read. */
export class Timeline {
  private readonly entries: { readonly at: number; readonly what: string }[] = [];

  /** @param at milliseconds since the epoch. */
  note(what: string, at = Date.now()): void {
    this.entries.push({ at, what });
  }

  /** Oldest first: the time of day in UTC, seconds since the entry before, what. */
  toString(): string {
    const sorted = [...this.entries].sort((one, other) => one.at - other.at);
    return sorted
      .map(({ at, what }, index) => {
        const since = index === 0 ? '' : `+${((at - sorted[index - 1].at) / 1000).toFixed(1)} s`;
        return `${new Date(at).toISOString().slice(11, 23)} ${since.padStart(9)}  ${what}`;
      })
      .join('\n');
  }
}

/**
 * Waits until something is there, looking every tenth of a second.
 *
 * @throws Error that says what it was, and what `hint` knows, where it has not come within `seconds`.
 */
export async function eventually<Found>(
  what: string,
  look: () => Found | undefined | Promise<Found | undefined>,
  { seconds, hint = () => '' }: { readonly seconds: number; readonly hint?: () => string },
): Promise<Found> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`not seen within ${seconds} s: ${what}\n${hint()}`);
}
