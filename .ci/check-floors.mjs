// Reads what `npm run accuracy -- --out FOLDER` wrote, and fails when something is found less well than it was promised.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// Table, what the row must say, column, floor. Alerts are counted as they are emitted; the score at its best threshold.
const emitted = 'series, alerts as emitted';
const best = 'series, score at its best threshold';
const floors = [
  ['nab', { detector: emitted }, 'standard', 72.5],
  ['events', { set: 'kpi', detector: emitted }, 'event F1', 0.41],
  ['events', { set: 'cloud-monitoring', detector: emitted }, 'event F1', 0.39],
  ['events', { set: 'kpi', detector: best }, 'AUC-PR', 0.477],
  ['events', { set: 'kpi', detector: best }, 'event F1', 0.607],
  ['events', { set: 'cloud-monitoring', detector: best }, 'AUC-PR', 0.639],
  ['events', { set: 'cloud-monitoring', detector: best }, 'event F1', 0.46],
];

const report = JSON.parse(readFileSync(join(process.argv[2], 'accuracy.json'), 'utf8'));
let failed = 0;
let checked = 0;
for (const [table, wanted, column, floor] of floors) {
  const name = [table, ...Object.values(wanted), column].join(' · ');
  const row = report[table]?.find((one) => Object.entries(wanted).every(([key, value]) => one[key] === value));
  if (row === undefined) {
    console.log(`absent  ${name}`);
    continue;
  }
  checked++;
  // Floors are written with as many digits as they were measured with: half of the last one is rounding.
  const slack = 0.5 * 10 ** -(String(floor).split('.')[1] ?? '').length;
  const holds = row[column] >= floor - slack;
  if (!holds) failed++;
  console.log(`${holds ? 'ok     ' : 'BELOW  '} ${name}: ${row[column]} (floor ${floor})`);
}
if (checked === 0) console.log('nothing was checked: the report has none of the tables');
process.exit(failed > 0 || checked === 0 ? 1 : 0);
