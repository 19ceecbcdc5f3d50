import { readFileSync } from 'node:fs';
import type { CommandDescription } from './command-line.ts';
import { parseCommandLine } from './command-line.ts';
import type { ExitCode } from './exit-code.ts';
import { exitCode } from './exit-code.ts';
import { explainError, missingSetup } from './explain-error.ts';
import type { Terminal } from './terminal.ts';
import { processTerminal } from './terminal.ts';

const config = ['--config <file>', 'Settings (aiops.yaml)'] as const;
const data = ['--data <folder>', 'Where history, models and state live (aiops-data)'] as const;
const bucket = [
  '--bucket <name>',
  'A deployment’s bucket (output BucketName of the stack) instead of a folder',
] as const;
const metered = ['--bucket <name>', 'A deployment’s bucket: what it was billed this month, and its pace'] as const;
const watch = ['--watch <name>', 'Only this watch of the settings'] as const;

const commands: readonly CommandDescription[] = [
  {
    usage: 'init [file]',
    summary: 'Write a commented aiops.yaml to start from',
    options: [],
    examples: ['aiops init'],
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    usage: 'demo',
    summary: 'Watch a simulated fleet with known faults, and tell what was found',
    options: [
      ['--seed <n>', 'Another fleet, other faults (1)'],
      ['--days <n>', 'Days to run through, 1 to 14 (3)'],
      ['--data <folder>', 'Keep history, models and anomalies here instead of throwing them away'],
    ],
    examples: ['aiops demo', 'aiops demo --seed 7'],
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  {
    usage: 'score <in>',
    summary: 'Score a CSV, or a folder of them, row by row',
    options: [
      ['--out <path>', 'Where the scored CSV, or the folder of them, goes'],
      ['--history <path>', 'A CSV (or a folder of the same shape as <in>) to learn from first; it is not written'],
      ['--no-history', 'Do not take x-train.csv as the history of x-test.csv'],
      ['--threads <n>', 'Files scored at the same time (one per processor)'],
    ],
    examples: ['aiops score cpu.csv --out scored.csv', 'aiops score this-week/ --history last-month/ --out scored/'],
    load: async () => (await import('./commands/score.ts')).score,
  },
  {
    usage: 'detect',
    summary: 'Pull what is new, judge it, say what is unusual; --follow to keep on',
    options: [
      config,
      data,
      watch,
      [
        '--source <source>',
        'host, simulated, simulated:SEED or csv:PATH instead of the settings; host where there are no settings',
      ],
      ['--follow', 'Keep on until Ctrl-C'],
      ['--every <duration>', 'How often with --follow (the watch’s own interval; 30s for this host)'],
      ['--fail-on-anomaly', 'Exit with 3 when something is unusual'],
    ],
    examples: ['aiops detect --follow --every 30s', 'aiops detect --source csv:metrics/ --json'],
    load: async () => (await import('./commands/detect.ts')).detect,
  },
  {
    usage: 'alert <action> [channel]',
    summary: 'test: tell people by the real path; preview: show, send nothing',
    options: [
      config,
      data,
      ['--watch <name>', 'Of which watch it is made (the first of the settings)'],
      ['--bucket <name>', 'preview: incidents of a deployment, instead of the data folder'],
      ['--severity <severity>', 'INFO, LOW, MEDIUM, HIGH or CRITICAL (HIGH)'],
      ['--incident <id>', 'preview: of this incident, not of an example'],
      ['--reason <reason>', 'preview: why it is told, such as worse, reminder or all-resolved (first-notice)'],
    ],
    examples: ['aiops alert test slack', 'aiops alert test all --severity CRITICAL', 'aiops alert preview pagerduty'],
    load: async () => (await import('./commands/alert.ts')).alert,
  },
  {
    usage: 'collect',
    summary: 'Pull history, as far back as asked, without judging it',
    options: [config, data, watch, ['--days <n>', 'How far back, 1 to 190 (14)']],
    examples: ['aiops collect --days 14'],
    load: async () => (await import('./commands/collect.ts')).collect,
  },
  {
    usage: 'forecast [watch]',
    summary: 'What is expected of series that have a limit, and what to do',
    options: [
      config,
      data,
      ['--source <source>', 'host, simulated, simulated:SEED or csv:PATH instead of the settings'],
      ['--series <glob>', 'Only series whose label, entity, or both with a space between match'],
      ['--above <value>', 'A limit for them, beside those of the settings; what is fitted for it is not kept'],
      ['--below <value>', 'The same, for what must not run out'],
      ['--horizon <duration>', 'How far to look ahead (45m)'],
      ['--chart <file>', 'The most urgent as a picture: a file that ends in .svg or .png'],
      ['--theme <theme>', 'Of the picture: light or dark (light)'],
      ['--csv <file>', 'Every step with its ranges, one row each'],
    ],
    examples: ['aiops forecast', 'aiops forecast --source csv:metrics/ --series cpu --above 80 --chart cpu.svg'],
    load: async () => (await import('./commands/forecast.ts')).forecast,
  },
  {
    usage: 'backtest <what>',
    summary: 'forecast: how far off forecasts of the past of CSV files were',
    options: [
      ['--data <folder>', 'The series: CSV files, plain or gzipped (beside the tasks)'],
      ['--forecaster <name>', 'Which is measured (automatic)'],
      ['--tasks <file>', 'Forecast at these rows instead: a CSV of series,origin,limit'],
      ['--out <folder>', 'Every forecast and every probability of crossing: forecasts.csv and crossings.csv'],
      ['--threads <n>', 'Series measured at the same time (one per processor)'],
    ],
    examples: [
      'aiops backtest forecast --data metrics/',
      'aiops backtest forecast --data metrics/ --forecaster naive --json',
    ],
    load: async () => (await import('./commands/backtest.ts')).backtest,
  },
  {
    usage: 'train',
    summary: 'Fit models on the history, promote what is better',
    options: [config, data, watch, ['--forecast', 'Fit forecasters for what has a limit, instead of detectors']],
    examples: ['aiops train', 'aiops train --forecast'],
    load: async () => (await import('./commands/train.ts')).train,
  },
  {
    usage: 'simulate',
    summary: 'Write a simulated fleet’s metrics and its faults as CSV',
    options: [
      ['--out <folder>', 'Where the files go (simulated)'],
      ['--days <n>', 'How many days, 1 to 90 (7)'],
      ['--seed <n>', 'Another fleet, other faults (1)'],
      ['--every <duration>', 'Length of one point (1m)'],
      ['--force', 'Replace files that are there already'],
    ],
    examples: ['aiops simulate --out simulated --days 7'],
    load: async () => (await import('./commands/simulate.ts')).simulate,
  },
  {
    usage: 'incidents [action] [id]',
    summary: 'What is open; show one, ack, snooze or close it, or call it normal',
    options: [
      data,
      bucket,
      ['--days <n>', 'list: how far back it tells of what is over, 1 to 90 (1)'],
      ['--for <duration>', 'snooze: how long (2h); normal: for how long (for good)'],
      ['--series <label>', 'normal: only this one of its anomalies'],
      ['--by <name>', 'Who does it, for others to read (your user name)'],
    ],
    examples: [
      'aiops incidents',
      'aiops incidents show 3w5e11264sgsg',
      'aiops incidents snooze 3w5e --for 2h --bucket my-bucket',
    ],
    load: async () => (await import('./commands/incidents.ts')).incidents,
  },
  {
    usage: 'feedback [action] [id]',
    summary: 'What people called normal; remove takes it back',
    options: [data, bucket, ['--watch <name>', 'Only this watch']],
    examples: ['aiops feedback', 'aiops feedback remove s-0001.5f2c9a7be1d04c33'],
    load: async () => (await import('./commands/feedback.ts')).feedback,
  },
  {
    usage: 'doctor',
    summary: 'Check settings, credentials, permissions, cost and delay',
    options: [config, data, metered, ['--offline', 'Ask nobody: settings, cost bounds and delays only']],
    examples: ['aiops doctor'],
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    usage: 'cost',
    summary: 'What a deployment costs a month, part by part; what is cheaper',
    options: [
      config,
      data,
      metered,
      ['--offline', 'Ask nobody: the most that the settings allow'],
      ['--series <count>', 'As if each watch had so many series, a third of them forecast; asks nobody'],
      ['--delay <duration>', 'The cheapest way to a verdict within it, such as 10m'],
    ],
    examples: ['aiops cost', 'aiops cost --series 1000', 'aiops cost --delay 15m'],
    load: async () => (await import('./commands/cost.ts')).cost,
  },
];

const version = (): string => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
};

const isMisuse = (error: unknown): boolean =>
  missingSetup(error) !== undefined ||
  (error instanceof Error && ['Misuse', 'SettingsError', 'CsvError', 'CACError'].includes(error.name));

const explain = (error: unknown, debug: boolean): string =>
  debug && error instanceof Error ? (error.stack ?? error.message) : explainError(error);

/** Runs one command line and answers with the exit code. Never throws. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    const request = parseCommandLine(argv, commands, version(), terminal);
    return request === undefined ? exitCode.ok : await request.run();
  } catch (error) {
    if (terminal.signal.aborted) return exitCode.interrupted;
    const message = explain(error, argv.includes('--debug'));
    terminal.err(`aiops: ${message}\n`);
    if (argv.includes('--json')) terminal.out(`${JSON.stringify({ error: message })}\n`);
    return isMisuse(error) ? exitCode.misuse : exitCode.fault;
  }
}

/** Called by the launcher. */
export async function main(): Promise<void> {
  process.exitCode = await run(process.argv.slice(2), processTerminal());
}
