import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { textTable } from '../../shared/presentation/text-table.ts';
import { compare } from '../../bin/demo-incidents.ts';
import { runDemo } from '../../bin/demo-run.ts';

/**
 * The demo over many fleets: recall, false alerts, delay; crossings of limits that were foreseen, how long before, and
 * what was told that did not come. The demo itself shows the first seed, not the best.
 *
 *   tsx bench/accuracy/demo-seeds.ts [seeds=20] [days=3]
 */
const seeds = Number(process.argv[2] ?? 20);
const days = Number(process.argv[3] ?? 3);
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

interface SeedResult {
  readonly seed: number;
  readonly faults: number;
  readonly found: number;
  readonly falseAlerts: number;
  /** Median over the faults that were found, minutes. */
  readonly delay: number;
  readonly missed: string;
  readonly crossings: number;
  /** Minutes before each crossing that was foreseen. */
  readonly leads: readonly number[];
  readonly inVain: number;
}

const medianOf = (values: readonly number[]): number =>
  values.length === 0 ? Number.NaN : [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function ofSeed(seed: number): Promise<SeedResult> {
  const run = await runDemo({
    seed,
    days,
    store: new MemoryObjectStore(),
    log: quiet,
    onProgress: () => undefined,
    signal: new AbortController().signal,
    // What was found is compared, not what was told.
    channels: new Map(),
  });
  const { faults, falseAlerts } = compare(run.faults, run.incidents);
  const delays = faults.flatMap(({ delay }) => (delay === undefined ? [] : [delay / 60]));
  return {
    seed,
    faults: faults.length,
    found: delays.length,
    falseAlerts: falseAlerts.length,
    delay: medianOf(delays),
    missed: faults.flatMap(({ fault, found }) => (found === undefined ? [fault.kind] : [])).join(', '),
    crossings: run.foreseen.crossings.length,
    leads: run.foreseen.crossings.flatMap(({ lead }) => (lead === undefined ? [] : [lead / 60])),
    inVain: run.foreseen.inVain.length,
  };
}

const results: SeedResult[] = [];
for (let seed = 1; seed <= seeds; seed++) {
  results.push(await ofSeed(seed));
  process.stderr.write(`${JSON.stringify(results[results.length - 1])}\n`);
}
const sum = (of: (result: SeedResult) => number): number => results.reduce((total, result) => total + of(result), 0);
const right = { align: 'right' } as const;
const table = textTable(
  [
    { heading: 'seed', ...right },
    { heading: 'faults', ...right },
    { heading: 'found', ...right },
    { heading: 'false', ...right },
    { heading: 'delay, min', ...right },
    { heading: 'crossings', ...right },
    { heading: 'foreseen', ...right },
    { heading: 'lead, min', ...right },
    { heading: 'in vain', ...right },
    { heading: 'missed' },
  ],
  results.map(({ seed, faults, found, falseAlerts, delay, missed, crossings, leads, inVain }) => [
    String(seed),
    String(faults),
    String(found),
    String(falseAlerts),
    delay.toFixed(1),
    String(crossings),
    String(leads.length),
    medianOf(leads).toFixed(0),
    String(inVain),
    missed,
  ]),
);
const recall =
  sum(({ found }) => found) /
  Math.max(
    1,
    sum(({ faults }) => faults),
  );
const falsePerWeek = (sum(({ falseAlerts }) => falseAlerts) / Math.max(1, seeds * days)) * 7;
const crossings = sum((result) => result.crossings);
const leads = results.flatMap((result) => result.leads);
const inVain = sum((result) => result.inVain);
process.stdout.write(
  `${table.join('\n')}\n\nrecall ${recall.toFixed(3)}, false alerts ${falsePerWeek.toFixed(1)} a week\n` +
    `crossings ${crossings}, foreseen ${leads.length} (${(leads.length / Math.max(1, crossings)).toFixed(3)}), ` +
    `median lead ${medianOf(leads).toFixed(0)} min, in vain ${inVain} of ${inVain + leads.length} told\n`,
);
