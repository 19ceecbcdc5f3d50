import type { Look } from './forecast-look.ts';

const most = 5;

/**
 * What to say of series without a limit, of which nothing is forecast; how to give them one where none has.
 *
 * @param isSource whether the watch comes from `--source`, and has no settings file to write a limit in.
 */
export function noLimitLines({ watch, series, unlimited }: Look, isSource: boolean): readonly string[] {
  if (unlimited.length === 0 && series.length === 0) {
    const how =
      watch.source.kind === 'host'
        ? 'run aiops detect --follow for a day: it keeps what it reads'
        : `run aiops collect${isSource ? '' : `, then aiops forecast ${watch.name}`}`;
    return [`${watch.name}: nothing is known of it yet; ${how}`];
  }
  if (series.length > 0) {
    return unlimited.length === 0 ? [] : [`${watch.name}: no limit, no forecast: ${someLabels(unlimited)}`];
  }
  const example = unlimited[0];
  return [
    `${watch.name}: none of its series has a limit, so nothing is forecast: ${someLabels(unlimited)}`,
    'A limit is a line that a series is not to cross. Percentages of which high values are bad have one above 80 by themselves. Give others theirs:',
    `  here:           --series '${example}' --above 80   (or --below)`,
    `  in aiops.yaml:  limits: [{ metric: '${example}', above: 80 }] under the watch`,
  ];
}

const someLabels = (labels: readonly string[]): string =>
  labels.length <= most ? labels.join(', ') : `${labels.slice(0, most).join(', ')} and ${labels.length - most} more`;
