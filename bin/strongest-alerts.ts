import type { CsvTable } from '../shared/metrics/csv.ts';
import type { ScoredTable } from '../shared/pipeline/score-rows.ts';

/** A row on which somebody is told, by the column that says it loudest. */
export interface StrongAlert {
  readonly file: string;
  /** As written in the file. */
  readonly time: string;
  readonly column: string;
  readonly alert: number;
  /** null where there is no number. */
  readonly value: number | null;
  readonly expected: number | null;
}

export const listedAlerts = 5;

/** The strongest first; the earlier one of two that are equal. */
export function strongestAlerts(table: CsvTable, scored: ScoredTable, placeOf: (row: number) => number): StrongAlert[] {
  const rows: { row: number; place: number; alert: number }[] = [];
  for (let row = 0; row < table.rows; row++) {
    const place = placeOf(row);
    const alert = place < 0 ? 0 : scored.row.alert[place];
    if (alert > 0) rows.push({ row, place, alert });
  }
  rows.sort((a, b) => b.alert - a.alert || a.row - b.row);
  return rows.slice(0, listedAlerts).map(({ row, place, alert }) => {
    let loudest = 0;
    for (let column = 1; column < table.columns.length; column++) {
      if (!(scored.columns[loudest].score[place] >= scored.columns[column].score[place])) loudest = column;
    }
    return {
      file: table.name,
      time: table.stamps[row],
      column: table.columns[loudest],
      alert,
      value: finite(table.values[row * table.columns.length + loudest]),
      expected: finite(scored.columns[loudest].expected[place]),
    };
  });
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
