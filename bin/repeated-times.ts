import { CsvError } from '../shared/metrics/csv-error.ts';
import type { CsvTable } from '../shared/metrics/csv.ts';

/** Fewer repeats are what a clock change or a second reading of a point leaves. */
const leastRepeats = 20;
const mostRepeatedShare = 0.05;

const leftOutText = /^column (.+) holds text/;

/**
 * What is unusual about the times of a table, in words with counts; nothing where each is later than the one before.
 *
 * @throws CsvError where many rows repeat a time that was there before and a column of text was left out: the rest of
 *   the time, or the host that a row speaks of, stands in that column.
 */
export function notesOnTimes({ name, times, stamps, notes }: CsvTable): readonly string[] {
  const seen = new Set<number>();
  let repeats = 0;
  let sample = '';
  let forward = 0;
  let backward = 0;
  let before = Number.NaN;
  for (let row = 0; row < times.length; row++) {
    const time = times[row];
    if (Number.isNaN(time)) continue;
    if (seen.has(time)) {
      if (repeats === 0) sample = stamps[row];
      repeats++;
    }
    seen.add(time);
    if (time > before) forward++;
    else if (time < before) backward++;
    before = time;
  }
  const text = notes.flatMap((note) => leftOutText.exec(note)?.[1] ?? []);
  if (text.length > 0 && repeats >= leastRepeats && repeats > mostRepeatedShare * times.length) {
    throw new CsvError(
      name,
      undefined,
      `${repeats} of ${times.length} rows repeat a time, such as ${sample}, and ${text.join(', ')} ${text.length === 1 ? 'is' : 'are'} text and left out`,
      'join date and time into one column, or write one file per host and metric',
    );
  }
  return [
    ...(repeats === 0 ? [] : [`${counted(repeats, 'row repeats', 'rows repeat')} a time, the first ${sample}`]),
    ...(backward === 0
      ? []
      : backward > forward
        ? ['written newest first: judged in the order of time']
        : [`${counted(backward, 'row goes', 'rows go')} back in time: judged in the order of the file`]),
  ];
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
