import * as z from 'zod';
import { linkActions, type LinkAction } from '../alerting/action-token.ts';
import type { ChartTheme } from './chart-spec.ts';

/** The widgets there are. */
export const widgetNames = ['incidents', 'explorer', 'capacity', 'models', 'coverage'] as const;
export type WidgetName = (typeof widgetNames)[number];

/** How and for when a widget is drawn, as the dashboard says. */
export interface WidgetStyle {
  readonly theme: ChartTheme;
  /** Pixels that there are. */
  readonly width: number;
  readonly height: number;
  /** Epoch seconds: what was zoomed into, else what the dashboard shows. */
  readonly from: number;
  readonly to: number;
  /** IANA name of the dashboard's time zone, and what people call it. */
  readonly timezone: string;
  readonly zoneName: string;
  /** The function that the widget's buttons call. */
  readonly endpoint: string;
}

/** What a button asks to be done to an incident. */
export interface WidgetAction {
  readonly act: LinkAction;
  readonly incident: string;
  readonly group: string;
  readonly number: number;
  /** When the snooze ends that whoever pressed saw, epoch seconds; null where there was none. */
  readonly snoozedUntil: number | null;
  /** Such as `2h`; empty for the usual. */
  readonly lasting: string;
  /** What they wrote as their name; may be empty. */
  readonly who: string;
  /** Name of the dashboard and number of the account in which the button was pressed; empty where that is not said. */
  readonly dashboard: string;
  readonly account: string;
}

/** A widget that is to be drawn, after something was done or not. */
export interface WidgetRequest {
  readonly widget: WidgetName;
  readonly style: WidgetStyle;
  readonly action?: WidgetAction;
  /** Empty for whatever is best. */
  readonly watch: string;
  readonly entity: string;
  readonly series: string;
  readonly part: number;
}

/** Nothing is to be drawn or done: what is wrong with what was sent, a sentence with a remedy. */
export interface WidgetRefusal {
  readonly refused: string;
  readonly style: WidgetStyle;
}

/** Longer names are nobody's; groups are bounded where they are made. */
const LONGEST = 1024;
const text = z.string().max(LONGEST).catch('');
const loose = z.record(z.string(), z.unknown()).catch({});
const number = z.number().catch(Number.NaN);

const context = z
  .object({
    dashboardName: text,
    accountId: text,
    timezone: z.object({ offsetInMinutes: z.number(), label: text }).catch({ offsetInMinutes: 0, label: 'UTC' }),
    timeRange: z
      .object({
        start: number,
        end: number,
        zoom: z.object({ start: number, end: number }).optional().catch(undefined),
      })
      .catch({ start: Number.NaN, end: Number.NaN }),
    theme: z.enum(['light', 'dark']).catch('light'),
    forms: z.object({ all: loose }).catch({ all: {} }),
    params: loose,
    width: number,
    height: number,
  })
  .catch({
    dashboardName: '',
    accountId: '',
    timezone: { offsetInMinutes: 0, label: 'UTC' },
    timeRange: { start: Number.NaN, end: Number.NaN },
    theme: 'light',
    forms: { all: {} },
    params: {},
    width: Number.NaN,
    height: Number.NaN,
  });

const action = z.object({
  act: z.enum(linkActions),
  incident: z.string().min(1).max(64),
  group: z.string().min(1).max(200),
  number: z.int().nonnegative(),
  snoozedUntil: z.number().nullable().default(null),
});

const FALLBACK = { width: 600, height: 400, seconds: 3 * 3600 } as const;

/** Whether the console asks what the widget is, in place of drawing it. */
export const asksForHelp = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'describe' in event && Boolean(event.describe);

/**
 * Reads what CloudWatch sends for a custom widget
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_about.html). Whatever it
 * may hold, it is either drawn or refused: sizes and times that are none become usual ones.
 *
 * @param endpoint ARN of the function. @param now epoch seconds.
 */
export function readWidgetRequest(event: unknown, endpoint: string, now: number): WidgetRequest | WidgetRefusal {
  const given = loose.parse(event);
  const around = context.parse(given['widgetContext']);
  const style = styleOf(around, endpoint, now);
  const form = (name: string): string => text.parse(around.forms.all[name]).trim();
  const param = (name: string): string => text.parse(given[name]).trim();
  const asked = given['widget'];
  const widget = widgetNames.find((name) => name === asked);
  if (widget === undefined) return { refused: unknownWidget(asked), style };

  // A list that was changed says nothing of what was chosen from the list before it.
  const watch = form('watch') || param('watch');
  const isSameWatch = form('shown') === '' || form('shown') === watch;
  const request: WidgetRequest = {
    widget,
    style,
    watch,
    entity: isSameWatch ? form('entity') || param('entity') : '',
    series: isSameWatch ? form('series') || param('series') : '',
    part: z.int().min(0).max(100_000).catch(0).parse(given['part']),
  };
  if (!('act' in given)) return request;
  // What is written into a dashboard happens whenever somebody looks at it: only a button that was pressed may act.
  if ('act' in around.params)
    return { refused: 'A widget that acts by itself is refused: remove “act” from its parameters.', style };
  const read = action.safeParse({ ...given, act: given['act'] });
  if (!read.success) {
    const [{ path, message }] = read.error.issues;
    return {
      refused: `This button says nothing that can be done (${path.join('.')}: ${message}). Nothing was changed: refresh the widget and press it again.`,
      style,
    };
  }
  const { dashboardName: dashboard, accountId: account } = around;
  return { ...request, action: { ...read.data, lasting: form('for'), who: form('who'), dashboard, account } };
}

function unknownWidget(asked: unknown): string {
  const names = widgetNames.join(', ');
  const given =
    typeof asked === 'string' && asked !== '' ? `There is no widget “${asked.slice(0, 60)}”` : 'No widget is named';
  return `${given}: write {"widget": "incidents"}, or one of ${names}, as its parameters.`;
}

function styleOf(around: z.infer<typeof context>, endpoint: string, now: number): WidgetStyle {
  const size = (given: number, usual: number): number =>
    Number.isFinite(given) && given > 0 ? Math.round(Math.min(4000, Math.max(120, given))) : usual;
  const { zoom, ...shown } = around.timeRange;
  const range = [zoom, shown].find((one) => one !== undefined && isRange(one.start / 1000, one.end / 1000));
  const [from, to] = range === undefined ? [now - FALLBACK.seconds, now] : [range.start / 1000, range.end / 1000];
  return {
    theme: around.theme,
    width: size(around.width, FALLBACK.width),
    height: size(around.height, FALLBACK.height),
    from,
    to,
    ...zoneOf(around.timezone.offsetInMinutes),
    endpoint,
  };
}

const isRange = (from: number, to: number): boolean => from >= 0 && to <= 4_102_444_800 && to > from;

/** A dashboard says how far its clock is from UTC; zones of whole hours have a name for that. */
function zoneOf(offsetMinutes: number): Pick<WidgetStyle, 'timezone' | 'zoneName'> {
  const hours = offsetMinutes / 60;
  if (!Number.isInteger(hours) || hours < -12 || hours > 14 || hours === 0) return { timezone: 'UTC', zoneName: 'UTC' };
  // The sign of these names is the other way round: https://data.iana.org/time-zones/tzdb/etcetera
  const sign = hours > 0 ? '-' : '+';
  return { timezone: `Etc/GMT${sign}${Math.abs(hours)}`, zoneName: `UTC${hours > 0 ? '+' : '-'}${Math.abs(hours)}` };
}
