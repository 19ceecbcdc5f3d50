import { MemoryChannel } from '../../../shared/adapters/local/memory-channel.ts';
import { MemoryMetricSink } from '../../../shared/adapters/local/memory-metric-sink.ts';
import { MemoryObjectStore } from '../../../shared/adapters/local/memory-object-store.ts';
import { nodeBytes } from '../../../shared/adapters/local/node-bytes.ts';
import type { Incident } from '../../../shared/alerting/incident.ts';
import type { Notice } from '../../../shared/alerting/notice.ts';
import type { Severity } from '../../../shared/alerting/severities.ts';
import type { Finding, Signal } from '../../../shared/alerting/signal.ts';
import { actOnIncident, type IncidentAction } from '../../../shared/pipeline/act-on-incident.ts';
import type { AuditRecord } from '../../../shared/pipeline/alert-audit.ts';
import type { AlertPorts } from '../../../shared/pipeline/alert-ports.ts';
import { listIncidents } from '../../../shared/pipeline/list-incidents.ts';
import { type MuteRequest, openMute } from '../../../shared/pipeline/open-mute.ts';
import { readAudit } from '../../../shared/pipeline/read-audit.ts';
import { routeAlerts } from '../../../shared/pipeline/route-alert.ts';
import { sweepIncidents, type SweepSummary } from '../../../shared/pipeline/sweep-incidents.ts';
import type { Channel, Delivery } from '../../../shared/ports/channel.ts';
import { parseDuration } from '../../../shared/settings/duration.ts';
import { type Settings, type SettingsInput, settingsSchema } from '../../../shared/settings/settings.ts';

/** A Monday, 09:00 UTC: minute 0 of every story. */
export const storyStart = Date.parse('2026-03-02T09:00:00Z') / 1000;

/** What happens at a moment of a story. */
export type Happening = (story: Timeline) => Promise<unknown>;

export interface TimelineOptions {
  /** As under `alerts` in the settings; `channels` are made of `kinds`. */
  readonly alerts?: Omit<NonNullable<SettingsInput['alerts']>, 'channels'>;
  /** As under `watches.<name>`; `w` is always there. */
  readonly watches?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** @default slack and pager */
  readonly kinds?: Readonly<Record<string, Channel['kind']>>;
  /** Epoch seconds. @default {@link storyStart} */
  readonly start?: number;
}

const channelSettings = {
  slack: { kind: 'slack', webhook: { variable: 'S' } },
  pagerduty: { kind: 'pagerduty', key: { variable: 'P' } },
  webhook: { kind: 'webhook', url: 'https://example.com/', secret: { variable: 'W' } },
  lambda: { kind: 'lambda', function: 'teller' },
  terminal: { kind: 'terminal' },
} as const;

/** Told something, at a moment: what a story is about. */
interface Heard {
  readonly at: number;
  readonly channel: string;
  readonly notice: Notice;
}

/**
 * A story in time: signals, people and mishaps at moments, a sweep each minute, and who was told what when. Nothing but
 * the store connects one moment with the next.
 */
export class Timeline {
  readonly store = new MemoryObjectStore();
  readonly sink = new MemoryMetricSink();
  readonly settings: Settings;
  readonly start: number;
  readonly logged: { readonly level: string; readonly message: string; readonly fields: unknown }[] = [];
  /** Sweeps, by what they said of themselves. */
  readonly sweeps: SweepSummary[] = [];
  /** Epoch seconds. */
  time: number;
  readonly #heard: Heard[] = [];
  readonly #channels = new Map<string, Channel>();
  readonly #answers = new Map<string, (notice: Notice) => Delivery>();
  #runs = 0;
  #messages = 0;

  constructor({
    alerts,
    watches,
    kinds = { slack: 'slack', pager: 'pagerduty' },
    start = storyStart,
  }: TimelineOptions = {}) {
    this.start = start;
    this.time = start;
    const channels = Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, channelSettings[kind]]));
    const bare = { w: {} };
    this.settings = settingsSchema.parse({
      name: 'test',
      watches: Object.fromEntries(
        Object.entries({ ...bare, ...watches }).map(([name, watch]) => [name, { select: 'Test', ...watch }]),
      ),
      alerts: { ...alerts, channels },
    });
    for (const [name, kind] of Object.entries(kinds)) this.#channels.set(name, this.#channel(name, kind));
  }

  /** Ports of a process that starts now. */
  ports(): AlertPorts {
    const log = (level: string) => (message: string, fields?: unknown) =>
      void this.logged.push({ level, message, fields });
    return {
      settings: this.settings,
      store: this.store,
      bytes: nodeBytes,
      sink: this.sink,
      clock: { now: () => this.time },
      log: { info: log('info'), warn: log('warn'), error: log('error') },
      channels: this.#channels,
      actionLinks: async () => [],
      runId: `run-${++this.#runs}`,
    };
  }

  /** One batch of the queue. */
  async route(signals: readonly Signal[]): Promise<readonly string[]> {
    const messages = signals.map((signal) => ({
      id: `m-${++this.#messages}`,
      body: JSON.stringify({
        id: `e-${this.#messages}`,
        'detail-type': 'Signal',
        source: 'aiops.monitoring',
        detail: signal,
      }),
    }));
    return (await routeAlerts(messages, this.ports())).failed;
  }

  async sweep(): Promise<void> {
    this.sweeps.push(await sweepIncidents(this.ports()));
  }

  /** From now on a channel answers so. */
  answer(channel: string, answer: (notice: Notice) => Delivery): void {
    this.#answers.set(channel, answer);
  }

  async incidents(): Promise<readonly Incident[]> {
    const { open, closed } = await listIncidents(this.store, this.start, this.time);
    return [...open, ...closed];
  }

  async audit(): Promise<readonly AuditRecord[]> {
    return (await readAudit(this.store, { from: this.start, to: this.time })).records;
  }

  get told(): readonly Heard[] {
    return this.#heard;
  }

  /** Lines such as `1m slack first-notice HIGH web-1`, in the order in which people were told. */
  lines(): readonly string[] {
    return this.#heard.map(
      ({ at, channel, notice: { reason, severity, title } }) =>
        `${this.#moment(at)} ${channel} ${reason} ${severity} ${title}`,
    );
  }

  #moment(at: number): string {
    const seconds = Math.round(at - this.start);
    const minutes = Math.floor(seconds / 60);
    return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  }

  #channel(name: string, kind: Channel['kind']): Channel {
    return new MemoryChannel(kind, (notice) => {
      const answer = this.#answers.get(name)?.(notice) ?? { outcome: 'delivered', answer: 'ok' };
      const arrived = answer.outcome === 'delivered' || (answer.outcome === 'retryable' && answer.maybe);
      if (arrived) this.#heard.push({ at: this.time, channel: name, notice });
      return answer;
    });
  }
}

/** When (`5m`, `1h30m`, `0`) what happens. */
export type Moment = readonly [when: string, ...what: readonly Happening[]];

const secondsOf = (when: string): number => (when === '0' ? 0 : (parseDuration(when) ?? Number.NaN));

/**
 * Plays a story to its end, with a sweep each minute after what happened in it, and says who was told what when.
 *
 * @param until such as `2h`.
 */
export async function play(story: Timeline, until: string, moments: readonly Moment[]): Promise<readonly string[]> {
  const end = secondsOf(until);
  const sorted = moments.map(([when, ...what]) => ({ at: secondsOf(when), what })).sort((a, b) => a.at - b.at);
  if (sorted.some(({ at }) => Number.isNaN(at))) throw new RangeError(`a moment of the story is no duration`);
  let next = 0;
  for (let minute = 0; minute <= end; minute += 60) {
    for (; next < sorted.length && sorted[next].at <= minute; next++) {
      story.time = story.start + sorted[next].at;
      for (const happen of sorted[next].what) await happen(story);
    }
    story.time = story.start + minute;
    await story.sweep();
  }
  return story.lines();
}

/** The same at `from`, and every `every` from then on up to and with `to`. */
export function repeated(from: string, to: string, every: string, ...what: readonly Happening[]): readonly Moment[] {
  const moments: Moment[] = [];
  for (let at = secondsOf(from); at <= secondsOf(to); at += secondsOf(every)) moments.push([`${at}s`, ...what]);
  return moments;
}

export interface Saying extends Partial<Finding> {
  readonly watch?: string;
  readonly mode?: Signal['mode'];
  readonly labels?: Readonly<Record<string, string>>;
  readonly intervalSeconds?: number;
  /** Seconds after its tick at which the signal is heard. @default 0 */
  readonly late?: number;
  readonly severity?: Severity;
}

/** What a shard says of an entity at a tick. */
export function signalOf(entity: string, status: Finding['status'], tick: number, said: Saying = {}): Signal {
  const { watch = 'w', mode = 'live', labels = {}, intervalSeconds = 300, ...finding } = said;
  delete finding.late;
  return {
    version: 1,
    deployment: 'test',
    watch,
    shard: 's-0001',
    entity,
    labels,
    evaluatedAt: tick,
    intervalSeconds,
    mode,
    findings: [
      {
        key: `anomaly:${entity}/cpu`,
        kind: 'anomaly',
        source: 'series',
        series: `${entity}/cpu`,
        label: 'cpu',
        unit: 'Percent',
        status,
        since: tick,
        observed: 97,
        expected: 40,
        lower: 30,
        upper: 50,
        score: 0.99,
        severity: 'MEDIUM',
        rarity: null,
        shares: [],
        explanation: 'cpu is far above usual',
        ...finding,
      },
    ],
  };
}

const says =
  (status: Finding['status']) =>
  (entity: string, said: Saying = {}): Happening =>
  (story) =>
    story.route([signalOf(entity, status, story.time - (said.late ?? 0), said)]);

/** Signals of one entity whose tick is the moment itself, unless they are `late`. */
export const firing = says('firing');
export const normal = says('normal');
export const unknown = says('unknown');

/** Signals of several entities in one batch. */
export const together =
  (entities: readonly string[], status: Finding['status'], said: Saying = {}): Happening =>
  (story) =>
    story.route(entities.map((entity) => signalOf(entity, status, story.time - (said.late ?? 0), said)));

/** Somebody acts on the newest open incident of that title. */
export const acts =
  (action: IncidentAction['action'], title: string, more: Partial<IncidentAction> = {}): Happening =>
  async (story) => {
    const found = (await story.incidents()).find((one) => one.title === title && one.status === 'open');
    if (found === undefined) throw new Error(`there is no open incident '${title}'`);
    return actOnIncident({ incident: found.id, action, by: 'Ada', now: story.time, ...more }, story.ports());
  };

export const mutes =
  (request: Omit<MuteRequest, 'why' | 'by'>): Happening =>
  (story) =>
    openMute(`mute-${story.time}`, { why: 'a deployment', by: 'ci', ...request }, story.ports());

/** From then on a channel answers so; `ok` is as usual. */
export const answers =
  (channel: string, answer: 'ok' | 'down' | 'lost' | 'refused' | Delivery): Happening =>
  async (story) => {
    const delivery: Delivery =
      answer === 'ok'
        ? { outcome: 'delivered', answer: 'ok' }
        : answer === 'down'
          ? { outcome: 'retryable', reason: '503', maybe: false }
          : answer === 'lost'
            ? { outcome: 'retryable', reason: 'no answer', maybe: true }
            : answer === 'refused'
              ? { outcome: 'rejected', reason: '403' }
              : answer;
    story.answer(channel, () => delivery);
  };
