import { parseArgs } from 'node:util';
import { runSchedules } from '../../test/scenarios/alerts/simulation/run-schedules.ts';

/**
 * Random schedules of signals, crashes, lost answers and conflicts against the router and what it promises. Schedule k of
 * a run is seed + k: `--seed N --schedules 1` tells the story of one again.
 */
const usage = 'npm run simulate-faults -- [--schedules 10000] [--seed 1]';

function whole(name: string, given: string, least: number): number {
  const value = Number(given);
  if (Number.isSafeInteger(value) && value >= least) return value;
  process.stderr.write(`--${name} ${given}: write a whole number from ${least} on: ${usage}\n`);
  process.exit(2);
}

const { values } = parseArgs({
  options: { schedules: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
});
const schedules = whole('schedules', values.schedules, 1);
const seed = whole('seed', values.seed, 0);
const startedAt = performance.now();
const { broken, ...sums } = await runSchedules(seed, schedules, (done) => {
  if (done % 500 === 0) process.stderr.write(`${done} of ${schedules} schedules\n`);
});
const seconds = (performance.now() - startedAt) / 1000;
const lines = Object.entries({ ...sums, violations: broken.length, seconds: Math.round(seconds) });
process.stdout.write(lines.map(([name, value]) => `${name.padEnd(12)}${String(value).padStart(12)}\n`).join(''));
for (const one of broken)
  process.stdout.write(
    [`\nseed ${one.seed}`, ...one.violations, 'the smallest story that breaks a promise:', ...one.story, ''].join('\n'),
  );
process.exitCode = broken.length > 0 ? 1 : 0;
