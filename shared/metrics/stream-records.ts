import * as z from 'zod';

/** What a CloudWatch metric stream says of one metric in one minute. */
export interface StreamedMinute {
  readonly account: string;
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Start of the minute, epoch seconds. */
  readonly time: number;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** A line that is no record, counted from 1, as far as a person needs to see it. */
export interface RefusedLine {
  readonly line: number;
  readonly why: string;
  readonly text: string;
}

const MINUTE = 60;
const MOST_SHOWN = 300;
/** The year 2286: what lies beyond was not in milliseconds. */
const LAST_MS = 9_999_999_999_999;

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-metric-streams-formats-json.html
 * What else a record says (its unit, statistics that were added) is passed over.
 */
const record = z.object({
  account_id: z.string().min(1),
  region: z.string().min(1),
  namespace: z.string().min(1),
  metric_name: z.string().min(1),
  dimensions: z.record(z.string(), z.string()).nullish(),
  timestamp: z.number().min(0).max(LAST_MS),
  value: z
    .object({ count: z.number().positive(), sum: z.number(), min: z.number(), max: z.number() })
    .refine(({ min, max }) => min <= max, 'has a min above its max'),
});

/**
 * The records of an object that Firehose wrote: JSON, one to a line. A line that is none is named and passed over, the
 * others are read.
 */
export function readStreamRecords(text: string): {
  readonly minutes: readonly StreamedMinute[];
  readonly refused: readonly RefusedLine[];
} {
  const minutes: StreamedMinute[] = [];
  const refused: RefusedLine[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = readRecord(line);
    if (typeof read === 'string') refused.push({ line: index + 1, why: read, text: line.slice(0, MOST_SHOWN) });
    else minutes.push(read);
  }
  return { minutes, refused };
}

function readRecord(line: string): StreamedMinute | string {
  let given: unknown;
  try {
    given = JSON.parse(line);
  } catch {
    return 'not JSON';
  }
  const parsed = record.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `${issue.path.join('.') || 'as a whole'}: ${issue.message}`;
  }
  // zod leaves such a name out without a word, and the record would be of another metric.
  if (Object.hasOwn((given as { dimensions?: object | null }).dimensions ?? {}, '__proto__'))
    return 'dimensions: __proto__ cannot be the name of a dimension here';
  const { account_id, region, namespace, metric_name, dimensions, timestamp, value } = parsed.data;
  return {
    account: account_id,
    region,
    namespace,
    name: metric_name,
    dimensions: dimensions ?? {},
    time: Math.floor(timestamp / 1000 / MINUTE) * MINUTE,
    ...value,
  };
}
