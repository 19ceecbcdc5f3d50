import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunCommand } from '../command-line.ts';
import { exitCode, Misuse } from '../exit-code.ts';
import { flag } from '../options.ts';

/** Every setting with its default, commented out; what is not commented out is all that is needed. */
export const settingsTemplate = `# yaml-language-server: $schema=./aiops.schema.json
# What to look after. The lines without # are all that is needed; the rest shows what can be said, with its default.
# Who hears when the monitoring itself fails: your e-mail address, the ARN of an SNS topic with subscribers, or nobody.
selfAlarms: nobody
watches:
  servers:
    select: AWS/EC2

    # More than one pattern, names and dimension values with * and ?:
    # select:
    #   - AWS/EC2
    #   - { namespace: AWS/RDS, metric: [CPUUtilization, DatabaseConnections] }
    #   - { namespace: AWS/ApplicationELB, dimensions: { LoadBalancer: app/prod-* }, statistic: p99 }

    # Where the metrics come from: cloudwatch, csv, simulated, host (this machine).
    # source: { kind: cloudwatch }

    # every: 5m             # how often new points are pulled and judged
    # period: 5m            # the length of one point
    # collect: poll         # or stream: pushed by a metric stream that the deployment makes, see docs/scaling.md
    # maxSeries: 500        # at most so many series per pattern; what is left out is said
    # timezone: UTC         # rules what "the same hour of the day" means

    # How often you want to be told, at most, in normal times; or a threshold of your own.
    # sensitivity: 3 per week
    # sensitivity: { threshold: 1.75 }

    # Deviations smaller than this are nobody's business.
    # floor: { absolute: 0, relative: 0 }
    # direction: both       # or up, down, known (each metric's own bad direction)

    # Rules that raise on their own, beside the models:
    # rules:
    #   - { kind: above, metric: CPUUtilization, limit: 90 }
    #   - { kind: jump, metric: "*Utilization", by: 30 }
    #   - { kind: stuck, metric: Heartbeat, for: 1h }
    #   - { kind: silent, metric: Heartbeat, for: 15m }

    # Quotients and other CloudWatch metric math, as a series like any other:
    # expressions:
    #   - label: error rate
    #     expression: errors / requests * 100
    #     unit: Percent
    #     metrics:
    #       errors: { namespace: AWS/Lambda, metric: Errors, dimensions: { FunctionName: orders }, statistic: Sum }
    #       requests: { namespace: AWS/Lambda, metric: Invocations, dimensions: { FunctionName: orders }, statistic: Sum }

    # Percentages are flagged above 90, below 5, and where they change by 30 points at once.
    # Such a flag only adds a sentence to an anomaly; those named in tell raise by themselves, like rules.
    # percentages: { above: 90, below: 5, jump: 30, tell: [] }
    # percentages: { above: 95, below: off, tell: [above] }   # raises above 95; no flag below

    # What is not to be crossed, and is forecast. Percentages of which high values are bad have 80 without being asked.
    # limits:
    #   - { metric: CPUUtilization, above: 85 }
    #   - { metric: FreeStorageSpace, below: 10e9, severity: HIGH }
    #   - { metric: mem_used_percent, above: off }
    # forecast: { every: 5m, horizon: 45m }     # or off
    #   # what is advised from which expected peak on, in percent, and where to scale to:
    #   # recommendations: { monitor: 80, prepare: 85, soon: 90, immediately: 95, target: 70 }
    #   # lstm: { series: CPUUtilization, most: 20, lookback: 180 }   # a neural network that competes: minutes of training each

    # shadow: false         # true: compute and record, tell nobody

# Who is told. Secrets are named, never written here: { secret: name } lies in Secrets Manager, { parameter: /path } in
# SSM; { variable: NAME } is for this machine only. Try it with: npx aiops alert test all
# alerts:
#   channels:
#     slack: { kind: slack, webhook: { secret: aiops/slack } }
#     pager: { kind: pagerduty, key: { secret: aiops/pagerduty } }
#     # ops: { kind: webhook, url: "https://ops.example.com/aiops", secret: { secret: aiops/webhook } }
#
#   # Without routes everything goes to every channel but pagers; HIGH and CRITICAL go to pagers, too.
#   # route:
#   #   channels: [slack]
#   #   groupWait: 30s        # what begins within it is told together
#   #   repeatEvery: 4h       # reminders while it fires, from MEDIUM on
#   #   resolveAfter: 10m     # so long it must be normal before it is over
#   #   routes:
#   #     - { match: { severity: { atLeast: HIGH } }, channels: [slack, pager] }
#
#   groupBy: entity           # or watch, all, { label: team }: what makes one incident
#   pagesPerDay: 10           # of a watch; CRITICAL and limits that you set page all the same
#   storm: { entities: 5, ticks: 2 }          # more of a watch at once are told as one
#   flapping: { starts: 4, within: 1h }       # what comes and goes so often is told once
#   # quiet: [{ name: nights, at: "0 22 * * *", for: 8h, timezone: Europe/Berlin, match: { severity: { atMost: MEDIUM } } }]
#   # digest: { every: week, day: mon, at: "09:00", timezone: UTC }
#   # actions: { secret: { secret: aiops/links } }   # links in notices: acknowledge, snooze, this is normal
#   # runbook: https://wiki.example.com/on-call

# maxMonthlyUsd: 120      # what may cost more is not deployed, and polled more rarely in time; see npx aiops cost
# heartbeatUrl: { secret: aiops/heartbeat }   # an address that is called after every complete tick; {watch} in it
#                                             # stands for the watch's name. { variable: NAME } on this machine
# alertTestEvery: 1d      # a test through bus, queue and router to the channels (pagers only where they are named), and
#                         # an alarm where it does not arrive
# name: aiops             # what everything is called in the account
# retention: 190d         # how long history is kept
# quotaShare: 0.25        # the share of the account's CloudWatch quotas that may be used, by all functions together
# signalsTo: arn:aws:events:eu-west-1:111111111111:event-bus/NAME   # a deployment elsewhere whose router tells of ours
# seed: 1
`;

/** Writes `aiops.yaml`, and never over one that is there. */
export const init: RunCommand = async (args, options, terminal) => {
  const path = resolve(terminal.cwd, args[0] ?? 'aiops.yaml');
  try {
    await writeFile(path, settingsTemplate.replace('./aiops.schema.json', schemaFor(path)), { flag: 'wx' });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') throw new Misuse(`${path} is there already: edit it, or name another file`);
    if (code === 'ENOENT') throw new Misuse(`${path}: there is no such folder; make it first`);
    throw error;
  }
  if (flag(options, 'json')) terminal.out(`${JSON.stringify({ written: path })}\n`);
  else {
    const [file] = args as readonly (string | undefined)[];
    const named = file === undefined ? '' : ` --config ${file}`;
    terminal.out(`Wrote ${path}: it watches every EC2 metric of the account.\n`);
    terminal.out(`Next: npx aiops doctor${named} says what would be pulled and what it costs.\n`);
  }
  return exitCode.ok;
};

/** An editor looks for the schema from where the settings lie: elsewhere than here it needs the whole path. */
const schemaFor = (settings: string): string =>
  existsSync(join(dirname(settings), 'aiops.schema.json'))
    ? './aiops.schema.json'
    : fileURLToPath(new URL('../../aiops.schema.json', import.meta.url));
