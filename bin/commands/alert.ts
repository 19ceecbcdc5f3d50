import { randomUUID } from 'node:crypto';
import { createColors } from 'picocolors';
import { MemoryObjectStore } from '../../shared/adapters/local/memory-object-store.ts';
import { nodeBytes } from '../../shared/adapters/local/node-bytes.ts';
import { systemClock } from '../../shared/adapters/local/system-clock.ts';
import type { Notice } from '../../shared/alerting/notice.ts';
import { speakReasons } from '../../shared/alerting/notice-reason.ts';
import { routePolicy } from '../../shared/alerting/routes.ts';
import { severities } from '../../shared/alerting/severities.ts';
import { type TestAnswer, testAlerts } from '../../shared/pipeline/test-alerts.ts';
import type { Channel } from '../../shared/ports/channel.ts';
import { wrapWords } from '../../shared/presentation/wrap-words.ts';
import { nearest } from '../../shared/settings/nearest.ts';
import { exampleNotice, previewOf } from '../alert-preview.ts';
import type { RunCommand } from '../command-line.ts';
import type { ExitCode } from '../exit-code.ts';
import { exitCode, Misuse } from '../exit-code.ts';
import { findIncident } from '../find-incident.ts';
import { humanLog } from '../human-log.ts';
import { chosenWatches } from '../local-ports.ts';
import { channelVariables, openChannels } from '../open-channels.ts';
import { openStore } from '../open-store.ts';
import { openSettings } from '../open-settings.ts';
import type { Options } from '../options.ts';
import { flag, oneOf, text } from '../options.ts';
import { rendered } from '../rendered-notice.ts';
import type { Terminal } from '../terminal.ts';

const kinds = ['slack', 'pagerduty', 'webhook', 'lambda', 'terminal'] as const;
const upperCase = (options: Options): Options => ({ ...options, severity: text(options, 'severity')?.toUpperCase() });

/** `alert test`: a drill through the real path. `alert preview`: what a notice looks like, without sending it. */
export const alert: RunCommand = async (args, options, terminal) => {
  const [action, target] = args as readonly (string | undefined)[];
  switch (action) {
    case 'test':
      return alertTest(target, upperCase(options), terminal);
    case 'preview':
      return alertPreview(target, upperCase(options), terminal);
    default: {
      const near = nearest(action ?? '', ['test', 'preview']);
      throw new Misuse(
        `alert ${String(action)}: not something it does; ${near === undefined ? 'it is test or preview' : `did you mean ${near}?`}`,
      );
    }
  }
};

async function alertTest(target: string | undefined, options: Options, terminal: Terminal): Promise<ExitCode> {
  if (target === undefined) throw new Misuse('alert test: which channel? Write slack, pagerduty, webhook or all');
  for (const name of ['incident', 'reason'])
    if (text(options, name) !== undefined) throw new Misuse(`--${name} is for alert preview`);
  const severity = oneOf(options, 'severity', severities) ?? 'HIGH';
  const { settings } = await openSettings(options, terminal, 'host');
  const [{ name: watch, labels }] = chosenWatches(settings, options);
  const log = humanLog(terminal, flag(options, 'debug'));
  const asJson = flag(options, 'json');
  const { channels } = await openChannels({
    alerts: settings.alerts,
    terminal,
    show: (lines) => {
      if (!asJson) terminal.out(`${lines.join('\n')}\n`);
    },
    account: true,
    log,
  });
  const tested = new Map([...channels].filter(([name, { kind }]) => [name, kind, 'all'].includes(target)));
  if (tested.size === 0) throw new Misuse(noChannel(target, channels));
  // Answers are reported below, in words of their own.
  const quiet = flag(options, 'debug') ? log : { ...log, warn: () => undefined };
  const explanation = 'Somebody tries whether this arrives: aiops alert test.';
  const scratch = new MemoryObjectStore();
  const answers = await testAlerts(
    { channels: tested, severity, watch, explanation, now: Math.floor(systemClock.now()) },
    { settings, scratch, bytes: nodeBytes, log: quiet, runId: `test-${randomUUID()}` },
  );
  const facts = { severity, watch, entity: 'aiops-test', labels };
  const kindOf = new Map([...channels].map(([name, { kind }]) => [name, kind]));
  const routed = routePolicy(settings.alerts.route, kindOf, facts, systemClock.now()).channels;
  const told = answers.map(({ channel, kind, notice, delivery }) => ({
    channel,
    kind,
    reason: notice.reason,
    ...delivery,
  }));
  if (asJson) terminal.out(`${JSON.stringify({ severity, watch, told, routed })}\n`);
  else for (const line of testLines(answers, { severity, watch, routed }, terminal)) terminal.out(`${line}\n`);
  return answers.every(({ delivery }) => delivery.outcome === 'delivered') ? exitCode.ok : exitCode.fault;
}

function noChannel(target: string, channels: ReadonlyMap<string, Channel>): string {
  const remedy = `name one under alerts.channels in the settings, or set ${channelVariables.join(' or ')}`;
  if (channels.size === 0) return `alert test ${target}: there is no channel; ${remedy}`;
  const known = [...channels].map(([name, { kind }]) => (name === kind ? name : `${name} (${kind})`));
  return `alert test ${target}: no such channel; there are ${known.join(', ')}; ${remedy}`;
}

interface Routed {
  readonly severity: string;
  readonly watch: string;
  /** Names of the channels that the routes send such an incident to. */
  readonly routed: readonly string[];
}

function* testLines(
  answers: readonly TestAnswer[],
  { severity, watch, routed }: Routed,
  { colours, columns }: Terminal,
): Generator<string> {
  const colour = createColors(colours);
  for (const { channel, kind, notice, delivery } of answers) {
    const what = notice.reason === 'all-resolved' ? 'resolved' : 'told';
    const name = channel === kind ? channel : `${channel} (${kind})`;
    yield* wrapWords(
      delivery.outcome === 'delivered'
        ? `${colour.green('ok')}      ${name}: ${what}; it answered: ${delivery.answer}`
        : `${colour.red('failed')}  ${name}: ${what === 'told' ? 'not told' : 'not resolved'}: ${delivery.reason}`,
      columns,
    );
  }
  const where = routed.length === 0 ? 'nobody' : routed.join(', ');
  yield* wrapWords(`What is ${severity} in watch ${watch} goes to ${where} now, by the routes.`, columns);
}

async function alertPreview(target: string | undefined, options: Options, terminal: Terminal): Promise<ExitCode> {
  const kind = kinds.find((one) => one === (target ?? 'terminal'));
  if (kind === undefined)
    throw new Misuse(`alert preview ${String(target)}: not a kind of channel; write one of ${kinds.join(', ')}`);
  const notice = await noticeToShow(options, terminal);
  const asJson = flag(options, 'json');
  const shown = rendered(notice, kind, asJson ? { ...terminal, colours: false } : terminal);
  if (asJson) terminal.out(`${JSON.stringify(kind === 'terminal' ? { lines: shown } : shown)}\n`);
  else if (Array.isArray(shown)) terminal.out(`${shown.join('\n')}\n`);
  else terminal.out(`${JSON.stringify(shown, null, 2)}\n`);
  return exitCode.ok;
}

async function noticeToShow(options: Options, terminal: Terminal): Promise<Notice> {
  const now = Math.floor(systemClock.now());
  const reason = oneOf(options, 'reason', speakReasons);
  const id = text(options, 'incident');
  if (id === undefined) {
    const { settings } = await openSettings(options, terminal, 'host');
    const [{ name: watch }] = chosenWatches(settings, options);
    const severity = oneOf(options, 'severity', severities) ?? 'HIGH';
    return exampleNotice({ settings, watch, reason: reason ?? 'first-notice', severity, now });
  }
  if (text(options, 'severity') !== undefined) throw new Misuse('--severity is for examples: the incident has its own');
  const incident = await findIncident(id, await openStore(options, terminal), now);
  return previewOf(incident, reason ?? incident.told?.reason ?? 'first-notice', now);
}
