import { randomUUID } from 'node:crypto';
import { systemClock } from '../../shared/adapters/local/system-clock.ts';
import { isElsewhere } from '../../shared/alerting/elsewhere.ts';
import { canBeNormal } from '../../shared/alerting/feedback.ts';
import type { Incident } from '../../shared/alerting/incident.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { actOnIncident } from '../../shared/pipeline/act-on-incident.ts';
import { listIncidents } from '../../shared/pipeline/list-incidents.ts';
import { readAudit } from '../../shared/pipeline/read-audit.ts';
import { recordFeedback } from '../../shared/pipeline/record-feedback.ts';
import { durationWords } from '../../shared/presentation/words.ts';
import { nearest } from '../../shared/settings/nearest.ts';
import type { RunCommand } from '../command-line.ts';
import { type ExitCode, exitCode, Misuse } from '../exit-code.ts';
import { findIncident } from '../find-incident.ts';
import { humanLog } from '../human-log.ts';
import { incidentStory, incidentTable } from '../incident-lines.ts';
import { openStore } from '../open-store.ts';
import { duration, flag, type Options, text, wholeNumber } from '../options.ts';
import type { Terminal } from '../terminal.ts';

const daySeconds = 86_400;
const verbs = ['list', 'show', 'ack', 'snooze', 'normal', 'close'] as const;
type Verb = (typeof verbs)[number];

interface Asked {
  readonly store: ObjectStore;
  readonly options: Options;
  readonly terminal: Terminal;
  /** Epoch seconds. */
  readonly now: number;
}

/** `incidents`: what is open and what was, the story of one, and what a person does about it. */
export const incidents: RunCommand = async (args, options, terminal) => {
  const verb = args.at(0) ?? 'list';
  const id = args.at(1);
  if (!isVerb(verb)) {
    const near = nearest(verb, verbs);
    throw new Misuse(
      `incidents ${verb}: not one of ${verbs.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`,
    );
  }
  if (verb === 'list' && id !== undefined)
    throw new Misuse(`${id} is one argument too many: aiops incidents show ${id}`);
  if (verb !== 'list' && id === undefined)
    throw new Misuse(`missing <id>: aiops incidents ${verb} <id>, see aiops incidents`);
  refuseStray(verb, options);
  const asked = { store: await openStore(options, terminal), options, terminal, now: systemClock.now() };
  if (verb === 'list' || id === undefined) return list(asked);
  const incident = await findIncident(id, asked.store, asked.now);
  if (verb === 'show') return show(incident, asked);
  return verb === 'normal' ? callNormal(incident, asked) : act(incident, verb, asked);
};

const isVerb = (word: string): word is Verb => (verbs as readonly string[]).includes(word);

const optionsOf: Readonly<Record<string, readonly Verb[]>> = {
  for: ['snooze', 'normal'],
  series: ['normal'],
  by: ['ack', 'snooze', 'normal', 'close'],
};

function refuseStray(verb: Verb, options: Options): void {
  for (const [name, of] of Object.entries(optionsOf))
    if (options[name] !== undefined && !of.includes(verb))
      throw new Misuse(`--${name}: incidents ${verb} takes none; it is for ${of.join(', ')}`);
}

async function list({ store, options, terminal, now }: Asked): Promise<ExitCode> {
  const days = wholeNumber(options, 'days', 1, 90) ?? 1;
  const { open, closed, unreadable } = await listIncidents(store, now - days * daySeconds, now);
  for (const key of unreadable)
    terminal.err(`${key} cannot be read: see "A record cannot be read" in docs/runbook.md\n`);
  if (flag(options, 'json')) {
    terminal.out(`${JSON.stringify({ open, closed, unreadable })}\n`);
    return exitCode.ok;
  }
  const past = days === 1 ? 'the last day' : `the last ${days} days`;
  terminal.out(open.length === 0 ? 'No incident is open.\n' : `${incidentTable(open, now).join('\n')}\n`);
  if (closed.length > 0) terminal.out(`\nOver, of ${past}\n${incidentTable(closed, now).join('\n')}\n`);
  return exitCode.ok;
}

async function show(incident: Incident, { store, options, terminal, now }: Asked): Promise<ExitCode> {
  const from = Math.min(incident.openedAt, incident.heardAt);
  const audit = await readAudit(store, { from, to: now, incident: incident.id });
  const said = flag(options, 'json')
    ? JSON.stringify({ incident, audit: audit.records, unreadable: audit.unreadable })
    : incidentStory(incident, audit, now).join('\n');
  terminal.out(`${said}\n`);
  return exitCode.ok;
}

const actions = { ack: 'acknowledge', snooze: 'snooze', close: 'close' } as const;
const USUAL_SNOOZE = 2 * 3600;

async function act(incident: Incident, verb: keyof typeof actions, asked: Asked): Promise<ExitCode> {
  const { store, options, terminal, now } = asked;
  const snoozeSeconds = duration(options, 'for', 60) ?? USUAL_SNOOZE;
  if (snoozeSeconds > 14 * daySeconds)
    throw new Misuse(`--for ${text(options, 'for') ?? ''}: at most 14d; or set a quiet window`);
  const { id, group } = incident;
  const ports = { store, clock: systemClock, runId: randomUUID() };
  const snooze = verb === 'snooze' ? { snoozeSeconds } : {};
  const outcome = await actOnIncident(
    { incident: id, group, action: actions[verb], by: whoAsks(asked), now, ...snooze },
    ports,
  );
  if (outcome === 'closed' || outcome === 'not-found') throw new Misuse(`${id} is over: nothing was changed`);
  const length = verb === 'snooze' ? ` for ${durationWords(snoozeSeconds)}` : '';
  const words = { ack: 'acknowledged', snooze: `snoozed${length}`, close: 'closed' }[verb];
  report(
    asked,
    { incident: id, action: verb, outcome },
    outcome === 'done' ? `${id} is ${words}` : `${id} was so already`,
  );
  if (outcome === 'done' && !flag(options, 'json')) terminal.out('Whoever is to hear of it is told within a minute.\n');
  return exitCode.ok;
}

async function callNormal(incident: Incident, asked: Asked): Promise<ExitCode> {
  const { store, options, terminal, now } = asked;
  const seconds = duration(options, 'for', 300);
  const member = memberNamed(incident, text(options, 'series'));
  const { outcome, feedback } = await recordFeedback(
    {
      story: incident,
      ...(member === undefined ? {} : { member }),
      by: whoAsks(asked),
      now,
      until: seconds === undefined ? null : now + seconds,
    },
    { store, log: humanLog(terminal, flag(options, 'debug')) },
  );
  if (outcome === 'no-anomaly') {
    const elsewhere = Object.values(incident.members).find(({ watch }) => isElsewhere(watch));
    throw new Misuse(
      elsewhere === undefined
        ? `${incident.id} is of limits that somebody set, not of what is unusual: change the rule in the settings`
        : `${incident.id} is of watch ${elsewhere.watch}, which another deployment judges: say it there, with --bucket and its bucket`,
    );
  }
  if (outcome === 'full') throw new Misuse('a watch holds 1,000 of these: take some back with aiops feedback remove');
  const end = seconds === undefined ? '' : ` for ${durationWords(seconds)}`;
  const words = feedback.map(
    ({ id, entity, label, direction }) =>
      `  ${id}  ${entity === label ? entity : `${entity} ${label}`}${direction === 'any' ? '' : `, ${direction} what is usual`}`,
  );
  report(
    asked,
    { incident: incident.id, action: 'normal', outcome, feedback },
    outcome === 'already'
      ? 'Somebody said so before; nothing was changed'
      : [`Normal${end} from one of the next ticks on:`, ...words].join('\n'),
  );
  return exitCode.ok;
}

/** Key of the anomaly that `--series` means, by its label or its id. @throws Misuse where it means none. */
function memberNamed(incident: Incident, series: string | undefined): string | undefined {
  if (series === undefined) return undefined;
  const anomalies = Object.entries(incident.members).filter(([, { finding }]) => canBeNormal(finding));
  const found = anomalies.find(([, { finding }]) => finding.series === series || finding.label === series);
  if (found !== undefined) return found[0];
  const labels = anomalies.map(([, { finding }]) => finding.label);
  throw new Misuse(
    `--series ${series}: ${incident.id} has no such anomaly; it has ${labels.length === 0 ? 'none' : labels.join(', ')}`,
  );
}

const whoAsks = ({ options, terminal }: Asked): string =>
  text(options, 'by') ?? terminal.env['USER'] ?? terminal.env['USERNAME'] ?? 'somebody on the command line';

function report({ options, terminal }: Asked, json: object, words: string): void {
  terminal.out(`${flag(options, 'json') ? JSON.stringify(json) : words}\n`);
}
