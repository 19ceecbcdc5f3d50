import { isPager } from '../alerting/routes.ts';
import type { Channel } from '../ports/channel.ts';
import type { AlertTestSettings } from '../settings/self-settings.ts';
import { alertTestSettings } from '../settings/self-settings.ts';
import { watchesOf } from '../settings/settings.ts';
import { AlertLedger } from './alert-ledger.ts';
import { type AlertTestMemory, updateTestMemory } from './alert-test-memory.ts';
import type { HearPorts } from './hear-messages.ts';
import { type TestAnswer, testAlerts } from './test-alerts.ts';

/** A test that comes so late says nothing of the time it was for; the alarm has said it by then. */
const TOO_LATE_SECONDS = 3600;
/** Clocks differ by less. */
const TOO_EARLY_SECONDS = 300;
/** Whoever may put events on the bus shall not ring every minute. */
const MOST_OFTEN_SECONDS = 300;
/** Longer than a run of the router may take: whoever holds it after that is dead. */
const CLAIM_SECONDS = 150;

/** Each channel may take half a minute for the test, and again for its end. */
const ROOM_SECONDS = 35;

/** What is tried where the settings say nothing, and somebody sends a test by hand. */
const usual = alertTestSettings.parse('1d') as AlertTestSettings;

/** Why a test that was heard of is not run. */
type Idle = 'arrived-already' | 'too-late' | 'too-often';

/**
 * A test of ourselves that came through bus and queue: an alert that nothing is behind is told on the channels that are
 * to be tried, marked as a test. It opens no incident and counts in no digest; the audit has a line of it. Sent twice it
 * is told once, unless whoever told it died; what a channel did not take for now is tried again, there alone, when the
 * queue brings the message back.
 *
 * @param at epoch seconds for which it was scheduled.
 * @throws RangeError for a time that is yet to come. Error where it did not arrive everywhere and may at the next try.
 */
export async function runScheduledTest(at: number, ports: HearPorts): Promise<void> {
  const { settings, clock, log, runId } = ports;
  if (at - clock.now() > TOO_EARLY_SECONDS)
    throw new RangeError(
      `an alert test of ${new Date(at * 1000).toISOString()}, which is yet to come → scheduledTime is when it was sent`,
    );
  if (clock.now() > (ports.speakUntil ?? Infinity) - ROOM_SECONDS)
    throw new Error('too little time is left in this run to tell anybody, and to tell them that it is over');
  const { alertTestEvery } = settings;
  const test = alertTestEvery === 'off' ? usual : alertTestEvery;

  const claimed = await updateTestMemory(ports, (memory, now) =>
    idleReason(memory, at, now) === undefined && !isRunElsewhere(memory, at, now)
      ? { ...memory, running: { at, claimedUntil: now + CLAIM_SECONDS, by: runId, told: toldAlready(memory, at) } }
      : memory,
  );
  if (claimed.running?.at !== at || claimed.running.by !== runId) {
    const reason = idleReason(claimed, at, clock.now());
    if (reason === undefined) throw new Error('another run is telling this alert test at this moment');
    log.info('alert test not run', { at, reason });
    return;
  }

  const told = new Set(claimed.running.told);
  const tried = new Map([...channelsOf(test, ports.channels)].filter(([name]) => !told.has(name)));
  const answers = tried.size === 0 ? [] : await tell(test, tried, ports);
  const isDone = ({ channel, delivery }: TestAnswer): boolean =>
    delivery.outcome === 'delivered' &&
    answers.every((other) => other.channel !== channel || other.delivery.outcome === 'delivered');
  for (const one of answers.filter(isDone)) told.add(one.channel);
  await account(at, test, answers, ports);
  const missing = [...tried.keys()].filter((name) => !told.has(name));
  await updateTestMemory(ports, (memory) => ({
    ...memory,
    arrivedAt: missing.length === 0 ? Math.max(at, memory.arrivedAt ?? at) : memory.arrivedAt,
    // Given up where nobody would take it at another try: the next one is another test.
    running: missing.length === 0 || !mayArriveLater(answers) ? null : { at, claimedUntil: 0, by: '', told: [...told] },
    lastRunAt: clock.now(),
  }));
  if (missing.length > 0 && mayArriveLater(answers))
    throw new Error(`the alert test did not arrive on ${missing.join(', ')}; it is tried again there`);
  if (missing.length > 0) log.error('alert test refused', { at, channels: missing });
  else log.info('alert test arrived', { at, channels: [...told] });
}

function idleReason({ arrivedAt, running, lastRunAt }: AlertTestMemory, at: number, now: number): Idle | undefined {
  if (arrivedAt !== null && arrivedAt >= at) return 'arrived-already';
  if (now - at > TOO_LATE_SECONDS || (running !== null && running.at > at)) return 'too-late';
  const isAnother = running?.at !== at;
  return isAnother && lastRunAt !== null && now - lastRunAt < MOST_OFTEN_SECONDS ? 'too-often' : undefined;
}

const isRunElsewhere = ({ running }: AlertTestMemory, at: number, now: number): boolean =>
  running?.at === at && running.claimedUntil > now;

const toldAlready = ({ running }: AlertTestMemory, at: number): readonly string[] =>
  running?.at === at ? running.told : [];

const mayArriveLater = (answers: readonly TestAnswer[]): boolean =>
  answers.some(({ delivery }) => delivery.outcome === 'retryable');

/** Those that are named; else everybody whom it does not get out of bed. */
const channelsOf = (
  { channels: named }: AlertTestSettings,
  all: ReadonlyMap<string, Channel>,
): ReadonlyMap<string, Channel> =>
  new Map([...all].filter(([name, { kind }]) => (named === undefined ? !isPager(kind) : named.includes(name))));

async function tell(
  { severity }: AlertTestSettings,
  channels: ReadonlyMap<string, Channel>,
  ports: HearPorts,
): Promise<readonly TestAnswer[]> {
  const { settings, clock, scratch, bytes, log, runId, painter, consoleRegion } = ports;
  const [{ name: watch }] = watchesOf(settings);
  const explanation = 'A scheduled test: it came through bus, queue and router.';
  return testAlerts(
    { channels, severity, watch, explanation, now: Math.floor(clock.now()) },
    {
      ...{ settings, bytes, runId, scratch: scratch() },
      // What it says of an incident that is none would be looked for in vain.
      log: { ...log, info: () => undefined },
      ...(painter === undefined ? {} : { painter }),
      ...(consoleRegion === undefined ? {} : { consoleRegion }),
    },
  );
}

/** What became of it on each channel, in the audit; and what failed, in the count of failed deliveries. */
async function account(
  at: number,
  { severity }: AlertTestSettings,
  answers: readonly TestAnswer[],
  ports: HearPorts,
): Promise<void> {
  // Under a name of its own: what the batch writes at the same moment has the run's.
  const ledger = new AlertLedger({ ...ports, runId: `${ports.runId}-test` });
  const channels = Object.fromEntries(
    answers.map(({ channel, kind, delivery }) => [
      channel,
      {
        kind,
        outcome: delivery.outcome,
        detail: delivery.outcome === 'delivered' ? delivery.answer : delivery.reason,
      },
    ]),
  );
  for (const { kind, delivery } of answers) if (delivery.outcome !== 'delivered') ledger.failed(kind);
  const id = `test-${at}`;
  await ledger.record([
    {
      version: 1,
      id: `${id}/${ports.runId}`,
      at: ports.clock.now(),
      incident: id,
      group: 'aiops-test',
      number: at,
      title: 'a scheduled test',
      watches: [],
      severity,
      kind: 'test',
      channels,
    },
  ]);
  try {
    await ledger.close();
  } catch (error) {
    // People were told; were the message to come again, they would be once more.
    ports.log.error('audit or metrics of an alert test not written', { at, error: String(error) });
  }
}
