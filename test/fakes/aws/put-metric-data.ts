import { dimensionsOf } from './get-metric-data.ts';
import { Refusal, refuseUnknown } from './wire.ts';

interface WireDatum {
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
  readonly Timestamp?: number;
  readonly Value?: number | string;
  readonly Values?: readonly (number | string)[];
  readonly Counts?: readonly number[];
  readonly Unit?: string;
}
export interface PutMetricDataInput {
  readonly Namespace: string;
  readonly MetricData: readonly WireDatum[];
}

/** One value that was published. */
export interface PublishedDatum {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly time: number;
  readonly value: number;
  readonly unit: string;
}

const units =
  'Seconds Microseconds Milliseconds Bytes Kilobytes Megabytes Gigabytes Terabytes Bits Kilobits Megabits Gigabits ' +
  'Terabits Percent Count Bytes/Second Kilobytes/Second Megabytes/Second Gigabytes/Second Terabytes/Second ' +
  'Bits/Second Kilobits/Second Megabits/Second Gigabits/Second Terabits/Second Count/Second None';
const knownUnits = new Set(units.split(' '));
const largestValue = 2 ** 360;

const refuse = (code: string, message: string): never => {
  throw new Refusal(400, code, message);
};

function numberOf(value: number | string, where: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || Math.abs(value) > largestValue) {
    return refuse('InvalidParameterValue', `The value ${value} for parameter ${where} is invalid.`);
  }
  return value;
}

/** Validates one request whole, as CloudWatch does: one bad datum refuses all of them. */
export function putMetricData(input: PutMetricDataInput, now: number): PublishedDatum[] {
  refuseUnknown(input, ['Namespace', 'MetricData', 'EntityMetricData', 'StrictEntityValidation'], 'PutMetricData');
  if (!/^[^:][a-zA-Z0-9._\-/#:]{0,254}$/.test(input.Namespace)) {
    refuse('InvalidParameterValue', `The value ${input.Namespace} for parameter Namespace is invalid.`);
  }
  if (input.Namespace.startsWith('AWS/')) refuse('InvalidParameterValue', 'Namespace must not start with AWS/');
  if (input.MetricData.length < 1 || input.MetricData.length > 1000) {
    refuse(
      'InvalidParameterValue',
      `The collection MetricData must have 1 to 1000 members, not ${input.MetricData.length}`,
    );
  }
  return input.MetricData.flatMap((datum, index) => {
    const where = `MetricData.member.${index + 1}`;
    const known = ['MetricName', 'Dimensions', 'Timestamp', 'Value', 'Values', 'Counts', 'Unit', 'StorageResolution'];
    refuseUnknown(datum, known, where);
    if (datum.MetricName.length < 1 || datum.MetricName.length > 255)
      refuse('InvalidParameterValue', `${where}.MetricName`);
    const dimensions = datum.Dimensions ?? [];
    if (dimensions.length > 30) refuse('InvalidParameterValue', `${where}: more than 30 dimensions`);
    for (const { Name, Value } of dimensions) {
      if (Name.length < 1 || Name.length > 255 || Name.startsWith(':') || Value.length < 1 || Value.length > 1024) {
        refuse('InvalidParameterValue', `${where}: dimension ${Name} has a bad length`);
      }

      if (/[^\x20-\x7e]/.test(Name + Value))
        refuse('InvalidParameterValue', `${where}: dimension ${Name} is not ASCII`);
      if (Value.trim() === '') refuse('InvalidParameterValue', `${where}: dimension ${Name} is blank`);
    }
    if ((datum.Value === undefined) === (datum.Values === undefined)) {
      refuse('InvalidParameterCombination', `${where}: exactly one of Value and Values is needed`);
    }
    const values = datum.Values ?? [datum.Value!];
    if (values.length > 150) refuse('InvalidParameterValue', `${where}: more than 150 values`);
    const unit = datum.Unit ?? 'None';
    if (!knownUnits.has(unit))
      refuse('InvalidParameterValue', `The value ${unit} for parameter ${where}.Unit is invalid.`);
    const time = datum.Timestamp ?? now;
    if (time < now - 14 * 86_400 || time > now + 7200) {
      refuse('InvalidParameterValue', `${where}: the timestamp must be within two weeks past and two hours ahead`);
    }
    return values.map((value) => ({
      namespace: input.Namespace,
      name: datum.MetricName,
      dimensions: dimensionsOf(dimensions as never),
      time,
      value: numberOf(value, `${where}.Value`),
      unit,
    }));
  });
}
