/** The word among `known` that `written` was most likely meant to be, or undefined where none is near enough. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const given = fold(written);
  const ranked = known
    .map((word) => ({ word, distance: distanceOf(given, fold(word)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked.at(0);
  if (best === undefined) return undefined;
  const enough = Math.max(1, Math.floor(Math.max(given.length, best.word.length) / 3));
  return best.distance <= enough || (given.length > 3 && fold(best.word).startsWith(given)) ? best.word : undefined;
}

/** Upper and lower case, hyphens and underscores are no difference anybody means. */
const fold = (word: string): string => word.slice(0, 64).toLowerCase().replace(/[-_ ]/g, '');

/** Insertions, deletions, replacements and exchanges of neighbours (optimal string alignment). */
function distanceOf(a: string, b: string): number {
  const width = b.length + 1;
  const table = new Uint8Array((a.length + 1) * width);
  for (let i = 0; i <= a.length; i += 1) table[i * width] = i;
  for (let j = 0; j <= b.length; j += 1) table[j] = j;
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = table[(i - 1) * width + j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replaced, table[(i - 1) * width + j] + 1, table[i * width + j - 1] + 1);
      const isExchange = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isExchange) best = Math.min(best, table[(i - 2) * width + j - 2] + 1);
      table[i * width + j] = best;
    }
  }
  return table[table.length - 1];
}
