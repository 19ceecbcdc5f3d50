// Reads what `npm run accuracy -- --out FOLDER` or, with `forecast`, `npm run accuracy:forecast -- --every 2 --out FOLDER`
// wrote, and fails when something is found less well than it was promised, or was not measured at all.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// Table, what the row must say, column, floor. Alerts are counted as they are emitted; the score at its best threshold.
const emitted = 'series, alerts as emitted';
const best = 'series, score at its best threshold';
const wholeEmitted = 'entity, alerts as emitted';
const wholeBest = 'entity, score at its best threshold';
const detection = [
  ['nab', { detector: emitted }, 'standard', 72.5],
  ['events', { set: 'kpi', detector: emitted }, 'event F1', 0.41],
  ['events', { set: 'cloud-monitoring', detector: emitted }, 'event F1', 0.39],
  ['events', { set: 'kpi', detector: best }, 'AUC-PR', 0.475],
  ['events', { set: 'kpi', detector: best }, 'event F1', 0.6],
  ['events', { set: 'cloud-monitoring', detector: best }, 'AUC-PR', 0.635],
  ['events', { set: 'cloud-monitoring', detector: best }, 'event F1', 0.455],
  ['events', { set: 'asd', detector: wholeBest }, 'AUC-PR', 0.58],
  ['events', { set: 'asd', detector: wholeEmitted }, 'event F1', 0.59],
  ['events', { set: 'smd', detector: wholeBest }, 'AUC-PR', 0.53],
  ['events', { set: 'smd', detector: wholeEmitted }, 'event F1', 0.59],
];
// By how much the error lies below that of the best peer of a source, and that of crossings below the base rate's.
const within = (source, horizon, floor) => ['forecast errors', { source, horizon }, 'part below', floor];
const forecast = [
  within('azure_v1_100_avg', '45 min', 0.2),
  within('azure_v1_100_max', '45 min', 0.2),
  within('aiops_kpi(last 28 d)', '45 min', 0.16),
  within('asd', '60 min', 0.03),
  within('azure_v1_100_avg', '24 h', 0.08),
  within('azure_v1_100_max', '24 h', 0.06),
  within('aiops_kpi(last 28 d)', '24 h', 0.2),
  within('asd', '24 h', 0.08),
  ['forecast crossings', { source: 'all' }, 'Brier skill', 0.22],
];

const [, , folder, which = 'detection'] = process.argv;
const reports = { detection: ['accuracy.json', detection], forecast: ['forecast-accuracy.json', forecast] };
if (folder === undefined || reports[which] === undefined) {
  console.error('node .ci/check-floors.mjs FOLDER [forecast]     the folder that the report was written to');
  process.exit(2);
}
const [file, floors] = reports[which];
const report = JSON.parse(readFileSync(join(folder, file), 'utf8'));
let failed = 0;
for (const [table, wanted, column, floor] of floors) {
  const name = [table, ...Object.values(wanted), column].join(' · ');
  const row = report[table]?.find((one) => Object.entries(wanted).every(([key, value]) => one[key] === value));
  const measured = row?.[column];
  // NaN is written as null, and is no number here either.
  if (typeof measured !== 'number') {
    failed++;
    console.log(`ABSENT   ${name} (floor ${floor})`);
    continue;
  }
  const holds = measured >= floor;
  if (!holds) failed++;
  console.log(`${holds ? 'ok     ' : 'BELOW  '}  ${name}: ${measured.toFixed(4)} (floor ${floor})`);
}
console.log(`${floors.length - failed} of ${floors.length} floors hold`);
process.exit(failed > 0 ? 1 : 0);
